import { gateway } from "@hyperledger/fabric-protos";
import { deliverFiltered } from "./blocks";
import { call, METHODS } from "./call";
import { CommitNotices, type CommitNoticesParts, type CommitStatus } from "./commit-notices";
import type { Peer } from "./connection";
import type { SigningIdentity } from "./identity-node";
import type { Peers } from "./peers";
import { bytesField } from "./wire";

/**
 * Waits at one peer until one transaction is committed, valid or not, or the deadline is over; asked with the operator's own signature, which a channel
 * reader may do. Answers at once for a transaction that is on the ledger already. A notice, not a proof: the device believes endorsements and attested
 * reads only.
 * @param transactionId hex
 * @throws ServiceError of grpc-js
 */
export async function commitStatus(
  peer: Peer,
  operator: SigningIdentity,
  channel: string,
  transactionId: string,
  options: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<CommitStatus> {
  // gateway.CommitStatusRequest in gateway.SignedCommitStatusRequest
  const request = Buffer.concat([bytesField(1, transactionId), bytesField(2, channel), bytesField(3, operator.creator)]);
  const signed = Buffer.concat([bytesField(1, request), bytesField(2, operator.sign(request))]);
  const answer = gateway.CommitStatusResponse.deserializeBinary(await call(peer, METHODS.commitStatus, signed, options));
  return { validationCode: answer.getResult(), block: answer.getBlockNumber() };
}

/** Commit notices of one channel from real peers; the caller closes them. */
export function openNotices(
  peers: Peers,
  operator: SigningIdentity,
  channel: string,
  events: Pick<CommitNoticesParts, "noticed" | "broken"> = {},
): CommitNotices {
  return new CommitNotices({
    peers,
    open: (peer, from, signal) => deliverFiltered(peer, { channel, identity: operator, from, signal }),
    ask: (peer, transactionId, deadlineMs, signal) => commitStatus(peer, operator, channel, transactionId, { deadlineMs, signal }),
    ...events,
  });
}
