/** The whole embedded ledger in one process: one gRPC endpoint per organisation, one chain behind them all. */
import { readFile } from "node:fs/promises";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { gateway, peer } from "@hyperledger/fabric-protos";
import type { Logger } from "pino";
import { Chain } from "./chain";
import type { LedgerConfig, OrganisationConfig } from "./config";
import { ensureDefinition } from "./definition";
import { deliverHandlers, rawDeliverService } from "./deliver/service";
import { ContractClient } from "./endorser/contract-client";
import { Endorser } from "./endorser/endorser";
import { Endorsers } from "./endorser/endorsers";
import { CommitWaiters } from "./gateway/commit-status";
import { endorserHandlers, type GatewayContext, gatewayHandlers } from "./gateway/service";
import { ChannelMembers } from "./msp/channel";
import { NodeSigner } from "./msp/signer";

/** Messages beyond it are refused while they arrive. A transaction of the largest allowed size and its frame fit in. */
const MESSAGE_MARGIN_BYTES = 64 * 1024;
const REVOCATION_CHECK_MS = 2_000;
/** How long calls in progress may go on when the ledger stops. */
const DRAIN_MS = 3_000;

export interface LedgerOptions {
  readonly log: Logger;
  readonly now?: () => number;
  /** The disk failed; the process has to end. */
  readonly onFailure: (error: unknown) => void;
}

export interface RunningLedger {
  readonly peers: readonly { readonly mspId: string; readonly name: string; readonly address: string }[];
  height(): number;
  stop(): Promise<void>;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

async function serverCredentials(organisation: OrganisationConfig): Promise<ServerCredentials> {
  const { tls, listen, name } = organisation.peer;
  if (tls === undefined) {
    const host = listen.slice(0, listen.lastIndexOf(":"));
    if (!isLoopback(host)) throw new Error(`${name} would serve ${listen} without TLS: set peer.tls or listen on a loopback address`);
    return ServerCredentials.createInsecure();
  }
  const [certificate, privateKey] = await Promise.all([readFile(tls.certificate), readFile(tls.privateKey)]);
  return ServerCredentials.createSsl(null, [{ cert_chain: certificate, private_key: privateKey }]);
}

async function bind(server: Server, organisation: OrganisationConfig): Promise<string> {
  const { listen, name } = organisation.peer;
  const credentials = await serverCredentials(organisation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(listen, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new Error(`${name} cannot listen on ${listen}: ${error.message}; change peer.listen`, { cause: error }));
    });
  });
  return `${listen.slice(0, listen.lastIndexOf(":"))}:${port}`;
}

function newServer(config: LedgerConfig): Server {
  return new Server({
    "grpc.max_receive_message_length": config.blocks.maxBytes + MESSAGE_MARGIN_BYTES,
    "grpc.max_send_message_length": -1,
    // Fabric peers disconnect clients that ping more often than once a minute; a laptop can be more patient.
    "grpc.keepalive_time_ms": 120_000,
  });
}

interface Assembly {
  readonly config: LedgerConfig;
  readonly members: ChannelMembers;
  readonly chain: Chain;
  readonly endorsers: Endorsers;
  readonly waiters: CommitWaiters;
  readonly options: LedgerOptions;
  readonly now: () => number;
  readonly stopping: AbortSignal;
}

function addServices(server: Server, mspId: string, assembly: Assembly): void {
  const { config, members, chain, endorsers, waiters, options, now, stopping } = assembly;
  const local = endorsers.of(mspId);
  if (local === undefined) throw new Error(`${mspId} has no endorser`);
  const context: GatewayContext = {
    channel: config.channel,
    members,
    store: chain.store,
    endorse: {
      endorsers,
      local,
      threshold: config.endorsements,
      channel: config.channel,
      chaincode: config.chaincode.name,
      store: chain.store,
    },
    submit: {
      channel: config.channel,
      broadcast: (envelope) => chain.broadcast(envelope),
      orderer: { address: "orderer.embedded", mspId: config.orderer.mspId },
    },
    waiters,
    stopping,
    log: options.log,
  };
  server.addService(gateway.GatewayService, gatewayHandlers(context));
  server.addService(peer.EndorserService, endorserHandlers(context));
  server.addService(
    rawDeliverService,
    deliverHandlers({ channel: config.channel, members, store: chain.store, windowMs: config.windowMs, now, stopping }, options.log),
  );
}

/**
 * Starts the ledger and returns when all endpoints serve.
 * @throws Error naming the setting or file that does not fit; StoreDamagedError naming a damaged block.
 */
export async function startLedger(config: LedgerConfig, options: LedgerOptions): Promise<RunningLedger> {
  const now = options.now ?? Date.now;
  const { log } = options;
  const members = await ChannelMembers.load(config);
  const peerSigners = await Promise.all(config.organisations.map((organisation) => NodeSigner.load(organisation.mspId, organisation.peer)));
  const ordererSigner = await NodeSigner.load(config.orderer.mspId, config.orderer);
  const chain = await Chain.open({ config, members, signer: ordererSigner, now, log, onFailure: options.onFailure });
  await ensureDefinition(chain, config, peerSigners, now());
  const contracts = config.organisations.map((organisation) => new ContractClient(organisation.contract, config.channel, log));
  const waiters = new CommitWaiters(chain.store);
  const stopping = new AbortController();
  const addresses = new Map<string, string>();
  const { channel, chaincode } = config;
  const endorsers = new Endorsers(
    { members, store: chain.store, channel, windowMs: config.windowMs, now },
    config.organisations.flatMap(({ mspId, peer: { name } }, index) => {
      const [signer, contract] = [peerSigners[index], contracts[index]];
      if (signer === undefined || contract === undefined) return [];
      return new Endorser({
        name,
        address: () => addresses.get(mspId) ?? name,
        channel,
        chaincode,
        signer,
        contract,
        store: chain.store,
        log,
      });
    }),
  );
  const servers = config.organisations.map((organisation) => {
    const server = newServer(config);
    addServices(server, organisation.mspId, { config, members, chain, endorsers, waiters, options, now, stopping: stopping.signal });
    return { organisation, server };
  });
  for (const { organisation, server } of servers) addresses.set(organisation.mspId, await bind(server, organisation));
  let complained = "";
  const revocations = setInterval(() => {
    members.refreshRevocations().catch((error: unknown) => {
      const reason = String(error);
      if (reason !== complained) log.error({ reason }, "a revocation list cannot be read; the last one stays in force");
      complained = reason;
    });
  }, REVOCATION_CHECK_MS);
  return {
    peers: config.organisations.map(({ mspId, peer: { name } }) => ({ mspId, name, address: addresses.get(mspId) ?? "" })),
    height: () => chain.store.height,
    async stop() {
      clearInterval(revocations);
      stopping.abort();
      await Promise.all(servers.map(({ server }) => shutDown(server)));
      for (const contract of contracts) contract.close();
      await chain.close();
    },
  };
}

function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), DRAIN_MS);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
