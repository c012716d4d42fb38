import { readFile } from "node:fs/promises";
import { Client, type ClientOptions, credentials } from "@grpc/grpc-js";
import type { Network } from "../messages/network";

/** One peer of one organisation: Gateway, Endorser and Deliver live at the same endpoint. */
export interface Peer {
  readonly name: string;
  readonly mspId: string;
  readonly address: string;
  readonly client: Client;
}

export interface Connection {
  readonly peers: readonly Peer[];
  close(): void;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/;

const OPTIONS: ClientOptions = {
  // Blocks go to 10 MB by default, grpc-js receives 4 MiB; the rest is head room for configuration blocks.
  "grpc.max_receive_message_length": 16 * 1024 * 1024,
  // A peer sends GOAWAY to clients that ping more often than once a minute (core.yaml, peer.keepalive.minInterval).
  "grpc.keepalive_time_ms": 65_000,
  "grpc.keepalive_timeout_ms": 20_000,
  "grpc.keepalive_permit_without_calls": 1,
  // Our own retry table decides; two of them multiply.
  "grpc.enable_retries": 0,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 5_000,
};

/**
 * One lazy client per peer of the network. The caller closes the connection.
 * @throws Error when a peer that is not on a loopback address has no TLS root.
 */
export async function connect(network: Network): Promise<Connection> {
  const peers = await Promise.all(
    network.organisations.flatMap((organisation) =>
      organisation.peers.map(async (peer): Promise<Peer> => {
        const client = new Client(peer.address, await channelCredentials(peer), {
          ...OPTIONS,
          ...(peer.serverName === undefined ? {} : { "grpc.ssl_target_name_override": peer.serverName }),
        });
        return { name: peer.name, mspId: organisation.mspId, address: peer.address, client };
      }),
    ),
  );
  return {
    peers,
    close() {
      for (const peer of peers) peer.client.close();
    },
  };
}

async function channelCredentials(peer: { name: string; address: string; tlsRoot?: string | undefined }) {
  if (peer.tlsRoot !== undefined) return credentials.createSsl(await readFile(peer.tlsRoot));
  if (!LOOPBACK.test(peer.address)) {
    throw new Error(`peer ${peer.name} at ${peer.address} needs a tlsRoot in network.json: plaintext is for loopback only`);
  }
  return credentials.createInsecure();
}
