/** What a journal's records amount to; changed by applying records only. */
import { type Batch, batchHash, type ClockReading, decodeBatch, FIRST_PREVIOUS, type TickReading } from "../../lib/domain/batch";
import { DomainError } from "../../lib/domain/errors";
import { equal } from "./bytes";
import type { Decision, JournalRecord, Withheld } from "./journal-records";

/** The end of a chain of batches. */
export interface Head {
  readonly sequence: number;
  readonly hash: Uint8Array;
}

export interface Frozen extends Head {
  readonly bytes: Uint8Array;
  readonly batch: Batch;
}

/** Readings of one boot that are in no batch yet. */
interface Segment {
  readonly boot: Uint8Array;
  clock: ClockReading | null;
  readonly readings: TickReading[];
}

/** Decisions that wait to be reported at most; of more, the oldest are forgotten. */
const MAX_REPORTS = 16;

/** Readings per record when the journal is rewritten: bounds what one record holds. */
const CHUNK = 1000;

export class JournalState {
  readonly #sensor: string;
  proved: Head & { readonly at: number } = { sequence: 0, hash: FIRST_PREVIOUS, at: 0 };
  frozen: readonly Frozen[] = [];
  suspect: string | null = null;
  /** What was decided about the newest command that it took, or null. */
  decided: Decision | null = null;
  /** Decisions that the ledger may not have yet, oldest first. */
  reports: readonly Decision[] = [];
  /** What proxies took and never got committed, and the ledger may not know yet, oldest first. */
  withheld: readonly Withheld[] = [];
  #segments: Segment[] = [];

  constructor(sensor: string) {
    this.#sensor = sensor;
  }

  get head(): Head {
    return this.frozen.at(-1) ?? this.proved;
  }

  get waiting(): number {
    return this.#segments.reduce((sum, { readings }) => sum + readings.length, 0);
  }

  /** The oldest boot with waiting readings. */
  get oldest(): Readonly<Segment> | undefined {
    return this.#segments.find(({ readings }) => readings.length > 0);
  }

  lastTick(boot: Uint8Array): number | undefined {
    const frozen = this.frozen.map(({ batch }) => (batch.kind === "readings" ? batch : undefined));
    const last = [...frozen, ...this.#segments].findLast(
      (part) => part !== undefined && part.readings.length > 0 && equal(part.boot, boot),
    );
    return last?.readings.at(-1)?.tick;
  }

  /** @throws DomainError for a record that cannot follow the ones before */
  apply(record: JournalRecord): void {
    switch (record.kind) {
      case "sensor":
        if (record.sensor !== this.#sensor) throw new DomainError("BATCH_MALFORMED", "another sensor's journal");
        return;
      case "boot":
        this.#applyBoot(record.boot, record.clock);
        return;
      case "readings": {
        const segment = this.#segments.at(-1);
        if (segment === undefined) throw new DomainError("BATCH_MALFORMED", "readings before a boot");
        for (const reading of record.readings) segment.readings.push(reading);
        return;
      }
      case "frozen":
        this.#applyFrozen(record.bytes, record.consumed);
        return;
      case "proved":
        this.proved = { sequence: record.sequence, hash: record.hash, at: record.at };
        this.frozen = this.frozen.filter(({ sequence }) => sequence > record.sequence);
        return;
      case "suspect":
        this.suspect = record.reason;
        return;
      case "command": {
        const { kind: _, ...decision } = record;
        this.decided = decision;
        this.reports = [...this.reports, decision].slice(-MAX_REPORTS);
        return;
      }
      case "reported":
        this.reports = this.reports.filter(({ counter }) => counter > record.counter);
        return;
      case "withheld": {
        const { kind: _, ...withheld } = record;
        this.withheld = [...this.withheld, withheld].slice(-MAX_REPORTS);
        return;
      }
      case "told":
        this.withheld = this.withheld.slice(1);
    }
  }

  /** Records that lead to this state from none. */
  snapshot(): JournalRecord[] {
    const records: JournalRecord[] = [
      { kind: "sensor", sensor: this.#sensor },
      { kind: "proved", ...this.proved },
    ];
    for (const { bytes } of this.frozen) records.push({ kind: "frozen", consumed: 0, bytes });
    if (this.suspect !== null) records.push({ kind: "suspect", reason: this.suspect });
    if (this.decided !== null && this.reports.length === 0) {
      records.push({ kind: "command", ...this.decided }, { kind: "reported", counter: this.decided.counter });
    }
    for (const decision of this.reports) records.push({ kind: "command", ...decision });
    for (const withheld of this.withheld) records.push({ kind: "withheld", ...withheld });
    for (const { boot, clock, readings } of this.#segments) {
      records.push({ kind: "boot", boot, clock });
      for (let at = 0; at < readings.length; at += CHUNK) records.push({ kind: "readings", readings: readings.slice(at, at + CHUNK) });
    }
    return records;
  }

  /** This state continued from a head that it did not write; the readings of `foreign` batches wait again. */
  adopted(head: Head, foreign: ReadonlySet<number>, reason: string): JournalState {
    const next = new JournalState(this.#sensor);
    const kept = this.frozen.filter(({ sequence }) => foreign.has(sequence)).flatMap(({ batch }) => segmentOf(batch));
    next.#segments = [...kept, ...this.#segments];
    next.proved = { ...head, at: this.proved.at };
    next.suspect = reason;
    next.decided = this.decided;
    next.reports = this.reports;
    next.withheld = this.withheld;
    return next;
  }

  #applyBoot(boot: Uint8Array, clock: ClockReading | null): void {
    const last = this.#segments.at(-1);
    if (last !== undefined && equal(last.boot, boot)) last.clock = clock ?? last.clock;
    else this.#segments = [...this.#segments.filter(({ readings }) => readings.length > 0), { boot, clock, readings: [] }];
  }

  #applyFrozen(bytes: Uint8Array, consumed: number): void {
    const batch = decodeBatch(bytes);
    const first = batch.kind === "lost" ? batch.from : batch.sequence;
    if (first !== this.head.sequence + 1 || !equal(batch.previous, this.head.hash)) {
      throw new DomainError("BATCH_MALFORMED", "a batch does not continue the one before");
    }
    this.frozen = [...this.frozen, { sequence: batch.sequence, hash: batchHash(this.#sensor, bytes), bytes, batch }];
    if (consumed > 0) this.#segments.find(({ readings }) => readings.length > 0)?.readings.splice(0, consumed);
    if (batch.kind === "lost") this.suspect = null;
  }
}

function segmentOf(batch: Batch): Segment[] {
  return batch.kind === "readings" ? [{ boot: batch.boot, clock: batch.clock, readings: [...batch.readings] }] : [];
}
