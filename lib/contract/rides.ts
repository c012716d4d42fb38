/** Judges the readings of each ride (assignment) that a batch touches; a late violation reopens a decision. */
import type { Batch } from "../domain/batch";
import { profileById } from "../domain/profiles";
import type { Finding } from "../domain/rule";
import { judge, NO_READINGS, type RulesState, type Sample } from "../domain/rules";
import type { Arrival } from "./batch";
import { openExcursion, reopenExcursion } from "./excursion-batch";
import type { GapFact } from "./facts";
import { appendLog } from "./log";
import { isDecided, loadShipment } from "./records";
import { type ExcursionRecord, type HeadRecord, keys, type SensorAssignment, type ShipmentRecord, type ViolationRecord } from "./state";

export interface Ride {
  readonly assignment: SensorAssignment;
  readonly samples: readonly Sample[];
}

export interface Judged {
  readonly states: HeadRecord["assignments"];
  readonly violations: readonly ViolationRecord[];
  readonly excursions: readonly ExcursionRecord[];
  readonly gaps: readonly GapFact[];
  readonly shipments: readonly ShipmentRecord[];
  /** Ids of shipments whose decision was reopened. */
  readonly reopened: readonly string[];
}

const countBefore = ({ rules }: RulesState, rule: string): number => rules[rule]?.count ?? 0;

/** A violation as this batch leaves it. */
interface Written {
  readonly record: ViolationRecord;
  readonly isNew: boolean;
  /** Readings were added to one that was found before. */
  readonly grew: boolean;
}

/** The record keeps the transaction that found the violation, whoever extends it. */
async function writeViolation({ call, world, sensor }: Arrival, shipment: string, finding: Finding, isNew: boolean): Promise<Written> {
  const { rule, number, from, found, to, readings, peak } = finding;
  const key = keys.violation(shipment, sensor.sensor, rule.id, number);
  const before = isNew ? undefined : await world.get<ViolationRecord>(key);
  const transaction = before?.transaction ?? call.transactionId;
  const record: ViolationRecord = {
    shipment,
    sensor: sensor.sensor,
    rule: rule.id,
    number,
    severity: rule.severity,
    from,
    found,
    to,
    readings,
    peak,
    transaction,
  };
  world.put(key, record);
  return { record, isNew, grew: before !== undefined && readings > before.readings };
}

/** Only a new violation, and a release that late readings lead back, touch the shipment's own record, so that sensors of one shipment rarely conflict. */
async function logViolations(
  { call, world, sensor, batch }: Arrival<Batch>,
  id: string,
  opened: readonly ViolationRecord[],
  reopened: readonly ViolationRecord[],
): Promise<{ readonly changed: ShipmentRecord; readonly wasDecided: boolean }> {
  const shipment = await loadShipment(world, id);
  const wasDecided = opened.length > 0 && isDecided(shipment);
  const before = shipment.found[sensor.sensor];
  const entryOf = (type: string, { rule, number, severity, from, found }: ViolationRecord) => ({
    type,
    sensor: sensor.sensor,
    sequence: batch.sequence,
    rule,
    number,
    severity,
    from,
    found,
  });
  const entries = [...opened.map((each) => entryOf("Violation", each)), ...reopened.map((each) => entryOf("ExcursionReopened", each))];
  const changed: ShipmentRecord = {
    ...shipment,
    status: wasDecided ? "reopened" : shipment.status,
    found: {
      ...shipment.found,
      ...(opened.length > 0 && {
        [sensor.sensor]: { violations: (before?.violations ?? 0) + opened.length, sequence: batch.sequence },
      }),
    },
    log: entries.reduce((head, entry) => appendLog(head, call, entry), shipment.log),
  };
  world.put(keys.shipment(shipment.shipment), changed);
  return { changed, wasDecided };
}

interface Collected {
  readonly states: Record<string, RulesState>;
  readonly violations: ViolationRecord[];
  readonly excursions: ExcursionRecord[];
  readonly gaps: GapFact[];
  readonly shipments: ShipmentRecord[];
  readonly reopened: string[];
}

export async function judgeRides(arrival: Arrival, rides: readonly Ride[]): Promise<Judged> {
  const all: Collected = { states: {}, violations: [], excursions: [], gaps: [], shipments: [], reopened: [] };
  for (const ride of rides) await judgeRide(arrival, ride, all);
  return all;
}

async function judgeRide(arrival: Arrival, { assignment, samples }: Ride, all: Collected): Promise<void> {
  const { shipment, profile, start, end } = assignment;
  const before = arrival.head.assignments[shipment] ?? NO_READINGS;
  const { state, findings, gaps } = judge(profileById(profile), start, before, samples);
  all.states[shipment] = state;
  all.gaps.push(...gaps.map((gap) => ({ shipment, sensor: arrival.sensor.sensor, ...gap, open: false })));
  const written: Written[] = [];
  for (const finding of findings) {
    written.push(await writeViolation(arrival, shipment, finding, finding.number > countBefore(before, finding.rule.id)));
  }
  all.violations.push(...written.map(({ record }) => record));
  const opened = written.filter(({ isNew }) => isNew).map(({ record }) => record);
  all.excursions.push(...opened.map((record) => openExcursion(arrival, record)));
  // A release is refused while a violation lasts on an open ride, so only an ended ride can bring more of one that was released.
  const late = end === null ? [] : written.filter(({ grew }) => grew).map(({ record }) => record);
  const led: ExcursionRecord[] = [];
  for (const record of late) led.push(...(await reopenExcursion(arrival, record)));
  all.excursions.push(...led);
  if (opened.length + led.length === 0) return;
  const again = late.filter(({ rule, number }) => led.some((each) => each.rule === rule && each.number === number));
  const { changed, wasDecided } = await logViolations(arrival, shipment, opened, again);
  all.shipments.push(changed);
  if (wasDecided) all.reopened.push(shipment);
}
