import { ProtoReader } from "../../device/ts/proto";
import { call, METHODS } from "../../lib/fabric/call";
import type { SigningIdentity } from "../../lib/fabric/identity-node";
import { bytesField } from "../../lib/fabric/wire";
import type { Peers } from "./peers";

export interface CommitStatus {
  readonly block: number;
  /** peer.TxValidationCode, 0 = VALID */
  readonly validationCode: number;
}

export interface StatusQuestion {
  readonly channel: string;
  /** hex */
  readonly transactionId: string;
  readonly deadlineMs: number;
}

/**
 * Waits until one transaction is committed, valid or not, or the deadline is over; asked with the operator's own signature, which a channel reader may do.
 * Answers at once for a transaction that is on the ledger already. A notice, not a proof: the device believes endorsements and attested reads only.
 * @throws FabricError stage `commit`: COMMIT_UNKNOWN when nothing is known in time
 */
export async function commitStatus(
  peers: Peers,
  operator: SigningIdentity,
  sender: string,
  question: StatusQuestion,
): Promise<CommitStatus> {
  // gateway.CommitStatusRequest in gateway.SignedCommitStatusRequest
  const request = Buffer.concat([bytesField(1, question.transactionId), bytesField(2, question.channel), bytesField(3, operator.creator)]);
  const signed = Buffer.concat([bytesField(1, request), bytesField(2, operator.sign(request))]);
  const options = { deadlineMs: question.deadlineMs, attempts: Number.POSITIVE_INFINITY };
  const response = await peers.run("commit", sender, options, (peer, msLeft) =>
    call(peer, METHODS.commitStatus, signed, { deadlineMs: msLeft }),
  );
  // gateway.CommitStatusResponse
  const status = new ProtoReader(response);
  return { validationCode: status.uint(1), block: status.uint(2) };
}
