import { setTimeout as sleep } from "node:timers/promises";
import { call, METHODS } from "../../lib/fabric/call";
import type { CommitNotices, CommitStatus } from "../../lib/fabric/commit-notices";
import type { Peers } from "../../lib/fabric/peers";
import { bytesField } from "../../lib/fabric/wire";
import type { Inspected } from "./inspect";

const REMEMBERED = 20_000;

/**
 * How long an orderer may keep a transaction without any block coming, ms: more than its usual batch timeout (2 s). What a leader took and had not
 * passed on yet dies with it, though it said yes.
 */
const OVERDUE = 3_000;
/** How long blocks may come without it: then it is not merely behind others. */
const LONG_OVERDUE = 9_000;

/**
 * Transactions that an orderer took from this process. Sent again by a device (a lost answer, MQTT's own resending), they are not ordered again but only
 * waited for. A restart may forget them without harm: the ledger refuses the second one as a duplicate and tells the status of the first.
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
  /** Called when a transaction is handed over again. */
  readonly overdue?: (() => void) | undefined;
  /** Takes the time of each stage. */
  readonly time: <T>(stage: "submit" | "commit", work: () => Promise<T>) => Promise<T>;
}

/**
 * Hands the device's signed envelope to the orderers, as it is, and waits for what becomes of it. The notice ends also the handing over: it may have
 * succeeded and its answer got lost with the peer. What is overdue is handed over again: the same bytes have one transaction id, and only its first
 * place on the ledger counts.
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
  // gateway.SubmitRequest
  const request = Buffer.concat([bytesField(1, transactionId), bytesField(2, channel), bytesField(3, envelope)]);
  const { signal } = noticed;
  const handOver = (deadlineMs: number) =>
    peers.run("submit", sender, { deadlineMs, signal }, (peer, msLeft) =>
      call(peer, METHODS.submit, request, { deadlineMs: msLeft, signal }),
    );
  try {
    if (!submitted.has(transactionId)) {
      const first = handOver(deadlines.submit);
      await time("submit", () => Promise.race([first, expected.noticed]));
      // The race may be lost afterwards: the notice has called it off.
      first.catch(() => undefined);
      submitted.add(transactionId);
    }
    const left = () => Math.max(1, end - performance.now());
    void handOverAgain(parts, () => handOver(left()), signal);
    return await time("commit", () => expected.within(left()));
  } finally {
    expected.forget();
    noticed.abort();
  }
}

/** Each time that the transaction is overdue, until it is noticed or nobody waits any more. */
async function handOverAgain({ notices, overdue }: SubmitParts, handOver: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (let since = performance.now(), seen = notices.seen; ; ) {
    await sleep(OVERDUE, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const isLong = performance.now() - since > LONG_OVERDUE;
    if (notices.seen === seen || isLong) {
      overdue?.();
      // Whether it succeeds or not, the notice decides.
      await handOver().catch(() => undefined);
      since = performance.now();
    }
    seen = notices.seen;
  }
}
