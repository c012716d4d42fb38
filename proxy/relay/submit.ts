import { call, METHODS } from "../../lib/fabric/call";
import { FabricError, fabricError } from "../../lib/fabric/errors";
import type { SigningIdentity } from "../../lib/fabric/identity-node";
import { bytesField } from "../../lib/fabric/wire";
import type { Inspected } from "./inspect";
import type { Peers } from "./peers";
import { type CommitStatus, commitStatus } from "./status";

const REMEMBERED = 20_000;

/**
 * Transactions that an orderer took from this process. Sent again (a lost answer, MQTT's own resending), they are not ordered again but only waited
 * for. A restart may forget them without harm: the ledger refuses the second one as a duplicate and tells the status of the first.
 */
export class Submitted {
  readonly #ids = new Set<string>();

  has(transactionId: string): boolean {
    return this.#ids.has(transactionId);
  }

  add(transactionId: string): void {
    this.#ids.add(transactionId);
    const oldest = this.#ids.values().next();
    if (this.#ids.size > REMEMBERED && !oldest.done) this.#ids.delete(oldest.value);
  }
}

/**
 * Hands the device's signed envelope to the orderers, as it is.
 * @throws FabricError stage `submit`
 */
export async function submit(
  peers: Peers,
  submitted: Submitted,
  sender: string,
  envelope: Uint8Array,
  inspected: Inspected,
  deadlineMs: number,
): Promise<void> {
  if (submitted.has(inspected.transactionId)) return;
  // gateway.SubmitRequest
  const request = Buffer.concat([bytesField(1, inspected.transactionId), bytesField(2, inspected.channel), bytesField(3, envelope)]);
  await peers.run("submit", sender, { deadlineMs }, (peer, msLeft) => call(peer, METHODS.submit, request, { deadlineMs: msLeft }));
  submitted.add(inspected.transactionId);
}

/** {@link commitStatus} of a transaction that an orderer has taken: whatever goes wrong now, it may still come. */
export async function awaitCommit(
  peers: Peers,
  operator: SigningIdentity,
  sender: string,
  inspected: Inspected,
  deadlineMs: number,
): Promise<CommitStatus> {
  try {
    return await commitStatus(peers, operator, sender, { channel: inspected.channel, transactionId: inspected.transactionId, deadlineMs });
  } catch (raw) {
    const error = fabricError(raw, "commit");
    throw new FabricError("COMMIT_UNKNOWN", error.message, "commit", error.grpcStatus, error.details, { cause: error });
  }
}
