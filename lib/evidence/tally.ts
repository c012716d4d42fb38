/** What the recomputed facts of one shipment amount to, as the verdict asks it (lib/domain/verdict): the same question that pages ask the database. */
import type { BatchFacts, ExcursionStepFacts, Facts, GapFact, LostFacts } from "../contract/facts";
import type { ExcursionRecord, InspectionRecord, SealRecord, SensorRecord, ShipmentRecord, ViolationRecord } from "../contract/state";
import type { Call } from "../contract/types";
import { excursionName } from "../domain/excursion";
import { boundsOf, directionOf } from "../domain/profile-bounds";
import { profileById } from "../domain/profiles";
import type { Inspected, SensorFacts, ShipmentFacts } from "../domain/verdict";
import { EVENTS } from "../messages/functions";
import type { RecordedExcursion, RecordedStep } from "./report";

/** One recomputed reading of the shipment. Time ms UTC, temperature milli-°C, humidity tenths of %RH. */
export type TalliedReading = BatchFacts["readings"][number] & { readonly sequence: number };

interface BatchEntry {
  readonly sequence: number;
  readonly hash: string;
  readonly thumbprint: string;
  readonly first: number | null;
  readonly last: number | null;
}

class SensorTally {
  readonly readings: TalliedReading[] = [];
  readonly batches: BatchEntry[] = [];
  readonly losses: { readonly from: number; readonly to: number; readonly at: number }[] = [];
  gaps: GapFact[] = [];
  /** Keys that signed two contents under one number. */
  readonly equivocated = new Set<string>();
}

export class Tally {
  readonly #shipment: string;
  readonly #sensors = new Map<string, SensorTally>();
  readonly #violations = new Map<string, ViolationRecord>();
  readonly #seals = new Map<string, SealRecord>();
  readonly #excursions = new Map<string, { excursion: ExcursionRecord; readonly steps: RecordedStep[] }>();
  readonly inspections: InspectionRecord[] = [];
  #decided: number | null = null;

  constructor(shipment: string) {
    this.#shipment = shipment;
  }

