/** Asks each gateway for an endorsement that nobody submits: the one answer that needs contract, discovery and neighbours alike. */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { connect, type GatewayError, hash, signers } from "@hyperledger/fabric-gateway";
import { NetworkError } from "./errors";
import type { PeerNode, PeerOrganisation, Topology } from "./topology";

/**
 * Until every peer's gateway finds enough endorsers. After a start it takes seconds until organisations see each other.
 * @throws NetworkError CONTRACT_MISSING with the last answer
 */
export async function untilEndorsing(topology: Topology, withinMs = 45_000): Promise<void> {
  const end = Date.now() + withinMs;
  const peers = topology.organisations.flatMap((organisation) => organisation.peers.map((node) => ({ organisation, node })));
  await Promise.all(peers.map(({ organisation, node }) => untilOne(topology, organisation, node, end)));
}

async function untilOne(topology: Topology, organisation: PeerOrganisation, node: PeerNode, end: number): Promise<void> {
  const client = new Client(`${topology.host}:${node.ports.grpc}`, credentials.createSsl(readFileSync(organisation.tlsRoot)), {
    "grpc.max_receive_message_length": 16 * 1024 * 1024,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.ssl_target_name_override": node.name,
  });
  const gateway = connect({
    client,
    hash: hash.sha256,
    identity: { mspId: organisation.mspId, credentials: readFileSync(organisation.monitor.certificate) },
    signer: signers.newPrivateKeySigner(createPrivateKey(readFileSync(organisation.monitor.privateKey))),
    endorseOptions: () => ({ deadline: Date.now() + 5_000 }),
  });
  const contract = gateway.getNetwork(topology.channel).getContract(topology.chaincode);
  let unknownSince: number | undefined;
  try {
    for (;;) {
      try {
        await contract.newProposal(topology.probe.name, { arguments: [...topology.probe.args] }).endorse();
        return;
      } catch (error) {
        unknownSince = isUnknown(error) ? (unknownSince ?? Date.now()) : undefined;
        if (unknownSince !== undefined && Date.now() - unknownSince > UNKNOWN_MS) throw foreign(organisation, node, error);
        if (Date.now() > end) throw unready(node, error);
        await sleep(250);
      }
    }
  } finally {
    gateway.close();
    client.close();
  }
}

/** A peer that has not fetched the newest configuration yet may not know a member by a new root; afterwards waiting changes nothing. */
const UNKNOWN_MS = 8_000;

/** The peer itself does not take the asker for a member. Its own words, alike in both releases. */
const isUnknown = (error: unknown): boolean =>
  /access denied|creator org unknown|certificate has been revoked|identity expired/i.test(wordsOf(error));

const foreign = ({ id, monitor }: PeerOrganisation, { name }: PeerNode, cause: unknown): NetworkError =>
  new NetworkError(
    "CERTIFICATE_FOREIGN",
    `${name} does not take monitor@${id} for a member of its organisation: revoked, or ended (${wordsOf(cause)})`,
    `delete ${dirname(monitor.certificate)} and start again: it is issued anew`,
    { cause },
  );

function wordsOf(cause: unknown): string {
  const { message, details = [] } = cause as GatewayError;
  return [message, ...details.map((detail) => `${detail.address}: ${detail.message}`)].join("; ");
}

function unready(node: PeerNode, cause: unknown): NetworkError {
  return new NetworkError(
    "CONTRACT_MISSING",
    `${node.name} finds no endorsement for the contract: ${wordsOf(cause)}`,
    "read the peers' and the contract processes' logs",
    {
      cause,
    },
  );
}
