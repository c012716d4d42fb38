/**
 * A sensor: takes readings into its journal and has them delivered. Clock, sleep, journal, link and randomness are given to it, so that a
 * simulation can run a year in seconds.
 */
import { MAX_HUMIDITY, MAX_TEMPERATURE, MIN_TEMPERATURE } from "../../lib/domain/batch";
import type { Rule } from "../../lib/domain/profiles";
import type { CommandOutcome } from "../../lib/messages/commands";
import { type ErrorCode, WintersealError } from "../../lib/messages/errors";
import { toHex } from "./bytes";
import { type CommandEvent, type CommandParts, Commands, DEFAULT_ASK_EVERY } from "./commands";
import { DEFAULT_DELIVERY, Delivery, type DeliveryEvent, type DeliveryParts, type DeliverySettings } from "./delivery";
import { RuleWatch } from "./watch";

export interface Measurement {
  /** milli-°C */
  readonly temperature: number;
  /** tenths of %RH */
  readonly humidity: number | null;
}

export interface SensorParts extends Omit<DeliveryParts, "observe">, Pick<CommandParts, "identify"> {
  readonly observe?: (event: DeliveryEvent | CommandEvent) => void;
  /** Rules of a profile; undefined for one that this device does not know. */
  readonly rulesOf?: (profile: string) => readonly Rule[] | undefined;
  /** One measurement; undefined when the probe gives none. */
  readonly measure: () => Promise<Measurement | undefined>;
  /** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** SHA-256 of the certificate's key, hex. */
  readonly thumbprint: string;
}

export interface SensorSettings extends Partial<DeliverySettings> {
  /** Time between readings, ms, until the owner commands another. */
  readonly intervalMs: number;
  /** The goods' profile, where the device was given one: a reading that breaks one of its rules, or soon will, goes out at once. */
  readonly profile?: string;
  /** How often the ledger is asked for commands without a hint, ms. */
  readonly askEveryMs?: number;
}

/** What a sensor shows of itself: what an inspector reads from it. */
export interface SensorStatus {
  readonly id: string;
  readonly thumbprint: string;
  /** Last batch: its number and hash. */
  readonly sequence: number;
  /** hex; of 64 zeros before the first batch */
  readonly hash: string;
  /** Through which batch it knows for certain that the ledger has everything. */
  readonly confirmedThrough: number;
  /** Readings that are in no batch yet. */
  readonly waiting: number;
  readonly last: (Measurement & { readonly tick: number }) | null;
  /** Readings that could not be taken or kept since the start: missing, never made up. */
  readonly missed: number;
  /** Why the last reading is not kept, or null. */
  readonly sampling: ErrorCode | null;
  /** Why the last delivery failed, or null. */
  readonly delivery: ErrorCode | null;
  /** How it works now, ms between readings; not at all when stopped. */
  readonly interval: number;
  readonly measuring: boolean;
  /** The newest command that it took, and what became of it. */
  readonly command: { readonly counter: number; readonly outcome: CommandOutcome } | null;
  /** Why the last question for commands led to nothing, or null. */
  readonly commands: ErrorCode | null;
}

/** No timer sleeps longer than this; a loop that wakes for nothing once in a while is no harm. ms */
const LONGEST_SLEEP = 3_600_000;

export class Sensor {
  readonly #parts: SensorParts;
  readonly #settings: SensorSettings;
  readonly #delivery: Delivery;
  readonly #commands: Commands;
  #watch: RuleWatch;
  #watched: string | null = null;
  /** Ends when the device's way of working changes, or when it is hinted at a command. */
  #measuring = new AbortController();
  #listening = new AbortController();
  readonly #stop = new AbortController();
  #nap = new AbortController();
  /** Whether a new reading ends the nap: an idle loop's yes, a back-off's no. */
  #idle = false;
  /** A reading came while the loop was deciding how long to nap. */
  #fresh = false;
  #loops: Promise<unknown> | undefined;
  #last: SensorStatus["last"] = null;
  #missed = 0;
  #sampling: ErrorCode | null = null;

  constructor(parts: SensorParts, settings: SensorSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#delivery = new Delivery(parts, settings);
    const { intervalMs: interval, profile = null, askEveryMs = DEFAULT_ASK_EVERY } = settings;
    const knows = (id: string) => parts.rulesOf?.(id) !== undefined;
    this.#commands = new Commands({ ...parts, knows }, { interval, profile, askEveryMs });
    this.#commands.onChange(() => this.#wake());
    this.#watch = this.#watchOf(this.#commands.working.profile);
  }

