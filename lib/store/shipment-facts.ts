import type { Pool } from "pg";
import { boundsOf, directionOf } from "../domain/profile-bounds";
import { type Profile, profileById } from "../domain/profiles";
import type { Inspected, SealFacts, SensorFacts, ShipmentFacts, ViolationFacts } from "../domain/verdict";

/** Facts of one shipment before its sensors are put together; several statements fill it. */
interface Open {
  readonly profile: Profile;
  readonly closed: number | null;
  readonly sensors: Map<string, SensorFacts>;
  readonly violations: ViolationFacts[];
  readonly seals: SealFacts[];
}

/**
 * What the verdict asks about shipments, for one or thousands of them in the same eight statements. Does not ask who may see them:
 * callers pass ids that a scoped query gave them.
 */
export async function shipmentFacts(pool: Pool, ids: readonly string[]): Promise<Map<string, ShipmentFacts>> {
  if (ids.length === 0) return new Map();
  const ask = <R extends object>(sql: string) => pool.query<R>(sql, [ids]).then(({ rows }) => rows);
  const [shipments, sensors, rides, gaps, violations, seals, inspected, halts] = await Promise.all([
    ask<{ id: string; profile: string; status: string; decided_at: number | null }>(SHIPMENTS),
    ask<SensorRow>(SENSORS),
    ask<{ shipment: string; sensor: string; from: number; to: number | null }>(RIDES),
    ask<{ shipment: string; sensor: string; from: number; to: number }>(GAPS),
    ask<Omit<ViolationFacts, "direction"> & { shipment: string }>(VIOLATIONS),
    ask<SealFacts & { shipment: string }>(SEALS),
    ask<InspectedRow>(INSPECTED),
    pool.query(HALTED).then(({ rowCount }) => rowCount),
  ]);
  const halted = (halts ?? 0) > 0;
  const open = new Map<string, Open>();
  for (const { id, profile: name, status, decided_at } of shipments) {
    const closed = status === "accepted" || status === "rejected" ? decided_at : null;
    open.set(id, { profile: profileById(name), closed, sensors: new Map(), violations: [], seals: [] });
  }
  const ridesOf = grouped(rides);
  const gapsOf = grouped(gaps);
  const inspectedOf = grouped(inspected);
  for (const row of sensors) {
    const key = keyOf(row);
    const facts = sensorFacts(row, ridesOf.get(key) ?? [], gapsOf.get(key) ?? [], inspectedOf.get(key)?.[0]);
    open.get(row.shipment)?.sensors.set(row.sensor, facts);
  }
  for (const { shipment, ...it } of violations) {
    const facts = open.get(shipment);
    facts?.violations.push({ ...it, direction: directionOf(facts.profile, it.rule) });
  }
  for (const { shipment, ...it } of seals) open.get(shipment)?.seals.push(it);
  return new Map([...open].map(([id, facts]) => [id, close(facts, halted)]));
}

function close({ profile, closed, sensors, violations, seals }: Open, halted: boolean): ShipmentFacts {
  const { upper, lower } = boundsOf(profile);
  return { upper, lower, noData: profile.noData, halted, closed, sensors: [...sensors.values()], violations, seals };
}

interface SensorRow {
  shipment: string;
  sensor: string;
  status: SensorFacts["status"];
  equivocated: boolean;
  doubtful_since: number | null;
  doubtful: number;
  lost: number;
  uncertainty: number | null;
  valid_to: number | null;
  readings: number | null;
  batches: number | null;
  anchored: number | null;
  claimed: number | null;
  unknown: number | null;
  imported: number | null;
  calibrated: number | null;
  before: number | null;
  after: number | null;
  outside_range: number | null;
  ended_from: number | null;
  first_at: number | null;
  last_at: number | null;
  lowest: number | null;
  lowest_at: number | null;
  highest: number | null;
  highest_at: number | null;
}

interface InspectedRow {
  shipment: string;
  sensor: string;
  sequence: number;
  prefix: Inspected["prefix"];
  at: number | null;
  beyond: number;
}

function sensorFacts(
  row: SensorRow,
  rides: readonly { from: number; to: number | null }[],
  gaps: readonly { from: number; to: number }[],
  inspected: InspectedRow | undefined,
): SensorFacts {
  const extreme = (value: number | null, at: number | null) => (value === null || at === null ? null : { value, at });
  return {
    sensor: row.sensor,
    rides: rides.map(({ from, to }) => ({ from, to })),
    readings: row.readings ?? 0,
    first: row.first_at,
    last: row.last_at,
    lowest: extreme(row.lowest, row.lowest_at),
    highest: extreme(row.highest, row.highest_at),
    gaps: gaps.map(({ from, to }) => ({ from, to })),
    uncertainty: row.uncertainty,
    standings: { anchored: row.anchored ?? 0, claimed: row.claimed ?? 0, unknown: row.unknown ?? 0, imported: row.imported ?? 0 },
    calibration: {
      covered: row.calibrated ?? 0,
      before: row.before ?? 0,
      after: row.after ?? 0,
      outsideRange: row.outside_range ?? 0,
      endedFrom: row.ended_from,
      validTo: row.valid_to,
    },
    status: row.status,
    equivocated: row.equivocated,
    doubtfulSince: row.doubtful_since,
    doubtful: row.doubtful,
    batches: row.batches ?? 0,
    lost: row.lost,
    inspected: inspected ? { sequence: inspected.sequence, prefix: inspected.prefix, at: inspected.at, beyond: inspected.beyond } : null,
  };
}

