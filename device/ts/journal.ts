/**
 * A device's journal: what it measured and what it froze, until the ledger has it. Nothing is signed before it stands here, so that a
 * sequence number never gets other content, also not after a power loss at any byte (docs/decisions/0030).
 *
 * Readings wait one by one; freezing the oldest of them makes a batch with the next number; a proof drops batches. The state in memory
 * changes only after the storage has the record for certain.
 */
import { type ClockReading, checkReading, encodeBatch, type ImportedReading, MAX_READINGS, type TickReading } from "../../lib/domain/batch";
import { DomainError } from "../../lib/domain/errors";
import { WintersealError } from "../../lib/messages/errors";
import { concat } from "./bytes";
import { type Decision, encodeRecord, type JournalRecord, scanRecords, type Withheld } from "./journal-records";
import { type Frozen, type Head, JournalState } from "./journal-state";

/** Where a journal's bytes lie: a file, flash, or memory in a simulation. */
export interface Storage {
  /** Everything, or undefined when there is nothing yet. */
  read(): Promise<Uint8Array | undefined>;
  /** Durable when it resolves. After a failure the tail may be torn until the next {@link replace}. */
  append(bytes: Uint8Array): Promise<void>;
  /** Old content or new content, never a mixture; durable when it resolves. */
  replace(bytes: Uint8Array): Promise<void>;
}

/** Rewritten without its past when it is larger than this and mostly past. */
const COMPACT_BYTES = 64 * 1024;