  get violations(): readonly ViolationRecord[] {
    return [...this.#violations.values()];
  }

  get excursions(): readonly RecordedExcursion[] {
    return [...this.#excursions.values()];
  }

  readings(sensor: string): readonly TalliedReading[] {
    return this.#of(sensor).readings;
  }

  /** @param call the transaction that did it */
  add(facts: Facts, call: Call): void {
    const at = call.timestamp;
    switch (facts.type) {
      case EVENTS.batchRecorded:
        this.#addBatch(facts);
        return;
      case EVENTS.batchesLost:
        this.#addLoss(facts, at);
        return;
      case EVENTS.sensorSuspended:
        this.#of(facts.sensor.sensor).equivocated.add(facts.sensor.thumbprint);
        return;
      case EVENTS.sealApplied:
        this.#seals.set(facts.seal.seal, facts.seal);
        return;
      case EVENTS.sealInspected:
        this.#seals.set(facts.seal.seal, facts.seal);
        this.inspections.push(facts.inspection);
        this.#addGaps(facts.gaps);
        return;
      case EVENTS.decided:
        this.#decided = at;
        this.#addGaps(facts.gaps);
        return;
      case EVENTS.excursionAcknowledged:
      case EVENTS.excursionAssigned:
      case EVENTS.excursionInvestigated:
      case EVENTS.excursionDecided:
        this.#addStep(facts, call);
        return;
      default:
        return;
    }
  }

  #addStep(facts: ExcursionStepFacts, { creator, timestamp, transactionId }: Call): void {
    this.#setExcursion(facts.excursion).push({
      facts,
      by: creator.commonName,
      organisation: creator.mspId,
      at: timestamp,
      transaction: transactionId,
    });
  }

  /** @returns its steps so far */
  #setExcursion(excursion: ExcursionRecord): RecordedStep[] {
    const steps = this.#excursions.get(excursionName(excursion))?.steps ?? [];
    this.#excursions.set(excursionName(excursion), { excursion, steps });
    return steps;
  }

  #of(sensor: string): SensorTally {
    const known = this.#sensors.get(sensor);
    if (known) return known;
    const tally = new SensorTally();
    this.#sensors.set(sensor, tally);
    return tally;
  }

  #addBatch({ sensor, sequence, hash, thumbprint, readings, violations, excursions, gaps, after }: BatchFacts): void {
    const tally = this.#of(sensor);
    const times = readings.map(({ at }) => at);
    const [first, last] = times.length > 0 ? [Math.min(...times), Math.max(...times)] : [null, null];
    tally.batches.push({ sequence, hash, thumbprint, first, last });
    for (const reading of readings) if (reading.shipment === this.#shipment) tally.readings.push({ ...reading, sequence });
    for (const violation of violations) {
      if (violation.shipment !== this.#shipment) continue;
      this.#violations.set(`${sensor} ${violation.rule} ${violation.number}`, violation);
    }
    for (const excursion of excursions) if (excursion.shipment === this.#shipment) this.#setExcursion(excursion);
    tally.gaps = tally.gaps.filter((gap) => !gap.open || gap.from < (after ?? 0));
    this.#addGaps(gaps);
  }

  #addLoss({ sensor, from, to, hash, thumbprint }: LostFacts, at: number): void {
    const tally = this.#of(sensor);
    tally.batches.push({ sequence: to, hash, thumbprint, first: null, last: null });
    tally.losses.push({ from, to, at });
  }

  #addGaps(gaps: readonly GapFact[]): void {
    for (const gap of gaps) {
      if (gap.shipment !== this.#shipment) continue;
      const tally = this.#of(gap.sensor);
      tally.gaps = [...tally.gaps.filter(({ from }) => from !== gap.from), gap];
    }
  }

  /** @param sensorOf the sensor's record as it stands now */
  facts(shipment: ShipmentRecord, sensorOf: (sensor: string) => SensorRecord | undefined): ShipmentFacts {
    const profile = profileById(shipment.profile);
    const { upper, lower } = boundsOf(profile);
    const isDecided = shipment.status === "accepted" || shipment.status === "rejected";
    return {
      upper,
      lower,
      noData: profile.noData,
      halted: false,
      closed: isDecided ? this.#decided : null,
      sensors: shipment.assignments.flatMap(({ sensor, start, end }) => {
        const record = sensorOf(sensor);
        return record === undefined ? [] : [this.#sensorFacts(sensor, { from: start, to: end }, record)];
      }),
      violations: this.violations.map((it) => ({ ...it, direction: directionOf(profile, it.rule) })),
      seals: [...this.#seals.values()].map(({ seal, standing }) => ({ seal, standing })),
    };
  }

  #sensorFacts(sensor: string, ride: { from: number; to: number | null }, record: SensorRecord): SensorFacts {
    const { readings, batches, losses, gaps, equivocated } = this.#of(sensor);
    const within = (from: number | null, to: number | null): boolean =>
      from !== null && to !== null && to >= ride.from && (ride.to === null || from <= ride.to);
    const calibrations = record.calibrations.map(({ calibration }) => calibration);
    return {
      sensor,
      rides: [ride],
      ...extremes(readings),
      gaps: gaps.map(({ from, to }) => ({ from, to })),
      uncertainty: calibrations.at(-1)?.uncertainty ?? null,
      standings: count(readings, "standing", { anchored: 0, claimed: 0, unknown: 0, imported: 0 }),
      calibration: {
        ...calibrationCounts(readings),
        validTo: calibrations.length > 0 ? Math.max(...calibrations.map(({ to }) => to)) : null,
      },
      status: record.status,
      equivocated: batches.some(({ first, last, thumbprint }) => within(first, last) && equivocated.has(thumbprint)),
      doubtfulSince: record.doubtfulSince,
      doubtful: record.doubtfulSince === null ? 0 : readings.filter(({ at }) => at >= (record.doubtfulSince ?? 0)).length,
      batches: batches.filter(({ first, last }) => within(first, last)).length,
      lost: losses.filter(({ at }) => within(at, at)).reduce((sum, { from, to }) => sum + to - from + 1, 0),
      inspected: this.#inspected(sensor),
    };
  }

  /** What the latest inspection that found a seal intact read from the sensor's own display. */
  #inspected(sensor: string): Inspected | null {
    const latest = this.inspections
      .filter(({ result }) => result === "intact")
      .flatMap(({ at, sensors }) => sensors.filter((it) => it.sensor === sensor).map((prefix) => ({ at, prefix })))
      .reduce<{ at: number; prefix: InspectionRecord["sensors"][number] } | null>((a, b) => (a === null || b.at > a.at ? b : a), null);
    if (latest === null) return null;
    const { sequence, hash, thumbprint } = latest.prefix;
    const { batches, readings } = this.#of(sensor);
    const batch = batches.find((it) => it.sequence === sequence);
    const beyond = readings.filter((it) => it.sequence > sequence).length;
    const isSame = batch?.hash === hash && batch.thumbprint === thumbprint;
    return { sequence, prefix: batch === undefined ? "awaited" : isSame ? "same" : "differs", at: batch?.last ?? null, beyond };
  }
}

function count<K extends "standing" | "calibration", C extends Record<string, number>>(
  readings: readonly TalliedReading[],
  by: K,
  zero: C,
): C {
  const counts: Record<string, number> = { ...zero };
  for (const reading of readings) counts[reading[by]] = (counts[reading[by]] ?? 0) + 1;
  return counts as C;
}

function calibrationCounts(readings: readonly TalliedReading[]): Omit<SensorFacts["calibration"], "validTo"> {
  const counts = count(readings, "calibration", { calibrated: 0, before: 0, after: 0, "outside-range": 0 });
  const ended = readings.filter(({ calibration }) => calibration === "after").map(({ at }) => at);
  return {
    covered: counts.calibrated,
    before: counts.before,
    after: counts.after,
    outsideRange: counts["outside-range"],
    endedFrom: ended.length > 0 ? ended.reduce((a, b) => Math.min(a, b)) : null,
  };
}

function extremes(readings: readonly TalliedReading[]): Pick<SensorFacts, "readings" | "first" | "last" | "lowest" | "highest"> {
  const low = least(readings, (a, b) => a.temperature - b.temperature || a.at - b.at);
  const high = least(readings, (a, b) => b.temperature - a.temperature || a.at - b.at);
  return {
    readings: readings.length,
    first: least(readings, (a, b) => a.at - b.at)?.at ?? null,
    last: least(readings, (a, b) => b.at - a.at)?.at ?? null,
    lowest: low ? { value: low.temperature, at: low.at } : null,
    highest: high ? { value: high.temperature, at: high.at } : null,
  };
}

function least<T>(items: readonly T[], compare: (a: T, b: T) => number): T | undefined {
  let found = items[0];
  for (const item of items) if (found !== undefined && compare(item, found) < 0) found = item;
  return found;
}