const keyOf = ({ shipment, sensor }: { shipment: string; sensor: string }) => `${shipment} ${sensor}`;

function grouped<R extends { shipment: string; sensor: string }>(rows: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

const HALTED = `SELECT 1 FROM checkpoint WHERE halted IS NOT NULL`;

const SHIPMENTS = `SELECT id, profile, status, decided_at FROM shipment WHERE id = ANY($1)`;

/** One row per sensor of a shipment, however often it rode there. Doubtful readings are counted only where a revocation says since when. */
const SENSORS = `
  SELECT a.shipment, a.sensor, n.status, n.doubtful_since, k.uncertainty, k.valid_to,
         c.readings, c.anchored, c.claimed, c.unknown, c.imported, c.calibrated, c.before, c.after, c.outside_range, c.ended_from,
         c.first_at, c.last_at, c.lowest, c.lowest_at, c.highest, c.highest_at,
         CASE WHEN n.doubtful_since IS NULL THEN 0 ELSE
           (SELECT count(*)::int FROM reading r WHERE r.shipment = a.shipment AND r.sensor = a.sensor AND r.at >= n.doubtful_since)
         END AS doubtful,
         CASE WHEN n.lost_batches = 0 THEN 0 ELSE
           (SELECT coalesce(sum(l."to" - l."from" + 1), 0)::int FROM loss l WHERE l.sensor = a.sensor AND l.recorded_at >= a.start
              AND (a."end" IS NULL OR l.recorded_at <= a."end"))
         END AS lost,
         EXISTS (SELECT 1 FROM audit_entry e JOIN "transaction" t ON t.block = e.block AND t.position = e.position
                   JOIN batch b ON b.sensor = a.sensor AND b.thumbprint = t.thumbprint
                  WHERE e.sensor = a.sensor AND e.kind = 'SensorSuspended'
                    AND b.last_at >= a.start AND (a."end" IS NULL OR b.first_at <= a."end")) AS equivocated,
         (SELECT count(*)::int FROM batch b WHERE b.sensor = a.sensor AND b.last_at >= a.start AND (a."end" IS NULL OR b.first_at <= a."end")) AS batches
    FROM (SELECT shipment, sensor, min(start) AS start, CASE WHEN bool_or("end" IS NULL) THEN NULL ELSE max("end") END AS "end"
            FROM assignment WHERE shipment = ANY($1) GROUP BY shipment, sensor) a
    JOIN sensor n ON n.id = a.sensor
    LEFT JOIN coverage c ON c.shipment = a.shipment AND c.sensor = a.sensor
    LEFT JOIN LATERAL (SELECT uncertainty, max(valid_to) OVER () AS valid_to FROM calibration
                        WHERE sensor = a.sensor ORDER BY registered_at DESC LIMIT 1) k ON true
   ORDER BY a.shipment, a.start, a.sensor`;

const RIDES = `SELECT shipment, sensor, start AS "from", "end" AS "to" FROM assignment WHERE shipment = ANY($1) ORDER BY start`;

const GAPS = `SELECT shipment, sensor, "from", "to" FROM gap WHERE shipment = ANY($1) ORDER BY "from"`;

const VIOLATIONS = `
  SELECT shipment, sensor, rule, "from", found, "to", peak, readings FROM violation WHERE shipment = ANY($1) ORDER BY "from"`;

const SEALS = `SELECT shipment, seal, standing FROM seal WHERE shipment = ANY($1) ORDER BY applied_at`;

/** The latest inspection per sensor that found a seal intact, compared with what the ledger recorded under the same number. */
const INSPECTED = `
  SELECT DISTINCT ON (p.shipment, p.sensor) p.shipment, p.sensor, p.sequence,
         CASE WHEN b.sequence IS NULL THEN 'awaited' WHEN b.hash = p.hash AND b.thumbprint = p.thumbprint THEN 'same' ELSE 'differs' END AS prefix,
         b.last_at AS at,
         (SELECT count(*)::int FROM reading r WHERE r.sensor = p.sensor AND r.sequence > p.sequence AND r.shipment = p.shipment) AS beyond
    FROM inspected_sensor p
    JOIN inspection i USING (shipment, seal, number)
    LEFT JOIN batch b ON b.sensor = p.sensor AND b.sequence = p.sequence
   WHERE p.shipment = ANY($1) AND i.result = 'intact'
   ORDER BY p.shipment, p.sensor, i.at DESC`;