export class Journal {
  readonly #storage: Storage;
  #state: JournalState;
  #size = 0;
  /** The stored bytes are not to be appended to: torn by a failed write, or not there yet. */
  #rewrite = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(storage: Storage, state: JournalState) {
    this.#storage = storage;
    this.#state = state;
  }

  /**
   * Reads a journal. A torn tail is cut. Of a damaged one the whole beginning is kept, and {@link suspect} tells that numbers after it
   * may have been used; the same for one that begins with nothing readable.
   * @throws WintersealError JOURNAL_DAMAGED when it is another sensor's, JOURNAL_UNWRITABLE
   */
  static async open(storage: Storage, sensor: string): Promise<Journal> {
    const journal = new Journal(storage, new JournalState(sensor));
    const bytes = await storage.read();
    if (bytes !== undefined) journal.#replay(bytes, sensor);
    if (bytes === undefined || journal.#rewrite) await journal.#replace(journal.#state);
    return journal;
  }

  /** What the ledger is known to have. `at`: time of the last proof, ms UTC; the clock never runs before it. */
  get proved(): Head & { readonly at: number } {
    return this.#state.proved;
  }

  /** Batches that may not be on the ledger, oldest first. */
  get frozen(): readonly Frozen[] {
    return this.#state.frozen;
  }

  /** The last number given, and its hash. */
  get head(): Head {
    return this.#state.head;
  }

  /** Readings that are in no batch. */
  get waiting(): number {
    return this.#state.waiting;
  }

  /** The oldest waiting readings: their boot, the first one's tick, and how many wait in that boot. */
  get oldest(): { readonly boot: Uint8Array; readonly tick: number; readonly count: number } | undefined {
    const segment = this.#state.oldest;
    const tick = segment?.readings[0]?.tick;
    return segment === undefined || tick === undefined ? undefined : { boot: segment.boot, tick, count: segment.readings.length };
  }

  /** Tick of the last reading of a boot that is still here, waiting or frozen. */
  lastTick(boot: Uint8Array): number | undefined {
    return this.#state.lastTick(boot);
  }

  /** Why numbers after {@link head} may have been used already, or null. */
  get suspect(): string | null {
    return this.#state.suspect;
  }

  /** What was decided about the newest command that it took, or null. */
  get decided(): Decision | null {
    return this.#state.decided;
  }

  /** Decisions about commands that the ledger may not have yet, oldest first. */
  get reports(): readonly Decision[] {
    return this.#state.reports;
  }

  /** What proxies took and never got committed, and the ledger may not know yet, oldest first. */
  get withheld(): readonly Withheld[] {
    return this.#state.withheld;
  }

  /** A start of the device, or its clock in the running boot. */
  beginBoot(boot: Uint8Array, clock: ClockReading | null): Promise<void> {
    return this.#commit(() => ({ kind: "boot", boot, clock }));
  }

  /** Keeps readings of the running boot. @throws WintersealError JOURNAL_UNWRITABLE: then they are not kept */
  append(readings: readonly TickReading[]): Promise<void> {
    return this.#commit(() => {
      checkAll(readings);
      return readings.length === 0 ? undefined : { kind: "readings", readings };
    });
  }

  /** Freezes the oldest waiting readings of one boot, at most `max`, under the next number. Nothing happens when none wait. */
  freeze(max: number = MAX_READINGS): Promise<void> {
    return this.#commit(() => {
      const segment = this.#state.oldest;
      if (segment === undefined) return undefined;
      const readings = segment.readings.slice(0, Math.min(max, MAX_READINGS));
      const { boot, clock } = segment;
      return {
        kind: "frozen",
        consumed: readings.length,
        bytes: encodeBatch({ kind: "readings", ...this.#next(), boot, clock, readings }),
      };
    });
  }

  /** Freezes readings that carry a file's own times. @param readings at most MAX_READINGS */
  freezeImported(boot: Uint8Array, readings: readonly ImportedReading[]): Promise<void> {
    return this.#commit(() => ({
      kind: "frozen",
      consumed: 0,
      bytes: encodeBatch({ kind: "imported", ...this.#next(), boot, readings }),
    }));
  }

  /** Declares the next numbers lost, and by that jumps over them. @param count how many numbers */
  freezeLost(boot: Uint8Array, count: number, reason: string): Promise<void> {
    return this.#commit(() => {
      const { sequence: from, previous } = this.#next();
      const to = from + count - 1;
      return { kind: "frozen", consumed: 0, bytes: encodeBatch({ kind: "lost", sequence: to, previous, boot, from, to, reason }) };
    });
  }

  /** Keeps a decision about a command before it is carried out. @throws WintersealError JOURNAL_UNWRITABLE: then nothing is decided */
  decide(decision: Decision): Promise<void> {
    return this.#commit(() => ({ kind: "command", ...decision }));
  }

  /** The ledger has the device's word about every command through this one. */
  reported(counter: number): Promise<void> {
    return this.#commit(() => (this.reports.some((report) => report.counter <= counter) ? { kind: "reported", counter } : undefined));
  }

  /** Keeps what a proxy took and never got committed until the ledger knows. */
  withhold(withheld: Withheld): Promise<void> {
    return this.#commit(() => ({ kind: "withheld", ...withheld }));
  }

  /** The ledger has the device's word about the oldest of {@link withheld}. */
  told(): Promise<void> {
    return this.#commit(() => (this.withheld.length > 0 ? { kind: "told" } : undefined));
  }

  /** The ledger has everything through this head. Nothing happens when that was known. */
  prove({ sequence, hash }: Head, at: number): Promise<void> {
    return this.#commit(() => {
      const { proved } = this.#state;
      if (sequence <= proved.sequence && at <= proved.at) return undefined;
      return sequence < proved.sequence
        ? { kind: "proved", ...proved, at }
        : { kind: "proved", sequence, hash, at: Math.max(at, proved.at) };
    });
  }

  /**
   * Continues from a head that this journal did not write: it was lost, or set back to an older copy.
   * @param foreign numbers of frozen batches that the ledger has with other content or not at all: their readings wait again
   */
  adopt(head: Head, foreign: ReadonlySet<number>, reason: string): Promise<void> {
    return this.#exclusive(async () => {
      const next = this.#state.adopted(head, foreign, reason);
      await this.#replace(next);
      this.#state = next;
    });
  }

  #next(): { sequence: number; previous: Uint8Array } {
    return { sequence: this.head.sequence + 1, previous: this.head.hash };
  }

  #replay(bytes: Uint8Array, sensor: string): void {
    const { records, end, rest } = scanRecords(bytes);
    const [first] = records;
    if (first?.kind === "sensor" && first.sensor !== sensor) {
      throw new WintersealError("JOURNAL_DAMAGED", "the journal belongs to another sensor", { sensor: first.sensor });
    }
    this.#size = end;
    this.#rewrite = rest !== "nothing" || first?.kind !== "sensor";
    const damage = this.#applyAll(first?.kind === "sensor" ? records : []) || rest === "damaged";
    if (damage) this.#state.suspect = "journal damaged";
    if (first?.kind !== "sensor") this.#state.suspect = "journal lost";
    this.#rewrite ||= damage;
  }

  /** Whether some record could not follow the ones before it; it and all after it are left out. */
  #applyAll(records: readonly JournalRecord[]): boolean {
    try {
      for (const record of records) this.#state.apply(record);
      return false;
    } catch (error) {
      if (error instanceof DomainError) return true;
      throw error;
    }
  }

  /** Appends what `form` decides under exclusion; it may decide on nothing. */
  #commit(form: () => JournalRecord | undefined): Promise<void> {
    return this.#exclusive(async () => {
      const record = form();
      if (record === undefined) return;
      if (this.#rewrite) await this.#replace(this.#state, encodeRecord(record));
      else await this.#append(encodeRecord(record));
      this.#state.apply(record);
      if (record.kind === "proved" && this.#size > COMPACT_BYTES && this.#needed() * 2 < this.#size) await this.#replace(this.#state);
    });
  }

  #exclusive<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(run);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#rewrite = true;
    await unwritable(this.#storage.append(bytes));
    this.#rewrite = false;
    this.#size += bytes.length;
  }

  async #replace(state: JournalState, ...more: Uint8Array[]): Promise<void> {
    const bytes = concat(...state.snapshot().map(encodeRecord), ...more);
    await unwritable(this.#storage.replace(bytes));
    this.#rewrite = false;
    this.#size = bytes.length;
  }

  /** Bytes a rewrite would need, roughly. */
  #needed(): number {
    return this.frozen.reduce((sum, { bytes }) => sum + bytes.length, 0) + this.waiting * 16;
  }
}

async function unwritable<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (cause) {
    throw new WintersealError("JOURNAL_UNWRITABLE", undefined, {}, { cause });
  }
}

/** What could never be in a batch must not wait here: it would stop every batch after it. */
function checkAll(readings: readonly TickReading[]): void {
  try {
    for (const reading of readings) checkReading(reading);
  } catch (error) {
    if (error instanceof DomainError) throw new WintersealError(error.code, error.message, {}, { cause: error });
    throw error;
  }
}
