/** Asks each gateway for an endorsement that nobody submits: the one answer that needs contract, discovery and neighbours alike. */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
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
  try {
    for (;;) {
      try {
        await contract.newProposal(topology.probe.name, { arguments: [...topology.probe.args] }).endorse();
        return;
      } catch (error) {
        if (Date.now() > end) throw unready(node, error);
        await sleep(250);
      }
    }
  } finally {
    gateway.close();
    client.close();
  }
}

function unready(node: PeerNode, cause: unknown): NetworkError {
  const { message, details = [] } = cause as GatewayError;
  const words = [message, ...details.map((detail) => `${detail.address}: ${detail.message}`)].join("; ");
  return new NetworkError(
    "CONTRACT_MISSING",
    `${node.name} finds no endorsement for the contract: ${words}`,
    "read the peers' and the contract processes' logs",
    {
      cause,
    },
  );
}
