/** The signed inputs of one shipment, as the ledger committed them: what an evidence file is made of (lib/evidence, docs/evidence.md). */
import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import { EVENTS, type FunctionName } from "../messages/functions";
import { shipmentScope } from "./scope";

export interface EvidenceInputs {
  /** Blocks that hold the channel's configuration, oldest first. */
  readonly configuration: readonly {
    readonly block: number;
    readonly previous: string;
    readonly envelope: Uint8Array;
    readonly metadata: Uint8Array;
  }[];
  /** In ledger order. */
  readonly transactions: readonly { readonly block: number; readonly position: number; readonly envelope: Uint8Array }[];
  /** Sensors whose chain goes on after the file's last batch: that batch needs an attested read of its own. */
  readonly ends: readonly { readonly sensor: string; readonly sequence: number }[];
}

/** Who must endorse what concerns every shipment. */
const GOVERNANCE: FunctionName = "governance:Agree";
const IDENTITY_EVENTS = [EVENTS.sensorRegistered, EVENTS.sensorRenewed, EVENTS.sensorRevoked, EVENTS.sensorSuspended];

/**
 * What belongs to one shipment: its own transactions, the identities of its sensors from their registration on, and each sensor's batches from the
 * last one before its assignment to the first one after which no reading can belong to it.
 * @param upTo place of the newest transaction that the attested read saw: what came later is another file's
 * @returns null when the shipment does not exist for the viewer
 */
export async function evidenceInputs(
  pool: Pool,
  viewer: Viewer,
  shipment: string,
  upTo: { readonly block: number; readonly position: number } = NEWEST,
): Promise<EvidenceInputs | null> {
  const seen = await pool.query(`SELECT 1 FROM shipment s WHERE ${shipmentScope(viewer)} AND s.id = $2`, [viewer.mspId, shipment]);
  if (seen.rowCount === 0) return null;
  const { rows: windows } = await pool.query<Window>(WINDOWS, [
    shipment,
    EVENTS.assignmentEnded,
    EVENTS.decided,
    upTo.block,
    upTo.position,
  ]);
  const sensors = windows.map(({ sensor }) => sensor);
  const [transactions, configuration] = await Promise.all([
    pool.query<EvidenceInputs["transactions"][number]>(TRANSACTIONS, [
      shipment,
      sensors,
      IDENTITY_EVENTS,
      windows.map(({ from }) => from),
      windows.map(({ to }) => to),
      upTo.block,
      upTo.position,
    ]),
    pool.query<EvidenceInputs["configuration"][number]>(CONFIGURATION),
  ]);
  return {
    configuration: configuration.rows,
    transactions: transactions.rows,
    ends: windows.filter(({ to, head }) => to < head).map(({ sensor, to }) => ({ sensor, sequence: to })),
  };
}

const NEWEST = { block: Number.MAX_SAFE_INTEGER, position: 0x7fff_ffff };

/** Sequence numbers; 0 to 0 for a sensor that never sent anything. */
interface Window {
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  readonly head: number;
}

/**
 * The window opens with the last batch before the assignment. It closes with the first batch whose last reading lies after the ride's end, but not before
 * what was recorded when that end was not known yet, nor before what an inspector saw.
 */
const WINDOWS = `
  WITH ride AS (
    SELECT a.sensor, a."end", t.block, t.position,
           (SELECT coalesce(max(b.sequence), 0) FROM batch b JOIN transaction p ON p.id = b.transaction AND p.block = b.block AND p.validation_code = 0
             WHERE b.sensor = a.sensor AND (p.block, p.position) <= ($4::int8, $5::int4)) AS head,
           (SELECT max(ROW(e.block, e.position)) FROM audit_entry e
             WHERE e.shipment = $1 AND ((e.kind = $2 AND e.sensor = a.sensor) OR e.kind = $3)) AS ended
      FROM assignment a
      JOIN transaction t ON t.id = a.transaction AND t.validation_code = 0
     WHERE a.shipment = $1 AND (t.block, t.position) <= ($4::int8, $5::int4)),
  placed AS (
    SELECT r.sensor, b.sequence, b.last_at, ROW(t.block, t.position) < ROW(r.block, r.position) AS before,
           r.ended IS NULL OR ROW(t.block, t.position) < r.ended AS early, r."end", r.head
      FROM ride r
      JOIN batch b ON b.sensor = r.sensor
      JOIN transaction t ON t.id = b.transaction AND t.block = b.block AND t.validation_code = 0
     WHERE (t.block, t.position) <= ($4::int8, $5::int4))
  SELECT r.sensor, r.head,
         coalesce((SELECT max(p.sequence) FROM placed p WHERE p.sensor = r.sensor AND p.before), 0) AS "from",
         CASE WHEN r."end" IS NULL THEN r.head ELSE greatest(
           coalesce((SELECT min(p.sequence) FROM placed p WHERE p.sensor = r.sensor AND NOT p.before AND p.last_at > r."end"), r.head),
           coalesce((SELECT max(p.sequence) FROM placed p WHERE p.sensor = r.sensor AND p.early), 0),
           coalesce((SELECT max(i.sequence) FROM inspected_sensor i JOIN batch b ON b.sensor = i.sensor AND b.sequence = i.sequence
                      WHERE i.shipment = $1 AND i.sensor = r.sensor), 0)) END AS "to"
    FROM ride r ORDER BY r.sensor`;

const TRANSACTIONS = `
  SELECT v.block, v.position, v.bytes AS envelope FROM envelope v WHERE (v.block, v.position) <= ($6::int8, $7::int4) AND (v.block, v.position) IN (
    SELECT e.block, e.position FROM audit_entry e WHERE e.shipment = $1
    UNION
    SELECT e.block, e.position FROM audit_entry e WHERE e.sensor = ANY($2) AND e.kind = ANY($3)
    UNION
    SELECT t.block, t.position FROM transaction t WHERE t.function = '${GOVERNANCE}' AND t.validation_code = 0
    UNION
    SELECT t.block, t.position FROM unnest($2::text[], $4::int8[], $5::int8[]) AS w(sensor, lo, hi)
      JOIN batch b ON b.sensor = w.sensor AND b.sequence BETWEEN w.lo AND w.hi
      JOIN transaction t ON t.id = b.transaction AND t.block = b.block AND t.validation_code = 0)
   ORDER BY v.block, v.position`;

const CONFIGURATION = `
  SELECT c.block, encode(b.previous_hash, 'hex') AS previous, v.bytes AS envelope, c.metadata
    FROM configuration c JOIN block b ON b.number = c.block JOIN envelope v ON v.block = c.block ORDER BY c.block`;
