/** Everything that one shipment's page tells, beside the readings themselves (readings.ts) and the verdict's facts (shipment-facts.ts). */
import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import type { ShipmentRecord } from "../contract/state";
import { type Profile, profileById, type Severity } from "../domain/profiles";
import type { ShipmentFacts } from "../domain/verdict";
import { shipmentScope } from "./scope";
import { shipmentFacts } from "./shipment-facts";

export interface ShipmentHead {
  readonly id: string;
  readonly sscc: string;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly profile: string;
  readonly shipper: string;
  readonly recipient: string;
  readonly status: ShipmentRecord["status"];
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly arrivedAt: number | null;
  readonly decidedAt: number | null;
}

export interface CalibrationDetail {
  readonly sensor: string;
  readonly number: string;
  readonly laboratory: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly uncertainty: number;
}

export interface SensorDetail {
  readonly sensor: string;
  readonly model: string;
  readonly authority: string;
  readonly thumbprint: string;
  readonly status: "active" | "suspended" | "revoked";
  readonly statusReason: string;
  readonly doubtfulSince: number | null;
  /** Its last batch on the ledger, of any shipment. */
  readonly sequence: number;
  readonly headHash: string;
  readonly place: string;
  readonly start: number;
  readonly assigned: number;
  /** Batches that reached the ledger later than they usually do. */
  readonly late: readonly LateStretch[];
  readonly calibrations: readonly CalibrationDetail[];
}

export interface LateStretch {
  readonly from: number;
  readonly to: number;
  readonly recordedAt: number;
  readonly batches: number;
  readonly readings: number;
}

export interface ViolationDetail {
  readonly sensor: string;
  readonly rule: string;
  readonly number: number;
  readonly severity: Severity;
  readonly from: number;
  readonly found: number;
  readonly to: number | null;
  readonly readings: number;
  readonly peak: number;
  readonly transaction: string;
}

export interface SealDetail {
  readonly seal: string;
  readonly class: "I" | "S" | "H";
  readonly container: string | null;
  readonly sensor: string | null;
  readonly appliedAt: number;
  readonly appliedBy: string;
  readonly standing: "applied" | "intact" | "broken";
}

export interface InspectionDetail {
  readonly seal: string;
  readonly number: number;
  readonly result: "intact" | "broken";
  readonly photo: string | null;
  readonly note: string;
  readonly at: number;
  readonly by: string;
  readonly organisation: string;
  readonly transaction: string;
}

export interface GapDetail {
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  readonly transaction: string;
}

/** One line of what happened. `detail` is what the projection wrote beside the event's name. */
export interface AuditDetail {
  readonly block: number;
  readonly position: number;
  readonly part: number;
  readonly at: number;
  readonly kind: string;
  readonly sensor: string | null;
  readonly actor: string;
  readonly organisation: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly transaction: string;
}

export interface ShipmentDetail {
  readonly head: ShipmentHead;
  readonly profile: Profile;
  readonly facts: ShipmentFacts;
  readonly sensors: readonly SensorDetail[];
  readonly violations: readonly ViolationDetail[];
  readonly gaps: readonly GapDetail[];
  readonly seals: readonly SealDetail[];
  readonly inspections: readonly InspectionDetail[];
  readonly handovers: readonly {
    readonly at: number;
    readonly place: string;
    readonly arrival: boolean;
    readonly giver: string;
    readonly taker: string;
  }[];
  readonly decisions: readonly {
    readonly at: number;
    readonly decision: "accepted" | "rejected";
    readonly reason: string;
    readonly by: string;
  }[];
  /** Newest first, at most {@link AUDIT_LIMIT}. */
  readonly audit: readonly AuditDetail[];
  /** Display names of people who have signed in here, and of the command line, by the name in their certificate. */
  readonly people: Readonly<Record<string, string>>;
  /** Newest block in the database: what is shown is complete up to it. */
  readonly block: number;
}

export const AUDIT_LIMIT = 400;
const DAY = 86_400_000;

/** The shipment as far as the viewer may see it; null when it does not exist for the viewer. */
export async function shipmentHead(pool: Pool, viewer: Viewer, id: string): Promise<ShipmentHead | null> {
  const { rows } = await pool.query<ShipmentHead>(
    `SELECT s.id, s.sscc, s.title, s.origin, s.destination, s.profile, s.shipper, s.recipient, s.status, s.created_at AS "createdAt",
            s.started_at AS "startedAt", s.arrived_at AS "arrivedAt", s.decided_at AS "decidedAt"
       FROM shipment s WHERE ${shipmentScope(viewer)} AND s.id = $2`,
    [viewer.mspId, id],
  );
  return rows[0] ?? null;
}

/** Sensors of a shipment, in the order in which they were assigned. */
export async function shipmentSensors(pool: Pool, id: string): Promise<string[]> {
  const { rows } = await pool.query<{ sensor: string }>(
    "SELECT sensor FROM assignment WHERE shipment = $1 GROUP BY sensor ORDER BY min(start), sensor",
    [id],
  );
  return rows.map((it) => it.sensor);
}

