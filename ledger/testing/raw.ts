/** Transactions made by hand, for what a well-behaved client never sends. */
import { createHash, randomBytes } from "node:crypto";
import type { CallOptions, Client } from "@grpc/grpc-js";
import { common, gateway, peer } from "@hyperledger/fabric-protos";
import { serializeIdentity } from "../msp/identity";
import { signData } from "../msp/signature";
import { bytesField, varint } from "../wire/bytes";
import type { Issued } from "./material";
import { CHAINCODE, CHANNEL } from "./network";

export interface RawProposal {
  readonly creator?: Uint8Array;
  readonly nonce?: Uint8Array;
  readonly transactionId?: string;
  /** ms UTC. */
  readonly timestamp?: number;
  readonly channel?: string;
  readonly chaincode?: string;
  readonly epoch?: number;
  readonly type?: number;
  readonly args?: readonly (string | Uint8Array)[];
}

export interface BuiltProposal {
  readonly transactionId: string;
  readonly header: common.Header;
  readonly bytes: Uint8Array;
  readonly payload: Uint8Array;
}

function channelHeader(raw: RawProposal, id: string): Uint8Array {
  const now = raw.timestamp ?? Date.now();
  const timestamp = Buffer.concat([varint(8), varint(Math.floor(now / 1000))]);
  const header = common.ChannelHeader.deserializeBinary(Buffer.concat(bytesField(3, timestamp)));
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(raw.chaincode ?? CHAINCODE);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId);
  header.setType((raw.type ?? common.HeaderType.ENDORSER_TRANSACTION) as Parameters<typeof header.setType>[0]);
  header.setChannelId(raw.channel ?? CHANNEL);
  header.setTxId(raw.transactionId ?? id);
  header.setEpoch(raw.epoch ?? 0);
  header.setExtension$(extension.serializeBinary());
  return header.serializeBinary();
}

function invocation(raw: RawProposal): Uint8Array {
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(raw.chaincode ?? CHAINCODE);
  const input = new peer.ChaincodeInput();
  input.setArgsList(
    (raw.args ?? ["put", "key", "value"]).map((argument) => (typeof argument === "string" ? Buffer.from(argument) : argument)),
  );
  const spec = new peer.ChaincodeSpec();
  spec.setType(peer.ChaincodeSpec.Type.NODE);
  spec.setChaincodeId(chaincodeId);
  spec.setInput(input);
  const message = new peer.ChaincodeInvocationSpec();
  message.setChaincodeSpec(spec);
  return message.serializeBinary();
}

export function buildProposal(issued: Issued, raw: RawProposal = {}): BuiltProposal {
  const creator = raw.creator ?? serializeIdentity(issued.mspId, issued.certificate);
  const nonce = raw.nonce ?? randomBytes(24);
  const transactionId = createHash("sha256").update(nonce).update(creator).digest("hex");
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader(raw, transactionId));
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation(raw));
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  return { transactionId, header, bytes: proposal.serializeBinary(), payload: payload.serializeBinary() };
}

export function signProposal(issued: Issued, proposal: BuiltProposal, signature?: Uint8Array): peer.SignedProposal {
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.bytes);
  signed.setSignature(signature ?? signData(issued.key, proposal.bytes));
  return signed;
}

/** A unary call on any service of a peer. */
export function call<Request extends { serializeBinary(): Uint8Array }, Response>(
  client: Client,
  path: string,
  request: Request,
  read: (bytes: Uint8Array) => Response,
  options: CallOptions = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (message: Request) => Buffer.from(message.serializeBinary()),
      (bytes: Buffer) => read(bytes),
      request,
      options,
      (error, response) => {
        if (error !== null) reject(error);
        else if (response === undefined) reject(new Error("no response"));
        else resolve(response);
      },
    );
  });
}

export function processProposal(client: Client, signed: peer.SignedProposal): Promise<peer.ProposalResponse> {
  return call(client, "/protos.Endorser/ProcessProposal", signed, peer.ProposalResponse.deserializeBinary);
}

export function endorse(client: Client, signed: peer.SignedProposal, organisations: string[] = []): Promise<gateway.EndorseResponse> {
  const request = new gateway.EndorseRequest();
  request.setChannelId(CHANNEL);
  request.setProposedTransaction(signed);
  request.setEndorsingOrganizationsList(organisations);
  return call(client, "/gateway.Gateway/Endorse", request, gateway.EndorseResponse.deserializeBinary);
}

export function submit(client: Client, envelope: common.Envelope, channel = CHANNEL): Promise<gateway.SubmitResponse> {
  const request = new gateway.SubmitRequest();
  request.setChannelId(channel);
  request.setPreparedTransaction(envelope);
  return call(client, "/gateway.Gateway/Submit", request, gateway.SubmitResponse.deserializeBinary);
}

/** Waits for the commit; the validation code. */
export async function commitCode(client: Client, issued: Issued, transactionId: string, channel = CHANNEL): Promise<number> {
  const request = new gateway.CommitStatusRequest();
  request.setChannelId(channel);
  request.setTransactionId(transactionId);
  request.setIdentity(serializeIdentity(issued.mspId, issued.certificate));
  const signed = new gateway.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  signed.setSignature(signData(issued.key, request.serializeBinary()));
  return (await call(client, "/gateway.Gateway/CommitStatus", signed, gateway.CommitStatusResponse.deserializeBinary)).getResult();
}

/** A transaction from any responses, signed; what the Gateway would assemble from honest ones. */
export function buildTransaction(
  issued: Issued,
  proposal: BuiltProposal,
  responsePayload: Uint8Array,
  endorsements: readonly peer.Endorsement[],
): common.Envelope {
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(responsePayload);
  endorsed.setEndorsementsList([...endorsements]);
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposal.payload);
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setHeader(proposal.header.getSignatureHeader_asU8());
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.addActions(action);
  const payload = new common.Payload();
  payload.setHeader(proposal.header);
  payload.setData(transaction.serializeBinary());
  return signEnvelope(issued, payload.serializeBinary());
}

export function signEnvelope(issued: Issued, payload: Uint8Array): common.Envelope {
  const envelope = new common.Envelope();
  envelope.setPayload(payload);
  envelope.setSignature(signData(issued.key, payload));
  return envelope;
}

/** The same signature with the other `s`: as valid for plain ECDSA, but not canonical. */
export function otherS(signature: Uint8Array): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const rLength = signature[3] ?? 0;
  const r = Buffer.from(signature.subarray(2, 4 + rLength));
  const s = BigInt(`0x${Buffer.from(signature.subarray(6 + rLength)).toString("hex")}`);
  let digits = Buffer.from((order - s).toString(16).padStart(64, "0"), "hex");
  if ((digits[0] ?? 0) > 0x7f) digits = Buffer.concat([Buffer.of(0), digits]);
  return Buffer.concat([Buffer.of(0x30, r.length + 2 + digits.length), r, Buffer.of(0x02, digits.length), digits]);
}
