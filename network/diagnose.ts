/**
 * Asks an existing network, as the operator that `network.json` names, whether everything that the file says is so. Every finding says what to
 * do next. Nothing is written, neither here nor there.
 */
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { common, msp } from "@hyperledger/fabric-protos";
import type { Network } from "../lib/messages/network";
import { NetworkError } from "./errors";
import { type NetworkPeer, query } from "./query";
import { type TlsProblem, tlsProblem } from "./tls-problem";

type Organisation = Network["organisations"][number];

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const utf8 = new TextEncoder();

/** @param network with absolute paths. @returns every finding; empty = the network is as the file says */
export async function diagnose(network: Network): Promise<NetworkError[]> {
  const identity = operatorProblem(network);
  if (identity !== undefined) return [identity];
  const peers = network.organisations.flatMap((organisation) => organisation.peers.map((peer) => ({ organisation, peer })));
  const found = await Promise.all(peers.map(({ organisation, peer }) => diagnosePeer(network, organisation, peer)));
  const findings = found.filter((finding) => finding !== undefined);
  const answering = peers.find((_, index) => found[index] === undefined);
  if (answering === undefined) return findings;
  const [contract, orderers] = await Promise.all([contractProblem(network, answering.peer), diagnoseOrderers(network, answering.peer)]);
  return [...findings, ...contract, ...orderers];
}

/** Whether nothing of the product could work; what one peer or ordering node lacks, others make up for. */
export function isFatal(network: Network, findings: readonly NetworkError[]): boolean {
  const peers = network.organisations.flatMap((organisation) => organisation.peers).length;
  const unreachable = findings.filter(({ code }) => code === "PEER_UNREACHABLE").length;
  return unreachable === peers || findings.some(({ code }) => !/_UNREACHABLE$/.test(code));
}

/** The operator's files themselves. */
function operatorProblem({ operator }: Network): NetworkError | undefined {
  try {
    const certificate = new X509Certificate(readFileSync(operator.certificate));
    const key = createPrivateKey(readFileSync(operator.privateKey));
    if (!createPublicKey(key).equals(certificate.publicKey)) {
      return new NetworkError(
        "CERTIFICATE_FOREIGN",
        `${operator.privateKey} is not the key of ${operator.certificate}`,
        "put the operator's certificate and its own key into network.json",
      );
    }
    if (new Date(certificate.validTo) < new Date()) {
      return new NetworkError(
        "CERTIFICATE_FOREIGN",
        `the operator's certificate ended on ${certificate.validTo}`,
        "enrol the operator again",
      );
    }
    return undefined;
  } catch (cause) {
    return new NetworkError(
      "CERTIFICATE_FOREIGN",
      `the operator's identity cannot be read: ${text(cause)}`,
      "correct its paths in network.json",
      { cause },
    );
  }
}

async function diagnosePeer(network: Network, { mspId }: Organisation, peer: NetworkPeer): Promise<NetworkError | undefined> {
  if (peer.tlsRoot !== undefined) {
    const problem = await tlsProblem(peer.address, readFileSync(peer.tlsRoot), peer.serverName);
    if (problem !== undefined) return unreachable(`peer ${peer.name} of ${mspId}`, "PEER_UNREACHABLE", peer.address, problem);
  }
  const chain = await query(network, peer, "qscc", "GetChainInfo", [utf8.encode(network.channel)]);
  return chain.ok ? undefined : refusal(network, peer, chain.message);
}

function unreachable(who: string, code: "PEER_UNREACHABLE" | "ORDERER_UNREACHABLE", address: string, problem: TlsProblem): NetworkError {
  if (problem.isForeign) {
    return new NetworkError(
      "CERTIFICATE_FOREIGN",
      `${who} at ${address} shows a TLS certificate of another network (${problem.message})`,
      "check the address, and let network.json name this network's TLS root",
    );
  }
  return new NetworkError(code, `${who} at ${address} does not answer (${problem.message})`, "start it, or correct its address");
}

/** What a peer's refusal means. Its words are Fabric's own; where they are unknown they are passed on. */
function refusal({ channel, operator }: Network, { name }: NetworkPeer, words: string): NetworkError {
  if (/channel.*not found|unknown channel|channel ID does not exist|Invalid chain ID/i.test(words)) {
    return new NetworkError(
      "CHANNEL_UNKNOWN",
      `${name} has no channel "${channel}"`,
      "correct the channel in network.json, or let the peer join it",
    );
  }
  if (/access denied|creator|identity|MSP/i.test(words)) {
    return new NetworkError(
      "CERTIFICATE_FOREIGN",
      `${name} does not take ${operator.mspId}'s certificate for a reader of channel "${channel}": ${words}`,
      "use a certificate that the operator's own authority on this network issued",
    );
  }
  return new NetworkError("PEER_UNREACHABLE", `${name}: ${words}`, "read the peer's log");
}

/** Only where the channel lets readers ask (ours does): elsewhere the first transaction tells. */
async function contractProblem(network: Network, peer: NetworkPeer): Promise<NetworkError[]> {
  const definition = await query(network, peer, "_lifecycle", "QueryChaincodeDefinition", [definitionQuery(network.chaincode)]);
  if (definition.ok || !/not defined|not exist|not found/i.test(definition.message)) return [];
  return [
    new NetworkError(
      "CONTRACT_MISSING",
      `channel "${network.channel}" has no contract "${network.chaincode}"`,
      "let the organisations approve and commit it, or correct its name in network.json",
    ),
  ];
}

/** lifecycle.QueryChaincodeDefinitionArgs { name = 1 }. */
function definitionQuery(name: string): Uint8Array {
  const bytes = Buffer.from(name);
  return Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes]);
}

async function diagnoseOrderers(network: Network, peer: NetworkPeer): Promise<NetworkError[]> {
  const answer = await query(network, peer, "cscc", "GetConfigBlock", [utf8.encode(network.channel)]);
  if (!answer.ok) return [];
  const orderers = orderersOf(answer.payload);
  const problems = await Promise.all(orderers.map(async ({ address, roots }) => ({ address, problem: await tlsProblem(address, roots) })));
  return problems.flatMap(({ address, problem }) =>
    problem === undefined ? [] : [unreachable("the ordering node", "ORDERER_UNREACHABLE", address, problem)],
  );
}

/** Addresses and TLS roots of the ordering nodes, as the channel's configuration has them. */
function orderersOf(block: Uint8Array): { address: string; roots: Buffer }[] {
  const envelope = common.Block.deserializeBinary(block).getData()?.getDataList_asU8()[0] ?? new Uint8Array();
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const channel = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getChannelGroup();
  const ordering = channel?.getGroupsMap().get("Orderer");
  const found: { address: string; roots: Buffer }[] = [];
  ordering?.getGroupsMap().forEach((organisation) => {
    const value = (name: string) => organisation.getValuesMap().get(name)?.getValue_asU8() ?? new Uint8Array();
    const settings = msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(value("MSP")).getConfig_asU8());
    const roots = Buffer.concat(settings.getTlsRootCertsList_asU8().map((root) => Buffer.from(root)));
    for (const address of common.OrdererAddresses.deserializeBinary(value("Endpoints")).getAddressesList()) found.push({ address, roots });
  });
  return found;
}
