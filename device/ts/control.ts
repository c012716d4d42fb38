/**
 * A control device: an alarm lamp, a relay that cools. It acts on violations of one shipment, and on nothing but an attested read: a proxy that hands over an
 * invented one changes nothing, and one that hands over none makes it say that it does not know.
 */

import { type ErrorCode, WintersealError } from "../../lib/messages/errors";
import type { AttestedAnswer } from "../../lib/messages/functions";
import { Asking } from "./asking";
import type { LightClient } from "./client";
import type { DeviceClock } from "./clock";
import { DEFAULT_RETRY, retryDelay } from "./retry";

/** `calm`: no violation, as two organisations signed. `unknown`: nobody has proved anything for too long. */
export type ControlState = "calm" | "alarm" | "unknown";

export interface ControlParts {
  readonly shipment: string;
  readonly client: Pick<LightClient, "read" | "time">;
  readonly clock: DeviceClock;
  readonly random: () => number;
  /** How many violations were proved; kept over starts, since the number never falls. */
  readonly memory: { read(): Promise<number>; write(violations: number): Promise<void> };
  /** Switches lamp or relay. Called at every change. */
  readonly act: (state: ControlState, violations: number) => void;
  readonly observe?: (event: { readonly type: "unproved"; readonly code: ErrorCode; readonly message: string }) => void;
}

export interface ControlSettings {
  /** How often the ledger is asked without a hint, ms. */
  readonly askEveryMs: number;
  /** How old the last proof may be, ms. */
  readonly patienceMs: number;
}
export const DEFAULT_CONTROL: ControlSettings = { askEveryMs: 60_000, patienceMs: 180_000 };

export class Control {
  readonly #parts: ControlParts;
  readonly #settings: ControlSettings;
  readonly #asking: Asking;
  #state: ControlState | undefined;
  #violations: number | undefined;
  #proved: number | null = null;
  #decided = false;
  #failures = 0;
  #trouble: ErrorCode | null = null;

  constructor(parts: ControlParts, settings: ControlSettings = DEFAULT_CONTROL) {
    this.#parts = parts;
    this.#settings = settings;
    this.#asking = new Asking(() => parts.clock.tick(), settings.askEveryMs);
  }

  get state(): ControlState {
    return this.#state ?? "unknown";
  }

  /** Violations that were proved. */
  get violations(): number {
    return this.#violations ?? 0;
  }

  /** Why the last question led to nothing, or null. */
  get trouble(): ErrorCode | null {
    return this.#trouble;
  }

  /** There may be a violation, as the proxy says. It asks soon. */
  hint(): void {
    this.#asking.hint();
  }

  /** Asks when it is time to and acts on what was proved. Never throws on a refusal or a fault. @returns ms until the next step is worth its while */
  async step(): Promise<number> {
    if (this.#asking.wait === 0) await this.#askOnce();
    this.#show();
    return Math.min(this.#asking.wait, this.#untilStale());
  }

  async #askOnce(): Promise<void> {
    const { client, clock, random, observe, memory } = this.#parts;
    try {
      this.#violations ??= await memory.read();
      if (clock.asking) {
        const asked = clock.tick();
        clock.hint(await client.time(), asked);
      }
      this.#asking.begin();
      const news = await this.#take(await client.read({ kind: "shipment", shipment: this.#parts.shipment }));
      this.#asking.answered(news);
      this.#failures = 0;
      this.#trouble = null;
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      this.#failures += 1;
      this.#trouble = error.code;
      if (error.code === "TIMESTAMP_OFF") clock.distrust();
      this.#asking.again(retryDelay(error, this.#failures, random(), DEFAULT_RETRY));
      observe?.({ type: "unproved", code: error.code, message: error.message });
    }
  }

  async #take(attested: AttestedAnswer): Promise<boolean> {
    const { shipment, memory, clock } = this.#parts;
    const { violations, decided } = shipmentIn(attested, shipment);
    const seen = this.#violations ?? 0;
    // The ledger never takes a violation back: peers that are behind, or a copy of before.
    if (violations < seen) throw new WintersealError("COMMAND_REPLAYED", undefined, { violations, seen });
    if (violations > seen) await memory.write(violations);
    const news = violations > seen || decided !== this.#decided;
    this.#violations = violations;
    this.#decided = decided;
    this.#proved = clock.tick();
    return news;
  }

  #untilStale(): number {
    if (this.#proved === null) return Number.POSITIVE_INFINITY;
    const left = this.#proved + this.#settings.patienceMs - this.#parts.clock.tick();
    return left > 0 ? left : Number.POSITIVE_INFINITY;
  }

  #show(): void {
    const isStale = this.#proved === null || this.#parts.clock.tick() - this.#proved >= this.#settings.patienceMs;
    const isAlarm = this.violations > 0 && !this.#decided;
    // What was proved once is not unproved by silence: an alarm stays one.
    const state = isAlarm ? "alarm" : isStale ? "unknown" : "calm";
    if (state === this.#state) return;
    this.#state = state;
    this.#parts.act(state, this.violations);
  }
}

/** @throws WintersealError SHIPMENT_UNKNOWN, ENDORSED_RESULT: also for another shipment's answer */
function shipmentIn({ answer }: AttestedAnswer, shipment: string): { violations: number; decided: boolean } {
  if (answer === null) throw new WintersealError("SHIPMENT_UNKNOWN");
  const { shipment: of, violations, status } = answer as { shipment?: unknown; violations?: unknown; status?: unknown };
  if (of !== shipment || !Number.isSafeInteger(violations) || (violations as number) < 0 || typeof status !== "string")
    throw new WintersealError("ENDORSED_RESULT", "the answer is no shipment's");
  return { violations: violations as number, decided: status === "accepted" || status === "rejected" };
}
