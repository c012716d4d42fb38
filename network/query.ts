/** One query of a peer's system contracts, signed by the operator of `network.json`. */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { connect, hash, signers } from "@hyperledger/fabric-gateway";
import { gateway as gatewayMessages, peer as messages } from "@hyperledger/fabric-protos";
import type { Network } from "../lib/messages/network";

export type NetworkPeer = Network["organisations"][number]["peers"][number];
export type Answer = { readonly ok: true; readonly payload: Uint8Array } | { readonly ok: false; readonly message: string };

const WITHIN_MS = 5_000;
const LARGEST_BLOCK = 16 * 1024 * 1024;

function openClient({ address, tlsRoot, serverName }: NetworkPeer): Client {
  const trust = tlsRoot === undefined ? credentials.createInsecure() : credentials.createSsl(readFileSync(tlsRoot));
  return new Client(address, trust, {
    "grpc.max_receive_message_length": LARGEST_BLOCK,
    ...(serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName }),
  });
}

/** Asks one peer and no other; never throws for what the peer says. */
export async function query(
  network: Network,
  peer: NetworkPeer,
  contract: string,
  name: string,
  args: readonly Uint8Array[],
): Promise<Answer> {
  const { operator, channel } = network;
  const sign = signers.newPrivateKeySigner(createPrivateKey(readFileSync(operator.privateKey)));
  const client = openClient(peer);
  const gateway = connect({
    client,
    hash: hash.sha256,
    identity: { mspId: operator.mspId, credentials: readFileSync(operator.certificate) },
  });
  try {
    const proposal = gateway
      .getNetwork(channel)
      .getContract(contract)
      .newProposal(name, { arguments: [...args] });
    const signed = gatewayMessages.ProposedTransaction.deserializeBinary(proposal.getBytes()).getProposal();
    if (signed === undefined) throw new Error("a proposal without its content");
    signed.setSignature(await sign(proposal.getDigest()));
    return await processProposal(client, signed);
  } finally {
    gateway.close();
    client.close();
  }
}

function processProposal(client: Client, proposal: messages.SignedProposal): Promise<Answer> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      "/protos.Endorser/ProcessProposal",
      (request: messages.SignedProposal) => Buffer.from(request.serializeBinary()),
      (bytes: Buffer) => messages.ProposalResponse.deserializeBinary(bytes),
      proposal,
      { deadline: Date.now() + WITHIN_MS },
      (error: ServiceError | null, answer?: messages.ProposalResponse) => {
        if (error !== null) return resolve({ ok: false, message: error.details || error.message });
        const response = answer?.getResponse();
        if (response?.getStatus() === 200) return resolve({ ok: true, payload: response.getPayload_asU8() });
        resolve({ ok: false, message: response?.getMessage() ?? "an empty answer" });
      },
    );
  });
}
