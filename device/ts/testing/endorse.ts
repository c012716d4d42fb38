/** Endorsements as Fabric peers make them, by Fabric's own message classes. */
import { createHash } from "node:crypto";
import { common, ledger, msp, peer } from "@hyperledger/fabric-protos";
import { rawToDer } from "../der";
import type { Party } from "./party";

export interface Action {
  readonly chaincode?: { name: string; version: string };
  readonly status?: number;
  readonly result: Uint8Array;
}

/** What stands in a signed proposal: parsed by Fabric's classes. */
export function openProposal(signedProposal: Uint8Array) {
  const signed = peer.SignedProposal.deserializeBinary(signedProposal);
  const proposal = peer.Proposal.deserializeBinary(signed.getProposalBytes_asU8());
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8()).getChaincodeSpec();
  const hash = createHash("sha256")
    .update(header.getChannelHeader_asU8())
    .update(header.getSignatureHeader_asU8())
    .update(proposal.getPayload_asU8())
    .digest();
  const args = spec?.getInput()?.getArgsList_asU8() ?? [];
  return { signed, proposal, header, channelHeader, args, hash: new Uint8Array(hash), transactionId: channelHeader.getTxId() };
}

/** What a call wrote: a write set that reads as such, since a proxy passes nothing on that cannot be read (docs/decisions/0111). */
function results({ chaincode, result }: Action): Uint8Array {
  const write = new ledger.rwset.kvrwset.KVWrite();
  write.setKey("result");
  write.setValue(result);
  const written = new ledger.rwset.kvrwset.KVRWSet();
  written.addWrites(write);
  const set = new ledger.rwset.NsReadWriteSet();
  set.setNamespace(chaincode?.name ?? "winterseal");
  set.setRwset(written.serializeBinary());
  const sets = new ledger.rwset.TxReadWriteSet();
  sets.addNsRwset(set);
  return sets.serializeBinary();
}

/** ProposalResponsePayload of one simulated call. */
export function endorsedPayload(proposalHash: Uint8Array, action: Action): Uint8Array {
  const id = new peer.ChaincodeID();
  id.setName(action.chaincode?.name ?? "winterseal");
  id.setVersion(action.chaincode?.version ?? "1.0");
  const response = new peer.Response();
  response.setStatus(action.status ?? 200);
  response.setPayload(action.result);
  const chaincodeAction = new peer.ChaincodeAction();
  chaincodeAction.setResults(results(action));
  chaincodeAction.setResponse(response);
  chaincodeAction.setChaincodeId(id);
  const payload = new peer.ProposalResponsePayload();
  payload.setProposalHash(proposalHash);
  payload.setExtension$(chaincodeAction.serializeBinary());
  return payload.serializeBinary();
}

export function identityBytes(party: Pick<Party, "mspId" | "certificate">): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(party.mspId);
  identity.setIdBytes(Buffer.from(party.certificate));
  return identity.serializeBinary();
}

/** One peer's signature over payload ‖ endorser. */
export async function endorsement(party: Pick<Party, "mspId" | "certificate" | "signer">, payload: Uint8Array): Promise<Uint8Array> {
  const endorser = identityBytes(party);
  const message = new peer.Endorsement();
  message.setEndorser(endorser);
  message.setSignature(rawToDer(await party.signer.sign(Buffer.concat([payload, endorser]))));
  return message.serializeBinary();
}