/** All that the shipment's page tells; null when the shipment does not exist for the viewer. */
export async function loadShipment(pool: Pool, viewer: Viewer, id: string): Promise<ShipmentDetail | null> {
  const head = await shipmentHead(pool, viewer, id);
  if (head === null) return null;
  const profile = profileById(head.profile);
  const ask = <R extends object>(sql: string, ...more: unknown[]) => pool.query<R>(sql, [id, ...more]).then(({ rows }) => rows);
  const [facts, sensors, calibrations, late, violations, gaps, seals, inspections, handovers, decisions, audit, people, block] =
    await Promise.all([
      shipmentFacts(pool, [id]),
      ask<Omit<SensorDetail, "late" | "calibrations">>(SENSORS),
      ask<CalibrationDetail>(CALIBRATIONS),
      ask<LateStretch & { sensor: string }>(LATE, profile.noData),
      ask<ViolationDetail>(VIOLATIONS),
      ask<GapDetail>(GAPS),
      ask<SealDetail>(SEALS),
      ask<InspectionDetail>(INSPECTIONS),
      ask<ShipmentDetail["handovers"][number]>(HANDOVERS),
      ask<ShipmentDetail["decisions"][number]>(DECISIONS),
      ask<AuditDetail>(AUDIT),
      ask<{ common_name: string; name: string }>(PEOPLE),
      pool.query<{ block: number }>("SELECT block FROM checkpoint").then(({ rows }) => rows[0]?.block ?? 0),
    ]);
  const own = facts.get(id);
  if (!own) return null;
  const of = <R extends { sensor: string }>(rows: readonly R[], sensor: string) => rows.filter((it) => it.sensor === sensor);
  return {
    head,
    profile,
    facts: own,
    sensors: sensors.map((it) => ({ ...it, late: of(late, it.sensor), calibrations: of(calibrations, it.sensor) })),
    violations,
    gaps,
    seals,
    inspections,
    handovers,
    decisions,
    audit,
    people: Object.fromEntries(people.map((it) => [it.common_name, it.name])),
    block,
  };
}

const SENSORS = `
  SELECT n.id AS sensor, n.model, n.authority, n.thumbprint, n.status, n.status_reason AS "statusReason", n.doubtful_since AS "doubtfulSince",
         n.sequence, n.head_hash AS "headHash", a.place, a.start, a.assigned
    FROM (SELECT DISTINCT ON (sensor) sensor, place, start, assigned FROM assignment WHERE shipment = $1 ORDER BY sensor, start) a
    JOIN sensor n ON n.id = a.sensor ORDER BY a.start, n.id`;

const CALIBRATIONS = `
  SELECT sensor, number, laboratory, valid_from AS "validFrom", valid_to AS "validTo", uncertainty FROM calibration
   WHERE sensor IN (SELECT sensor FROM assignment WHERE shipment = $1) ORDER BY valid_from, registered_at`;

/**
 * Late is what came later than the sensor's batches usually do (twice the median wait of their first reading), and than the profile's no-data rule.
 * Batches of one backlog that touch in time are told as one stretch.
 */
const LATE = `
  WITH own AS (
    SELECT b.sensor, b.sequence, b.first_at, b.last_at, b.recorded_at, b.count, b.recorded_at - b.first_at AS wait
      FROM batch b JOIN assignment a ON a.shipment = $1 AND a.sensor = b.sensor
     WHERE b.last_at >= a.start AND (a."end" IS NULL OR b.first_at <= a."end")),
  usual AS (SELECT sensor, greatest($2, least(2 * percentile_cont(0.5) WITHIN GROUP (ORDER BY wait), ${DAY})) AS wait FROM own GROUP BY sensor),
  late AS (
    SELECT own.*, CASE WHEN own.first_at - lag(own.last_at) OVER (PARTITION BY own.sensor ORDER BY own.sequence) <= $2 THEN 0 ELSE 1 END AS opens
      FROM own JOIN usual USING (sensor) WHERE own.wait > usual.wait),
  numbered AS (SELECT *, sum(opens) OVER (PARTITION BY sensor ORDER BY first_at) AS stretch FROM late)
  SELECT sensor, min(first_at) AS "from", max(last_at) AS "to", max(recorded_at) AS "recordedAt", count(*)::int AS batches, sum(count)::int AS readings
    FROM numbered GROUP BY sensor, stretch ORDER BY sensor, 2`;

const VIOLATIONS = `
  SELECT sensor, rule, number, severity, "from", found, "to", readings, peak, transaction FROM violation WHERE shipment = $1 ORDER BY "from", sensor, rule`;

const GAPS = `SELECT sensor, "from", "to", transaction FROM gap WHERE shipment = $1 ORDER BY "from", sensor`;

const SEALS = `
  SELECT seal, class, container, sensor, applied_at AS "appliedAt", applied_by AS "appliedBy", standing FROM seal WHERE shipment = $1 ORDER BY applied_at, seal`;

const INSPECTIONS = `
  SELECT seal, number, result, photo, note, at, by, organisation, transaction FROM inspection WHERE shipment = $1 ORDER BY at, seal, number`;

const HANDOVERS = "SELECT at, place, arrival, giver, taker FROM handover WHERE shipment = $1 ORDER BY at";

const DECISIONS = "SELECT at, decision, reason, by FROM decision WHERE shipment = $1 ORDER BY at";

/** What happened to the shipment, and to its sensors while they rode with it. */
const AUDIT = `
  SELECT e.block, e.position, e.part, e.at, e.kind, e.sensor, e.actor, e.organisation, e.detail, e.transaction FROM audit_entry e
   WHERE e.shipment = $1 OR (e.shipment IS NULL AND EXISTS (
     SELECT 1 FROM assignment a WHERE a.shipment = $1 AND a.sensor = e.sensor AND e.at >= a.start AND (a."end" IS NULL OR e.at <= a."end")))
   ORDER BY e.block DESC, e.position DESC, e.part DESC LIMIT ${AUDIT_LIMIT}`;

const PEOPLE = `
  SELECT u.common_name, u.name FROM "user" u
   WHERE u.common_name IN (SELECT actor FROM audit_entry WHERE shipment = $1)
  UNION ALL
  SELECT DISTINCT t.creator_name, 'Command line (importer)' FROM audit_entry e JOIN transaction t ON t.block = e.block AND t.position = e.position
   WHERE e.shipment = $1 AND t.creator_role = 'importer'`;
