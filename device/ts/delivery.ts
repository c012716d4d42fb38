/**
 * Brings a journal's batches to the ledger, one transaction at a time (design, "What a device does, exactly").
 *
 * States of a batch: *waiting* readings → *frozen* (has its number for ever) → *noticed* (the proxy says it is committed: a hint that lets
 * the next one go out) → *proved* (endorsed on top of, answered "already recorded", or shown by an attested read) and only then dropped.
 * A false notice costs one refused transaction: the next batch does not fit, the head is read again, the batch is sent again.
 */
import { encodeMoment, FIRST_PREVIOUS, MAX_READINGS } from "../../lib/domain/batch";
import { type ErrorCode, WintersealError } from "../../lib/messages/errors";
import { expectBatch, headOf, recordedHash } from "./batch-result";
import { equal, toHex } from "./bytes";
import type { Committed, Endorsed, LightClient } from "./client";
import type { DeviceClock } from "./clock";
import { broughtBy, HandedOvers } from "./handed-over";
import type { Journal } from "./journal";
import type { Frozen, Head } from "./journal-state";
import { DEFAULT_RETRY, type RetrySettings, retryDelay } from "./retry";

/**
 * Numbers skipped after a journal was lost. A device signs at most two numbers past what is committed, the second as a proposal only
 * (decision 0030), and endorsers that answered may be a block or two behind.
 */
export const LOST_MARGIN = 4;

export interface DeliverySettings {
  /** Readings that make a batch go out, and its target size while there is no backlog. */
  readonly batchReadings: number;
  /** Age of the oldest waiting reading that makes a batch go out, ms. */
  readonly batchAgeMs: number;
  /** After a notice, how long without another batch until an attested read proves it, ms. */
  readonly proveAfterMs: number;
  readonly retry: RetrySettings;
}
export const DEFAULT_DELIVERY: DeliverySettings = { batchReadings: 60, batchAgeMs: 60_000, proveAfterMs: 90_000, retry: DEFAULT_RETRY };

export interface DeliveryParts {
  readonly id: string;
  readonly boot: Uint8Array;
  readonly journal: Journal;
  readonly clock: DeviceClock;
  readonly client: Pick<LightClient, "endorse" | "read" | "time"> & Partial<Pick<LightClient, "distrust">>;
  /** In [0, 1), for jitter only. */
  readonly random: () => number;
  readonly observe?: (event: DeliveryEvent) => void;
}

export type DeliveryEvent =
  /** The proxy says that it is committed. */
  | { readonly type: "noticed"; readonly sequence: number; readonly transactionId: string; readonly block: number }
  /** Proved: on the ledger for certain. */
  | { readonly type: "proved"; readonly sequence: number }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string; readonly waitMs: number }
  | { readonly type: "adopted"; readonly sequence: number; readonly reason: string };

/** After these the device's picture of the ledger's head is in doubt. */
const HEAD_IN_DOUBT: ReadonlySet<ErrorCode> = new Set(["SEQUENCE_GAP", "SEQUENCE_PAST", "PREVIOUS_HASH", "ENDORSED_RESULT"]);