  /** There may be a command for it, as the proxy says. It asks the ledger soon. */
  hint(): void {
    this.#commands.hint();
    this.#wake();
  }

  /** Begins to measure and to deliver. Rejects only when something unforeseen ended a loop. */
  run(): Promise<void> {
    this.#loops ??= Promise.all([this.#measureLoop(), this.#deliverLoop(), this.#commandLoop()]);
    return this.#loops.then(() => undefined);
  }

  /** Ends its loops after the step that they are in. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#nap.abort();
    this.#wake();
    await this.#loops;
  }

  status(): SensorStatus {
    const { id, thumbprint, journal } = this.#parts;
    return {
      id,
      thumbprint,
      sequence: journal.head.sequence,
      hash: toHex(journal.head.hash),
      confirmedThrough: journal.proved.sequence,
      waiting: journal.waiting,
      last: this.#last,
      missed: this.#missed,
      sampling: this.#sampling,
      delivery: this.#delivery.trouble?.code ?? null,
      interval: this.#commands.working.interval,
      measuring: this.#commands.working.measuring,
      command: journal.decided && { counter: journal.decided.counter, outcome: journal.decided.outcome },
      commands: this.#commands.trouble,
    };
  }

  #watchOf(profile: string | null): RuleWatch {
    this.#watched = profile;
    const rules = profile === null ? [] : (this.#parts.rulesOf?.(profile) ?? []);
    return new RuleWatch(rules, this.#settings.batchAgeMs ?? DEFAULT_DELIVERY.batchAgeMs);
  }

  #wake(): void {
    this.#measuring.abort();
    this.#listening.abort();
    // A decision waits to be reported, perhaps.
    if (this.#idle) this.#nap.abort();
    this.#fresh = true;
  }

  async #measureLoop(): Promise<void> {
    const { clock, sleep } = this.#parts;
    const { signal } = this.#stop;
    /** When the last reading was due. */
    let last: number | undefined;
    while (!signal.aborted) {
      const { interval, measuring, profile } = this.#commands.working;
      if (profile !== this.#watched) this.#watch = this.#watchOf(profile);
      const now = clock.tick();
      // After a stop it begins anew; a single reading that came late is followed by the next at its own time.
      const due = last === undefined || last + 2 * interval < now ? now : last + interval;
      if (!measuring || due > now) {
        this.#measuring = new AbortController();
        await sleep(Math.min(measuring ? due - now : LONGEST_SLEEP, LONGEST_SLEEP), this.#measuring.signal);
        continue;
      }
      await this.#measureOnce(interval);
      last = Math.max(due, clock.tick() - interval);
    }
  }

  async #commandLoop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const wait = await this.#commands.step();
      if (this.#stop.signal.aborted) return;
      this.#listening = new AbortController();
      await this.#parts.sleep(Math.min(wait, LONGEST_SLEEP), this.#listening.signal);
    }
  }

  /** A reading that is not safe in the journal was not taken: it counts as missed, and the sensor says so. */
  async #measureOnce(interval: number): Promise<void> {
    const { measure, clock, journal } = this.#parts;
    try {
      const measured = await measure();
      if (measured === undefined || !inRange(measured)) throw new WintersealError("PROBE_SILENT");
      const reading = { tick: clock.tick(), ...measured };
      await journal.append([reading]);
      this.#last = reading;
      this.#sampling = null;
      if (this.#watch.urgent(reading)) this.#delivery.hurry();
      this.#fresh = true;
      if (this.#idle) this.#nap.abort();
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      this.#missed += 1;
      this.#sampling = error.code;
      this.#parts.observe?.({ type: "failed", code: error.code, message: error.message, waitMs: interval });
    }
  }

  async #deliverLoop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#fresh = false;
      const due = await this.#delivery.step();
      // Readings first: a report waits while batches do not get through.
      const wait = this.#delivery.trouble === null ? Math.min(due, await this.#commands.report()) : due;
      const idle = this.#delivery.trouble === null;
      if (wait > 0 && !(idle && this.#fresh)) await this.#sleep(Math.min(wait, LONGEST_SLEEP), idle);
    }
  }

  async #sleep(ms: number, idle: boolean): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#nap = new AbortController();
    this.#idle = idle;
    await this.#parts.sleep(ms, this.#nap.signal);
    this.#idle = false;
  }
}

function inRange({ temperature, humidity }: Measurement): boolean {
  const temperatureOk = Number.isSafeInteger(temperature) && temperature >= MIN_TEMPERATURE && temperature <= MAX_TEMPERATURE;
  return temperatureOk && (humidity === null || (Number.isSafeInteger(humidity) && humidity >= 0 && humidity <= MAX_HUMIDITY));
}
