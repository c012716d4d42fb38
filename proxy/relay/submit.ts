import { call, METHODS } from "../../lib/fabric/call";
import type { CommitNotices, CommitStatus } from "../../lib/fabric/commit-notices";
import type { Peers } from "../../lib/fabric/peers";
import { bytesField } from "../../lib/fabric/wire";
import type { Inspected } from "./inspect";

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

export interface SubmitParts {
  readonly peers: Peers;
  readonly notices: CommitNotices;
  readonly submitted: Submitted;
  /** ms; `commit` runs from the transaction's arrival and holds `submit`. */
  readonly deadlines: { readonly submit: number; readonly commit: number };
  /** Takes the time of each stage. */
  readonly time: <T>(stage: "submit" | "commit", work: () => Promise<T>) => Promise<T>;
}

/**
 * Hands the device's signed envelope to the orderers, as it is, and waits for what becomes of it. The notice ends also the handing over: it may have
 * succeeded and its answer got lost with the peer.
 * @throws FabricError stage `submit`, or `commit`: COMMIT_UNKNOWN, it may still come
 */
export async function submit(
  parts: SubmitParts,
  sender: string,
  envelope: Uint8Array,
  { transactionId, channel }: Inspected,
): Promise<CommitStatus> {
  const { peers, notices, submitted, deadlines, time } = parts;
  const end = performance.now() + deadlines.commit;
  const expected = notices.expect(transactionId, sender);
  const noticed = new AbortController();
  expected.noticed.then(() => noticed.abort());
  try {
    if (!submitted.has(transactionId)) {
      // gateway.SubmitRequest
      const request = Buffer.concat([bytesField(1, transactionId), bytesField(2, channel), bytesField(3, envelope)]);
      const options = { deadlineMs: deadlines.submit, signal: noticed.signal };
      const handOver = peers.run("submit", sender, options, (peer, msLeft) =>
        call(peer, METHODS.submit, request, { deadlineMs: msLeft, signal: noticed.signal }),
      );
      await time("submit", () => Promise.race([handOver, expected.noticed]));
      // The race may be lost afterwards: the notice has called it off.
      handOver.catch(() => undefined);
      submitted.add(transactionId);
    }
    return await time("commit", () => expected.within(Math.max(1, end - performance.now())));
  } finally {
    expected.forget();
    noticed.abort();
  }
}
