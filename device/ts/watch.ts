/**
 * Tells which reading must not wait for its batch: one with which a rule of the goods' profile is broken, begins or ends to be, or soon will be. The device
 * judges nothing by that, the ledger does; it only decides when to send.
 */
import type { TickReading } from "../../lib/domain/batch";
import type { Rule } from "../../lib/domain/profiles";
import { isOut } from "../../lib/domain/rule";

interface Standing {
  /** Tick since which readings are out of bounds, or null. */
  since: number | null;
  /** ms out of bounds before that; a cumulative rule never forgets. */
  held: number;
  /** Told already, until it is over: that the rule is fulfilled, that the bound comes near. */
  fulfilled: boolean;
  near: boolean;
}

export class RuleWatch {
  readonly #rules: readonly Rule[];
  readonly #aheadMs: number;
  readonly #standings: Standing[];
  #last: TickReading | undefined;

  /**
   * @param rules of the profile that the device was given; none = nothing is urgent
   * @param aheadMs how far a trend is followed: the age at which batches go out anyway
   */
  constructor(rules: readonly Rule[], aheadMs: number) {
    this.#rules = rules;
    this.#aheadMs = aheadMs;
    this.#standings = rules.map(() => ({ since: null, held: 0, fulfilled: false, near: false }));
  }

  /** Takes every reading of a boot in order; whether this one has to go out at once. */
  urgent(reading: TickReading): boolean {
    const before = this.#last;
    this.#last = reading;
    let urgent = false;
    this.#rules.forEach((rule, index) => {
      const standing = this.#standings[index];
      if (standing !== undefined && this.#step(rule, standing, before, reading)) urgent = true;
    });
    return urgent;
  }

  #step(rule: Rule, standing: Standing, before: TickReading | undefined, { tick, temperature }: TickReading): boolean {
    if (!isOut(rule, temperature)) return this.#inBounds(rule, standing, before, { tick, temperature });
    const begins = standing.since === null;
    standing.since ??= tick;
    standing.near = true;
    const done = standing.held + tick - standing.since >= rule.duration;
    const fulfils = done && !standing.fulfilled;
    standing.fulfilled ||= done;
    return begins || fulfils;
  }

  #inBounds(rule: Rule, standing: Standing, before: TickReading | undefined, reading: Pick<TickReading, "tick" | "temperature">): boolean {
    if (standing.since !== null) {
      standing.held = rule.kind === "cumulative" ? standing.held + reading.tick - standing.since : 0;
      standing.since = null;
      standing.fulfilled = false;
      return true;
    }
    const near = before !== undefined && this.#reaches(rule, before, reading);
    const news = near && !standing.near;
    standing.near = near;
    return news;
  }

  /** Whether the last two readings, drawn on, meet the bound before the next batch would go out. */
  #reaches(rule: Rule, before: TickReading, { tick, temperature }: Pick<TickReading, "tick" | "temperature">): boolean {
    const elapsed = tick - before.tick;
    if (elapsed <= 0) return false;
    const change = ((temperature - before.temperature) * this.#aheadMs) / elapsed;
    return isOut(rule, temperature + change);
  }
}
