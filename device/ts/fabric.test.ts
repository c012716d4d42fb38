import { createHash, createPublicKey, verify, X509Certificate } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import { Client } from "@grpc/grpc-js";
import { connect } from "@hyperledger/fabric-gateway";
import { common, gateway, peer } from "@hyperledger/fabric-protos";
import { expect, test } from "vitest";
import { utf8 } from "./bytes";
import { rawToDer } from "./der";
import {
  envelope,
  formProposal,
  formTransaction,
  invocationArgs,
  parseEndorsedPayload,
  serializedIdentity,
  signedProposal,
} from "./fabric";
import { endorsedPayload, endorsement, identityBytes, openProposal } from "./testing/endorse";
import { createParty } from "./testing/party";

const sensor = await createParty("AuthorityMSP", "sensor-1");
const peers = await Promise.all(["AuthorityMSP", "ShipperMSP"].map((mspId) => createParty(mspId, `peer0.${mspId}`)));
const args = [Uint8Array.of(0, 1, 2, 255), utf8(""), new Uint8Array(500).fill(7)];

/** A proposal that fabric-gateway made; never connects. */
function gatewayProposal() {
  const client = new Client("127.0.0.1:1", grpc.credentials.createInsecure());
  const connection = connect({
    client,
    identity: { mspId: sensor.mspId, credentials: Buffer.from(sensor.certificate) },
    signer: async () => new Uint8Array(0),
  });
  const contract = connection.getNetwork("coldchain").getContract("winterseal");
  const proposal = contract.newProposal("batch:Record", { arguments: args });
  connection.close();
  client.close();
  const proposed = gateway.ProposedTransaction.deserializeBinary(proposal.getBytes());
  return { proposal, bytes: proposed.getProposal()?.getProposalBytes_asU8() ?? new Uint8Array(0) };
}

function rebuild(bytes: Uint8Array) {
  const header = common.Header.deserializeBinary(peer.Proposal.deserializeBinary(bytes).getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const nonce = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()).getNonce_asU8();
  const invocation = { channel: "coldchain", chaincode: "winterseal", args: invocationArgs("batch:Record", args) };
  const time = channelHeader.getTimestamp()?.toDate().getTime() ?? 0;
  return formProposal(serializedIdentity(sensor.mspId, sensor.certificate), invocation, nonce, time);
}

test("forms the proposal that fabric-gateway forms, byte for byte", () => {
  for (let round = 0; round < 20; round++) {
    const { proposal, bytes } = gatewayProposal();
    const own = rebuild(bytes);
    expect(own.bytes).toEqual(new Uint8Array(bytes));
    expect(own.transactionId).toBe(proposal.getTransactionId());
    expect(createHash("sha256").update(own.bytes).digest()).toEqual(Buffer.from(proposal.getDigest()));
  }
});

test("writes whole seconds and sub-millisecond-free nanoseconds as Timestamp.fromDate does", () => {
  const creator = serializedIdentity(sensor.mspId, sensor.certificate);
  for (const at of [1_790_000_000_000, 1_790_000_000_001, 1_790_000_000_999]) {
    const own = formProposal(creator, { channel: "c", chaincode: "w", args: [] }, Uint8Array.of(1), at);
    const header = common.Header.deserializeBinary(own.header);
    const time = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()).getTimestamp();
    expect(time?.toDate().getTime()).toBe(at);
  }
});

test("the creator is the serialised identity that Fabric writes", () => {
  expect(serializedIdentity(sensor.mspId, sensor.certificate)).toEqual(identityBytes(sensor));
});

test("forms the transaction that a gateway peer forms, byte for byte, in the order of endorsements that was sent", async () => {
  const own = rebuild(gatewayProposal().bytes);
  const payload = endorsedPayload(own.hash, { result: utf8("{}") });
  const endorsements = await Promise.all(peers.map((party) => endorsement(party, payload)));

  const action = new peer.ChaincodeEndorsedAction();
  action.setProposalResponsePayload(payload);
  action.setEndorsementsList(endorsements.map((bytes) => peer.Endorsement.deserializeBinary(bytes)));
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(own.payload);
  actionPayload.setAction(action);
  const transactionAction = new peer.TransactionAction();
  transactionAction.setHeader(own.signatureHeader);
  transactionAction.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([transactionAction]);
  const expected = new common.Payload();
  expected.setHeader(common.Header.deserializeBinary(own.header));
  expected.setData(transaction.serializeBinary());

  expect(formTransaction(own, payload, endorsements)).toEqual(expected.serializeBinary());
  expect(formTransaction(own, payload, [...endorsements].reverse())).not.toEqual(expected.serializeBinary());
});

test("signed proposal and envelope carry signatures that OpenSSL verifies, and high S never occurs", async () => {
  const key = createPublicKey(new X509Certificate(sensor.certificate).publicKey.export({ format: "pem", type: "spki" }));
  for (let round = 0; round < 64; round++) {
    const message = utf8(`message ${round}`);
    // rawToDer throws on high S
    const signature = rawToDer(await sensor.signer.sign(message));
    const proposal = peer.SignedProposal.deserializeBinary(signedProposal(message, signature));
    expect(verify("sha256", proposal.getProposalBytes_asU8(), key, proposal.getSignature_asU8())).toBe(true);
    const sent = common.Envelope.deserializeBinary(envelope(message, signature));
    expect(verify("sha256", sent.getPayload_asU8(), key, sent.getSignature_asU8())).toBe(true);
  }
});

test("the proposal hash is what endorsers sign back", () => {
  const own = rebuild(gatewayProposal().bytes);
  const opened = openProposal(signedProposal(own.bytes, Uint8Array.of(1)));
  expect(own.hash).toEqual(opened.hash);
  const payload = endorsedPayload(opened.hash, { result: utf8("[1]"), chaincode: { name: "x", version: "2" }, status: 201 });
  expect(parseEndorsedPayload(payload)).toEqual({
    proposalHash: own.hash,
    chaincode: { name: "x", version: "2" },
    response: { status: 201, message: "", payload: utf8("[1]") },
  });
});
