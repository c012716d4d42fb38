/** Where events come from: audit entries, which the projection writes once and in order, and what only the clock brings about. */
import { createHash } from "node:crypto";
import type { ClientBase, Pool } from "pg";
import { excursionName } from "../domain/excursion";
import { DUE } from "../domain/needs";
import type { CalibrationStep, NotifyEvent } from "../domain/notifications";
import { judge } from "../domain/verdict";
import { EVENTS } from "../messages/functions";
import { type DueExcursion, dueExcursions } from "../store/excursions";
import { shipmentFacts } from "../store/shipment-facts";

/** Place of an audit entry in the order of the ledger. */
export interface Cursor {
  readonly block: number;
  readonly position: number;
  readonly part: number;
}

interface EntryRow extends Cursor {
  readonly at: number;
  readonly kind: string;
  readonly shipment: string | null;
  readonly sensor: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly transaction: string;
  readonly title: string | null;
  readonly origin: string | null;
  readonly destination: string | null;
}

/** Audit entries read at once; what is left comes with the next call. */
const AT_ONCE = 500;

const ENTRIES = `
  SELECT e.block, e.position, e.part, e.at, e.kind, e.shipment, e.sensor, e.detail, e.transaction, s.title, s.origin, s.destination
    FROM audit_entry e LEFT JOIN shipment s ON s.id = e.shipment
   WHERE (e.block, e.position, e.part) > ($1, $2, $3) ORDER BY e.block, e.position, e.part LIMIT ${AT_ONCE}`;

