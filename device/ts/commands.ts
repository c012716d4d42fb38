/**
 * What a device's owner tells it (docs/decisions/0185). A hint of the proxy makes it ask, and so does a schedule of its own: a hint proves nothing, and one
 * that is held back only costs time. What counts is an attested read over the device's own nonce, by endorsers that it pinned.
 *
 * A decision stands in the journal before it takes effect. The sensor's word about it then goes to the ledger, and stays in the journal until
 * organisations have signed that it is there: a commit notice is no proof.
 */
import { type CanonicalValue, canonicalBytes } from "../../lib/domain/canonical-json";
import { type CommandReport, IDENTIFY_MS, INTERVAL_MS, type Settings, type WithheldReport } from "../../lib/messages/commands";
import { type ErrorCode, WintersealError } from "../../lib/messages/errors";
import { Asking } from "./asking";
import { equal, toHex } from "./bytes";
import type { LightClient } from "./client";
import type { DeviceClock } from "./clock";
import { type CommandState, commandsIn, expectReport, type Told } from "./command-answer";
import type { Journal } from "./journal";
import type { Decision, Standing, Withheld } from "./journal-records";
import { DEFAULT_RETRY, retryDelay } from "./retry";

export interface CommandSettings {
  /** How often the ledger is asked without a hint, ms. */
  readonly askEveryMs: number;
  /** As configured: what holds until the owner commands otherwise. */
  readonly interval: number;
  readonly profile: string | null;
}
export const DEFAULT_ASK_EVERY = 10 * 60_000;

export interface CommandParts {
  readonly id: string;
  readonly boot: Uint8Array;
  readonly journal: Journal;
  readonly clock: DeviceClock;
  readonly client: Pick<LightClient, "read" | "endorse">;
  /** In [0, 1), for jitter only. */
  readonly random: () => number;
  /** Whether the device knows a profile's rules. */
  readonly knows?: (profile: string) => boolean;
  /** Makes the device be seen, for so many ms. */
  readonly identify?: (ms: number) => void;
  readonly observe?: (event: CommandEvent) => void;
}

export type CommandEvent =
  | { readonly type: "command"; readonly counter: number; readonly kind: string; readonly outcome: Decision["outcome"] }
  | { readonly type: "reported"; readonly counter: number }
  /** The ledger knows which proxy kept a batch back. */
  | { readonly type: "named"; readonly proxy: string; readonly sequence: number }
  /** No answer, or one that is not to be believed. */
  | { readonly type: "unproved"; readonly code: ErrorCode; readonly message: string; readonly waitMs: number };

/** How long after a report was sent the ledger is asked whether it is there, and when it is sent again. ms */
const PROVE_AFTER = 3_000;
const REPORT_AGAIN = 60_000;
const FRESH: Standing = { interval: null, profile: null, measuring: true };
/** The commit of a report can lose against a command of the same moment; that heals like any other. */
const RETRY = DEFAULT_RETRY;

export class Commands {
  readonly #parts: CommandParts;
  readonly #settings: CommandSettings;
  #limit: number | null = null;
  readonly #asking: Asking;
  #failures = 0;
  #reportDue = 0;
  #reportFailures = 0;
  #trouble: ErrorCode | null = null;
  #heard: number | null = null;
  #changed: () => void = () => undefined;

  constructor(parts: CommandParts, settings: CommandSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#asking = new Asking(() => parts.clock.tick(), settings.askEveryMs);
  }

