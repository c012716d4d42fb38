/** Judges the readings of each ride (assignment) that a batch touches; a late violation reopens a decision. */
import type { Batch } from "../domain/batch";
import { profileById } from "../domain/profiles";
import type { Finding } from "../domain/rule";
import { judge, NO_READINGS, type RulesState, type Sample } from "../domain/rules";
import type { Arrival } from "./batch";
import type { GapFact } from "./facts";
import { appendLog } from "./log";
import { isDecided, loadShipment } from "./records";
import { type HeadRecord, keys, type SensorAssignment, type ShipmentRecord, type ViolationRecord } from "./state";

export interface Ride {
  readonly assignment: SensorAssignment;
  readonly samples: readonly Sample[];
}

export interface Judged {
  readonly states: HeadRecord["assignments"];
  readonly violations: readonly ViolationRecord[];
  readonly gaps: readonly GapFact[];
  readonly shipments: readonly ShipmentRecord[];
  /** Ids of shipments whose decision was reopened. */
  readonly reopened: readonly string[];
}

const countBefore = ({ rules }: RulesState, rule: string): number => rules[rule]?.count ?? 0;

/** The record keeps the transaction that found the violation, whoever extends it. */
async function writeViolation(
  { call, world, sensor }: Arrival,
  shipment: string,
  finding: Finding,
  isNew: boolean,
): Promise<ViolationRecord> {
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
  return record;
}

/** Only a new violation touches the shipment's own record, so that sensors of one shipment rarely conflict. */
async function logViolations(
  { call, world, sensor, batch }: Arrival<Batch>,
  id: string,
  opened: readonly ViolationRecord[],
): Promise<{ readonly changed: ShipmentRecord; readonly wasDecided: boolean }> {
  const shipment = await loadShipment(world, id);
  const wasDecided = isDecided(shipment);
  const before = shipment.found[sensor.sensor]?.violations ?? 0;
  const log = opened.reduce((head, { rule, number, severity, from, found }) => {
    const entry = { type: "Violation", sensor: sensor.sensor, sequence: batch.sequence, rule, number, severity, from, found };
    return appendLog(head, call, entry);
  }, shipment.log);
  const changed: ShipmentRecord = {
    ...shipment,
    status: wasDecided ? "reopened" : shipment.status,
    found: { ...shipment.found, [sensor.sensor]: { violations: before + opened.length, sequence: batch.sequence } },
    log,
  };
  world.put(keys.shipment(shipment.shipment), changed);
  return { changed, wasDecided };
}

export async function judgeRides(arrival: Arrival, rides: readonly Ride[]): Promise<Judged> {
  const states: Record<string, RulesState> = {};
  const violations: ViolationRecord[] = [];
  const gaps: GapFact[] = [];
  const shipments: ShipmentRecord[] = [];
  const reopened: string[] = [];
  for (const { assignment, samples } of rides) {
    const { shipment, profile, start } = assignment;
    const before = arrival.head.assignments[shipment] ?? NO_READINGS;
    const { state, findings, gaps: found } = judge(profileById(profile), start, before, samples);
    states[shipment] = state;
    gaps.push(...found.map((gap) => ({ shipment, sensor: arrival.sensor.sensor, ...gap, open: false })));
    const opened: ViolationRecord[] = [];
    for (const finding of findings) {
      const isNew = finding.number > countBefore(before, finding.rule.id);
      const record = await writeViolation(arrival, shipment, finding, isNew);
      violations.push(record);
      if (isNew) opened.push(record);
    }
    if (opened.length === 0) continue;
    const { changed, wasDecided } = await logViolations(arrival, shipment, opened);
    shipments.push(changed);
    if (wasDecided) reopened.push(shipment);
  }
  return { states, violations, gaps, shipments, reopened };
}