export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #settings: DeliverySettings;
  #noticed = 0;
  #noticedTick = 0;
  #reconciled = false;
  #clockKept = false;
  #failures = 0;
  #trouble: WintersealError | null = null;
  #hurried = false;
  readonly #handed = new HandedOvers();

  constructor(parts: DeliveryParts, settings: Partial<DeliverySettings> = {}) {
    this.#parts = parts;
    this.#settings = { ...DEFAULT_DELIVERY, ...settings };
  }

  /** What the last try failed with, or null. */
  get trouble(): WintersealError | null {
    return this.#trouble;
  }

  /** Through which number the proxy says that all is committed. */
  get noticed(): number {
    return Math.max(this.#noticed, this.#parts.journal.proved.sequence);
  }

  /** What waits goes out with the next {@link step}, whatever its number and age. */
  hurry(): void {
    this.#hurried = true;
  }

  /**
   * Does the next thing there is to do. Never throws on a refusal or a fault: it tells how long to wait.
   * @returns ms until the next step is worth its while; 0 when there is more to do at once
   */
  async step(): Promise<number> {
    try {
      const wait = await this.#act();
      this.#failures = 0;
      this.#trouble = null;
      return wait;
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      return this.#failed(error);
    }
  }

  async #act(): Promise<number> {
    if (this.#parts.clock.asking) await this.#askTime();
    if (!this.#reconciled) await this.#reconcile();
    const next = await this.#next();
    if (next !== undefined) {
      await this.#deliver(next);
      return 0;
    }
    await this.#nameProxies();
    const untilProof = this.#untilProof();
    if (untilProof > 0) return Math.min(this.#untilDue(), untilProof);
    await this.#proveNoticed();
    return 0;
  }

  async #askTime(): Promise<void> {
    const { client, clock } = this.#parts;
    const asked = clock.tick();
    clock.hint(await client.time(), asked);
  }

  /** The batch to send: an unsent frozen one, else newly frozen content that is due. */
  async #next(): Promise<Frozen | undefined> {
    const { journal, boot } = this.#parts;
    const unsent = () => journal.frozen.find(({ sequence }) => sequence > this.#noticed);
    const frozen = unsent();
    if (frozen !== undefined) return frozen;
    if (journal.suspect !== null) await journal.freezeLost(boot, LOST_MARGIN, journal.suspect);
    else if (this.#untilDue() <= 0) {
      this.#hurried = false;
      await journal.freeze(MAX_READINGS);
    }
    return unsent();
  }

  /** ms until waiting readings should go out; infinite when none wait. */
  #untilDue(): number {
    const { journal, boot, clock } = this.#parts;
    const { oldest } = journal;
    if (oldest === undefined) return Number.POSITIVE_INFINITY;
    if (this.#hurried || !equal(oldest.boot, boot) || oldest.count >= this.#settings.batchReadings) return 0;
    return Math.max(0, oldest.tick + this.#settings.batchAgeMs - clock.tick());
  }

  /** ms until the last noticed batch should be proved; infinite when it is. */
  #untilProof(): number {
    if (this.#noticed <= this.#parts.journal.proved.sequence) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#noticedTick + this.#settings.proveAfterMs - this.#parts.clock.tick());
  }

  async #deliver(frozen: Frozen): Promise<void> {
    const { id, client, clock, boot } = this.#parts;
    const args = [frozen.bytes, encodeMoment({ boot, tick: clock.tick() })];
    const endorsed = await client.endorse("batch:Record", args, expectBatch(id, frozen));
    if (endorsed.value === "already-recorded") {
      await this.#prove(frozen);
      return;
    }
    await this.#keepClock();
    // The contract takes the next number only: this endorsement proves the batch before.
    const before = frozen.batch.kind === "lost" ? frozen.batch.from - 1 : frozen.sequence - 1;
    await this.#prove({ sequence: before, hash: frozen.batch.previous });
    this.#handed.give(frozen.sequence, endorsed.transactionId, endorsed.proxy, clock.tick());
    const { transactionId, block } = await this.#submit(endorsed);
    this.#noticed = frozen.sequence;
    this.#noticedTick = clock.tick();
    this.#parts.observe?.({ type: "noticed", sequence: frozen.sequence, transactionId, block });
  }

  async #submit(endorsed: Endorsed<unknown>): Promise<Committed> {
    try {
      const committed = await endorsed.submit();
      this.#handed.said(true, false);
      return committed;
    } catch (error) {
      this.#handed.said(false, error instanceof WintersealError && error.code === "COMMIT_INVALID");
      throw error;
    }
  }

  /** Where a proved batch was given out more than once: the ledger says which transaction brought it, and so which proxy kept one back. */
  async #nameProxies(): Promise<void> {
    const { id, client, journal, boot } = this.#parts;
    const through = journal.proved.sequence;
    for (let sequence = this.#handed.doubtful(through); sequence !== undefined; sequence = this.#handed.doubtful(through)) {
      const brought = broughtBy(await client.read({ kind: "batch", sensor: id, sequence }));
      for (const withheld of this.#handed.settle(sequence, brought, boot)) await journal.withhold(withheld);
    }
    this.#handed.forget(through);
  }

  /** Once in a boot, after organisations took a timestamp: what a batch that must wait for a later boot needs to be more than *unknown*. */
  async #keepClock(): Promise<void> {
    const { journal, boot, clock } = this.#parts;
    if (this.#clockKept) return;
    await journal.beginBoot(boot, { tick: clock.tick(), at: clock.now() });
    this.#clockKept = true;
  }

  async #prove(head: Head): Promise<void> {
    const { journal, clock, observe } = this.#parts;
    const news = head.sequence > journal.proved.sequence;
    await journal.prove(head, clock.now());
    this.#noticed = Math.max(this.#noticed, head.sequence);
    if (news) observe?.({ type: "proved", sequence: head.sequence });
  }

  /** Asks for the last noticed batch; one that is not there is sent again. */
  async #proveNoticed(): Promise<void> {
    const { id, client, journal } = this.#parts;
    const frozen = journal.frozen.find(({ sequence }) => sequence === this.#noticed);
    if (frozen === undefined) {
      this.#noticed = journal.proved.sequence;
      return;
    }
    const hash = recordedHash(await client.read({ kind: "batch", sensor: id, sequence: frozen.sequence }));
    if (hash === toHex(frozen.hash)) {
      await this.#prove(frozen);
      return;
    }
    this.#noticed = journal.proved.sequence;
    client.distrust?.();
    if (hash !== undefined) this.#reconciled = false;
    throw new WintersealError("COMMIT_UNKNOWN", "a batch that was said to be committed is not", { sequence: frozen.sequence });
  }

  /** Compares the journal with the ledger's own head, before anything is signed in this boot. */
  async #reconcile(): Promise<void> {
    const { id, client, journal } = this.#parts;
    const head = headOf(await client.read({ kind: "sensor", sensor: id }), FIRST_PREVIOUS);
    const known =
      head.sequence === journal.proved.sequence ? journal.proved : journal.frozen.find(({ sequence }) => sequence === head.sequence);
    if (known !== undefined && equal(known.hash, head.hash)) {
      await this.#prove(head);
      this.#noticed = head.sequence;
    } else if (head.sequence < journal.proved.sequence) {
      throw new WintersealError("COMMIT_UNKNOWN", "the peers that answered are behind", { sequence: head.sequence });
    } else await this.#adopt(head);
    this.#reconciled = true;
  }

  /** The ledger has more than this journal, or something else: the journal was lost or set back. */
  async #adopt(head: Head): Promise<void> {
    const { id, client, journal, observe } = this.#parts;
    const foreign = new Set<number>();
    for (const { sequence, hash } of journal.frozen) {
      const recorded = sequence > head.sequence ? undefined : recordedHash(await client.read({ kind: "batch", sensor: id, sequence }));
      if (recorded !== toHex(hash)) foreign.add(sequence);
    }
    const reason = journal.head.sequence === 0 ? "journal lost" : "journal set back";
    await journal.adopt(head, foreign, reason);
    this.#noticed = head.sequence;
    observe?.({ type: "adopted", sequence: head.sequence, reason });
  }

  #failed(error: WintersealError): number {
    const { clock, random, observe } = this.#parts;
    this.#failures += 1;
    this.#trouble = error;
    if (error.code === "TIMESTAMP_OFF") clock.distrust();
    if (error.code === "UNAVAILABLE" || error.code === "DEADLINE") clock.reconnected();
    if (HEAD_IN_DOUBT.has(error.code)) {
      this.#reconciled = false;
      // Whoever said that the batch before is committed may have lied: another proxy is asked, where there is one.
      this.#parts.client.distrust?.();
    }
    const waitMs = retryDelay(error, this.#failures, random(), this.#settings.retry);
    observe?.({ type: "failed", code: error.code, message: error.message, waitMs });
    return waitMs;
  }
}