  /** Called after how the device works has changed. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /** How the device works now: never less often than the goods ask that it rides with, whatever it was told. */
  get working(): Settings {
    const { interval, profile, measuring } = this.#parts.journal.decided ?? FRESH;
    return {
      interval: Math.min(interval ?? this.#settings.interval, this.#limit ?? Number.POSITIVE_INFINITY),
      profile: profile ?? this.#settings.profile,
      measuring: measuring || this.#limit !== null,
    };
  }

  /** Why the last question led to nothing, or null. */
  get trouble(): ErrorCode | null {
    return this.#trouble;
  }

  /** Tick of the last answer that was proved, or null: since then nobody can have told the device anything. */
  get heard(): number | null {
    return this.#heard;
  }

  /** There may be something new. Nothing is believed. */
  hint(): void {
    this.#asking.hint();
  }

  /**
   * Asks the ledger when it is time to. Never throws on a refusal or a fault.
   * @returns ms until the next step is worth its while
   */
  async step(): Promise<number> {
    if (this.#asking.wait > 0) return this.#asking.wait;
    try {
      this.#asking.answered(await this.#ask());
      this.#failures = 0;
      this.#trouble = null;
      this.#heard = this.#parts.clock.tick();
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      this.#failures += 1;
      this.#asking.again(this.#unproved(error, this.#failures));
    }
    return this.#asking.wait;
  }

  /**
   * Brings the oldest decision that is not known to be on the ledger there. One transaction of a sensor is under way at a time: the caller sees to that.
   * @returns ms until the next try; infinite when there is nothing to report
   */
  async report(): Promise<number> {
    const { clock, journal } = this.#parts;
    const [decision] = journal.reports;
    const [withheld] = journal.withheld;
    if (decision === undefined && withheld === undefined) return Number.POSITIVE_INFINITY;
    const early = this.#reportDue - clock.tick();
    if (early > 0) return early;
    try {
      const isThere = decision === undefined ? await this.#tell(withheld) : await this.#send(decision);
      this.#reportFailures = 0;
      this.#reportDue = isThere ? 0 : clock.tick() + (decision === undefined ? PROVE_AFTER : REPORT_AGAIN);
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      this.#reportFailures += 1;
      this.#reportDue = clock.tick() + this.#unproved(error, this.#reportFailures);
    }
    return Math.max(0, this.#reportDue - clock.tick());
  }

  /** @returns whether there was something new */
  async #ask(): Promise<boolean> {
    const { id, client } = this.#parts;
    this.#asking.begin();
    return this.#take(commandsIn(await client.read({ kind: "command", sensor: id }), id));
  }

  async #take({ newest, reported, limit }: CommandState): Promise<boolean> {
    const { journal, observe } = this.#parts;
    const seen = journal.decided?.counter ?? 0;
    const counter = newest?.counter ?? 0;
    // Peers that are behind, or a copy of the ledger from before: what it says is over.
    if (counter < seen) throw new WintersealError("COMMAND_REPLAYED", undefined, { counter, seen });
    const before = JSON.stringify(this.working);
    this.#limit = limit;
    const waiting = journal.reports.filter((report) => report.counter <= reported);
    await journal.reported(reported);
    for (const report of waiting) observe?.({ type: "reported", counter: report.counter });
    if (newest !== null && counter > seen) await this.#decide(newest);
    const isOther = JSON.stringify(this.working) !== before;
    if (isOther) this.#changed();
    return isOther || counter > seen;
  }

  async #decide({ counter, expires, command }: Told): Promise<void> {
    const { journal, clock, boot, identify, observe } = this.#parts;
    const before = journal.decided ?? FRESH;
    const next = clock.now() >= expires ? "COMMAND_EXPIRED" : (this.#after(before, command) ?? "COMMAND_UNFIT");
    const outcome = typeof next === "string" ? next : "done";
    const { interval, profile, measuring } = typeof next === "string" ? before : next;
    await journal.decide({ counter, outcome, boot, tick: clock.tick(), interval, profile, measuring });
    this.#reportDue = 0;
    if (outcome === "done" && command.kind === "identify") identify?.(command.ms as number);
    observe?.({ type: "command", counter, kind: String(command.kind).slice(0, 16), outcome });
  }

  /** How the device works after a command; undefined when it does not fit: unknown, out of bounds, or against the goods that it rides with. */
  #after(before: Standing, { kind, ms, profile }: Told["command"]): Standing | undefined {
    const within = ({ min, max }: typeof INTERVAL_MS) => Number.isSafeInteger(ms) && (ms as number) >= min && (ms as number) <= max;
    switch (kind) {
      case "interval":
        return within(INTERVAL_MS) && (ms as number) <= (this.#limit ?? INTERVAL_MS.max)
          ? { ...before, interval: ms as number }
          : undefined;
      case "profile":
        return typeof profile === "string" && this.#parts.knows?.(profile) === true ? { ...before, profile } : undefined;
      case "identify":
        return within(IDENTIFY_MS) ? before : undefined;
      case "stop":
        return this.#limit === null ? { ...before, measuring: false } : undefined;
      case "start":
        return { ...before, measuring: true };
      default:
        return undefined;
    }
  }

  /** @returns whether organisations have signed that the ledger has it */
  async #send(decision: Decision): Promise<boolean> {
    const { id, boot, client, clock, journal, observe } = this.#parts;
    const { counter, outcome } = decision;
    const ago = equal(decision.boot, boot) ? clock.tick() - decision.tick : null;
    const report: CommandReport = { kind: "command", counter, outcome, ago, ...this.#since(decision) };
    const statement = { sensor: id, report } as unknown as CanonicalValue;
    const endorsed = await client.endorse("sensor:Report", [canonicalBytes(statement)], expectReport(id, counter));
    if (endorsed.value === "already-recorded") {
      await journal.reported(counter);
      observe?.({ type: "reported", counter });
      return true;
    }
    await endorsed.submit();
    this.#asking.soon(PROVE_AFTER);
    this.#changed();
    return false;
  }

  /** Names a proxy that kept a batch back. Sent until the ledger answers that it has it. */
  async #tell(withheld: Withheld | undefined): Promise<boolean> {
    const { id, boot, client, clock, journal, observe } = this.#parts;
    if (withheld === undefined) return true;
    const { sequence, transaction, proxy, said } = withheld;
    const ago = equal(withheld.boot, boot) ? clock.tick() - withheld.tick : null;
    const report: WithheldReport = { kind: "withheld", sequence, transaction: toHex(transaction), proxy, said, ago };
    const args = [canonicalBytes({ sensor: id, report } as unknown as CanonicalValue)];
    const endorsed = await client.endorse("sensor:Report", args, expectReport(id, sequence));
    if (endorsed.value === "already-recorded") {
      await journal.told();
      observe?.({ type: "named", proxy, sequence });
      return true;
    }
    await endorsed.submit();
    return false;
  }

  /** How the device works since a decision: by what it was configured with where no command says otherwise. */
  #since({ interval, profile, measuring }: Decision): Settings {
    return { interval: interval ?? this.#settings.interval, profile: profile ?? this.#settings.profile, measuring };
  }

  #unproved(error: WintersealError, failures: number): number {
    const { random, observe } = this.#parts;
    this.#trouble = error.code;
    const waitMs = retryDelay(error, failures, random(), RETRY);
    observe?.({ type: "unproved", code: error.code, message: error.message, waitMs });
    return waitMs;
  }
}