/** Events of the entries that follow a place, and the place that they end at. */
export async function committedEvents(
  client: ClientBase,
  after: Cursor,
): Promise<{ readonly events: readonly NotifyEvent[]; readonly cursor: Cursor; readonly more: boolean }> {
  const { rows } = await client.query<EntryRow>(ENTRIES, [after.block, after.position, after.part]);
  const last = rows.at(-1);
  const cursor = last === undefined ? after : { block: last.block, position: last.position, part: last.part };
  return { events: rows.flatMap(eventOf), cursor, more: rows.length === AT_ONCE };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** What an audit entry means to people; most mean nothing to be told of. Kinds as lib/projection/apply writes them. */
function eventOf(row: EntryRow): NotifyEvent[] {
  const { shipment, sensor, at, detail, transaction } = row;
  const about = { title: row.title ?? shipment ?? "", origin: row.origin ?? "", destination: row.destination ?? "" };
  const key = (name: string) => `${name}:${transaction}:${row.part}`;
  switch (row.kind) {
    case "ViolationFound": {
      const { rule, severity, from, found, peak } = detail;
      const facts = { rule: text(rule), severity: text(severity), from: number(from), found: number(found), peak: number(peak) };
      return [{ key: key("violation"), kind: "violation", shipment, sensor, at, facts: { type: "violation", ...about, ...facts } }];
    }
    case EVENTS.handedOver:
      if (detail.arrival !== true) return [];
      return [
        { key: key("arrival"), kind: "arrival", shipment, sensor, at, facts: { type: "arrival", ...about, place: text(detail.place) } },
      ];
    case EVENTS.decided: {
      const decision = detail.decision === "accepted" ? "accepted" : "rejected";
      const facts = { type: "decision", ...about, decision, reason: text(detail.reason) } as const;
      return [{ key: key("decision"), kind: "decision", shipment, sensor, at, facts }];
    }
    case "ShipmentReopened": {
      const facts = { type: "decision", ...about, decision: "reopened", reason: "" } as const;
      return [{ key: key("decision"), kind: "decision", shipment, sensor, at, facts }];
    }
    default:
      return [];
  }
}

/** Excursions whose next step is due, silent sensors, calibrations that end, and a halt: what holds at `now`. Each has a name of its own, so that it is told once. */
export async function standingEvents(pool: Pool, now: number): Promise<readonly NotifyEvent[]> {
  const [silent, calibrations, halt, excursions] = await Promise.all([
    silentSensors(pool, now),
    endingCalibrations(pool, now),
    haltOf(pool),
    dueExcursions(pool, now),
  ]);
  return [...silent, ...calibrations, ...halt, ...excursions.flatMap(excursionEvent)];
}

/** One event per step, level and the moment from which the step waits. */
function excursionEvent({ due, tell, assignee, assigneeOrganisation, ...it }: DueExcursion): NotifyEvent[] {
  const { step, since, level, at } = due;
  if (level === "waiting") return [];
  const { title, origin, destination, rule, severity, shipment, sensor } = it;
  const excursion = excursionName(it);
  const assigned = assignee === null || assigneeOrganisation === null ? null : { commonName: assignee, organisation: assigneeOrganisation };
  // As long as nobody is assigned, the shipper's people stand for the assignee.
  const toShipper = tell.includes("shipper") || (tell.includes("assignee") && assigned === null);
  const organisations = [...(toShipper ? [it.shipper] : []), ...(tell.includes("recipient") ? [it.recipient] : [])];
  const people = assigned === null || !tell.includes("assignee") ? [] : [assigned];
  return [
    {
      key: `excursion:${excursion}:${step}:${since}:${level}`,
      kind: "excursion",
      shipment,
      sensor,
      at: level === "remind" ? due.remindAt : level === "overdue" ? at : due.escalateAt,
      facts: { type: "excursion", title, origin, destination, excursion, step, level, dueAt: at, rule, severity },
      only: { organisations, people },
    },
  ];
}

/** A halt stands in the checkpoint from the moment it is found; the reason names it, so that a rebuild that halts again there is no news. */
export async function haltOf(pool: Pool): Promise<readonly NotifyEvent[]> {
  const { rows } = await pool.query<{ block: number; halted: string; haltedAt: number | null }>(
    `SELECT block, halted, halted_at AS "haltedAt" FROM checkpoint WHERE halted IS NOT NULL`,
  );
  return rows.map(({ block, halted, haltedAt }) => ({
    key: `halt:${block}:${createHash("sha256").update(halted).digest("hex").slice(0, 32)}`,
    kind: "halt",
    shipment: null,
    sensor: null,
    at: haltedAt ?? 0,
    facts: { type: "halt", reason: halted, block },
  }));
}

/** Shipments judged at once. */
const CHUNK = 500;

interface TripRow {
  readonly id: string;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
}

async function silentSensors(pool: Pool, now: number): Promise<NotifyEvent[]> {
  const { rows } = await pool.query<TripRow>("SELECT id, title, origin, destination FROM shipment WHERE status = 'under-way' ORDER BY id");
  const events: NotifyEvent[] = [];
  for (let from = 0; from < rows.length; from += CHUNK) {
    const trips = rows.slice(from, from + CHUNK);
    const facts = await shipmentFacts(
      pool,
      trips.map(({ id }) => id),
    );
    for (const { id, title, origin, destination } of trips) {
      const its = facts.get(id);
      for (const { sensor, since } of its === undefined ? [] : judge(its, now).trust.silent) {
        const about = { type: "silent", title, origin, destination, since } as const;
        events.push({ key: `silent:${id}:${sensor}:${since}`, kind: "silent", shipment: id, sensor, at: since, facts: about });
      }
    }
  }
  return events;
}

/** Announced at three steps; whoever hears of the last first does not hear of the earlier ones. */
export function dueStep(validTo: number, now: number): CalibrationStep | null {
  const left = validTo - now;
  if (left <= 0 || left > DUE.quarter) return null;
  if (left <= DUE.day) return "day";
  return left <= DUE.month ? "month" : "quarter";
}

async function endingCalibrations(pool: Pool, now: number): Promise<NotifyEvent[]> {
  const { rows } = await pool.query<{ sensor: string; number: string; validTo: number }>(
    `SELECT n.id AS sensor, k.number, k.valid_to AS "validTo" FROM sensor n
       JOIN LATERAL (SELECT number, valid_to FROM calibration WHERE sensor = n.id AND thumbprint = n.thumbprint
                      ORDER BY registered_at DESC LIMIT 1) k ON true
      WHERE n.status <> 'revoked' AND k.valid_to > $1 AND k.valid_to <= $2 ORDER BY n.id`,
    [now, now + DUE.quarter],
  );
  return rows.flatMap(({ sensor, number: certificate, validTo }) => {
    const step = dueStep(validTo, now);
    if (step === null) return [];
    const key = `calibration:${sensor}:${validTo}:${step}`;
    return [
      {
        key,
        kind: "calibration" as const,
        shipment: null,
        sensor,
        at: now,
        facts: { type: "calibration" as const, step, validTo, number: certificate },
      },
    ];
  });
}
