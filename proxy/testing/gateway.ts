/** A Gateway that remembers what it was asked and commits what it is given: the relay's other side in unit tests. */
import { createHash } from "node:crypto";
import { common, gateway, ledger, peer as messages } from "@hyperledger/fabric-protos";
import { derToRaw, rawToDer } from "../../device/ts/der";
import { envelope, formProposal, formTransaction, type Proposal, serializedIdentity, signedProposal } from "../../device/ts/fabric";
import { keySigner } from "../../device/ts/signer-node";
import type { FakePeer } from "../../lib/fabric/testing/peer";
import type { TestIdentity } from "../../lib/fabric/testing/pki";

export interface FakeGateway extends Required<Pick<FakePeer, "endorse" | "submit" | "commitStatus">> {
  readonly endorsed: gateway.EndorseRequest[];
  readonly submitted: gateway.SubmitRequest[];
  readonly asked: string[];
}

export function fakeGateway(): FakeGateway {
  const endorsed: gateway.EndorseRequest[] = [];
  const submitted: gateway.SubmitRequest[] = [];
  const asked: string[] = [];
  return {
    endorsed,
    submitted,
    asked,
    endorse(request) {
      endorsed.push(request);
      return endorseResponse(request);
    },
    submit(request) {
      submitted.push(request);
      return new gateway.SubmitResponse();
    },
    commitStatus(request) {
      const question = gateway.CommitStatusRequest.deserializeBinary(request.getRequest_asU8());
      asked.push(question.getTransactionId());
      const response = new gateway.CommitStatusResponse();
      response.setResult(0);
      response.setBlockNumber(7);
      return response;
    },
  };
}

export const ENDORSED_PAYLOAD = endorsedPayload();

/** What a peer signs, with a read and write set in it: the relay hands on only what can be read down to there. */
function endorsedPayload(): Buffer {
  const set = new ledger.rwset.NsReadWriteSet();
  set.setNamespace("winterseal");
  const sets = new ledger.rwset.TxReadWriteSet();
  sets.addNsRwset(set);
  const action = new messages.ChaincodeAction();
  action.setResults(sets.serializeBinary());
  const payload = new messages.ProposalResponsePayload();
  payload.setProposalHash(Buffer.alloc(32, 7));
  payload.setExtension$(action.serializeBinary());
  return Buffer.from(payload.serializeBinary());
}
export const ENDORSEMENTS = ["AuthorityMSP", "ShipperMSP"];

/** The prepared transaction as Fabric's Gateway builds it (internal/pkg/gateway, prepareTransaction). */
function endorseResponse(request: gateway.EndorseRequest): gateway.EndorseResponse {
  const proposal = messages.Proposal.deserializeBinary(request.getProposedTransaction()?.getProposalBytes_asU8() ?? new Uint8Array(0));
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const action = new messages.ChaincodeEndorsedAction();
  action.setProposalResponsePayload(ENDORSED_PAYLOAD);
  action.setEndorsementsList(
    ENDORSEMENTS.map((name) => {
      const endorsement = new messages.Endorsement();
      endorsement.setEndorser(Buffer.from(name));
      endorsement.setSignature(createHash("sha256").update(name).digest());
      return endorsement;
    }),
  );
  const actionPayload = new messages.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposal.getPayload_asU8());
  actionPayload.setAction(action);
  const transactionAction = new messages.TransactionAction();
  transactionAction.setHeader(header.getSignatureHeader_asU8());
  transactionAction.setPayload(actionPayload.serializeBinary());
  const transaction = new messages.Transaction();
  transaction.setActionsList([transactionAction]);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  const prepared = new common.Envelope();
  prepared.setPayload(payload.serializeBinary());
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(prepared);
  return response;
}

export interface Sent {
  readonly proposal: Proposal;
  readonly signedProposal: Uint8Array;
  /** The signed transaction, built from what a Gateway answered. */
  readonly envelope: Uint8Array;
}

let nonces = 0;

/** What a device signs and sends for one transaction. */
export async function deviceMessages(identity: TestIdentity, options: { channel?: string; chaincode?: string } = {}): Promise<Sent> {
  const signer = keySigner("AuthorityMSP", identity.certificate, identity.key);
  const sign = async (bytes: Uint8Array) => rawToDer(await signer.sign(bytes));
  const nonce = Buffer.alloc(24);
  nonce.writeUInt32BE(++nonces);
  const args = [Buffer.from("batch:Record")];
  const invocation = { channel: options.channel ?? "coldchain", chaincode: options.chaincode ?? "winterseal", args };
  const proposal = formProposal(serializedIdentity("AuthorityMSP", identity.certificate), invocation, nonce, Date.now());
  const payload = formTransaction(proposal, ENDORSED_PAYLOAD, []);
  return {
    proposal,
    signedProposal: signedProposal(proposal.bytes, await sign(proposal.bytes)),
    envelope: envelope(payload, await sign(payload)),
  };
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other valid signature over the same bytes, which Fabric's peers refuse. */
export function highS(signedProposal: Uint8Array): Uint8Array {
  const signed = messages.SignedProposal.deserializeBinary(signedProposal);
  const raw = derToRaw(signed.getSignature_asU8());
  const s = (ORDER - BigInt(`0x${Buffer.from(raw.subarray(32)).toString("hex")}`)).toString(16).padStart(64, "0");
  const integer = (bytes: Buffer) => {
    const digits = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
    return Buffer.concat([Buffer.from([2, digits.length]), digits]);
  };
  const body = Buffer.concat([integer(stripped(raw.subarray(0, 32))), integer(stripped(Buffer.from(s, "hex")))]);
  const der = Buffer.concat([Buffer.from([0x30, body.length]), body]);
  signed.setSignature(der);
  return signed.serializeBinary();
}

const stripped = (bytes: Uint8Array): Buffer =>
  Buffer.from(
    bytes.subarray(
      Math.max(
        0,
        bytes.findIndex((byte) => byte !== 0),
      ),
    ),
  );
