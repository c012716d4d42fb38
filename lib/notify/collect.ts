/**
 * Events → notifications and deliveries. What a person is told is written in the same database transaction that moves the cursor, under
 * unique keys (person and event, notification and channel): a crash at any moment leaves an event either told or still to come.
 */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { Viewer } from "../access/viewer";
import { isGraveEvent, type KindRules, kindRules, type NotifyEvent } from "../domain/notifications";
import { organisationKind, ROLES } from "../messages/names";
import { encodeNotice, NOTICE_CHANNEL } from "../store/notice";
import { visibleShipments } from "../store/shipments";
import { inTransaction } from "../store/transaction";
import { type Cursor, committedEvents, standingEvents } from "./events";
import { dueAt, type Timing } from "./timing";

/** Any number: who holds it collects, the others let them. */
const COLLECT_LOCK = 4_210_195;

/** A person who may be told something: the certificate of the latest sign-in has not ended. */
interface Recipient {
  readonly viewer: Viewer;
  readonly commonName: string;
  readonly rules: KindRules;
  readonly timing: Timing;
  readonly mayMail: boolean;
  readonly mayHook: boolean;
}

/**
 * Turns what was committed since the last call into notifications, and what holds at `now` if `standing` says so.
 * @returns how many notifications were made; another process that collects at this moment makes them instead
 */
export async function collect(pool: Pool, now: number, standing = false): Promise<number> {
  let made = 0;
  for (let more = true; more; ) {
    const step = await alone(pool, (client) => collectCommitted(pool, client, now));
    made += step.made;
    more = step.more;
  }
  if (standing) made += await alone(pool, (client) => collectStanding(pool, client, now));
  return made;
}

/** One collects at a time, whatever processes run. */
const alone = <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [COLLECT_LOCK]);
    return work(client);
  });

async function collectCommitted(pool: Pool, client: PoolClient, now: number): Promise<{ readonly made: number; readonly more: boolean }> {
  const cursor = await readCursor(client);
  const { events, cursor: next, more } = await committedEvents(client, cursor);
  if (next === cursor) return { made: 0, more: false };
  const made = await tell(pool, client, events, now);
  await client.query("UPDATE notification_cursor SET block = $1, position = $2, part = $3", [next.block, next.position, next.part]);
  return { made, more };
}

/** Where there is none yet, what is committed already is old: nobody is told of it. */
async function readCursor(client: PoolClient): Promise<Cursor> {
  await client.query(
    `INSERT INTO notification_cursor (block, position, part)
     SELECT coalesce((SELECT block FROM checkpoint), -1), 2147483647, 2147483647 ON CONFLICT DO NOTHING`,
  );
  const { rows } = await client.query<Cursor>("SELECT block, position, part FROM notification_cursor");
  const [cursor] = rows;
  if (!cursor) throw new TypeError("the cursor that was just written is gone");
  return cursor;
}

/** While a projection is being rebuilt it stands behind what was told already: what its half-filled tables show is not the present. */
async function collectStanding(pool: Pool, client: PoolClient, now: number): Promise<number> {
  const { rows } = await client.query<{ behind: boolean }>(
    "SELECT coalesce((SELECT block FROM checkpoint), -1) < (SELECT block FROM notification_cursor) AS behind",
  );
  return rows[0]?.behind === false ? tell(pool, client, await standingEvents(pool, now), now) : 0;
}

async function tell(pool: Pool, client: PoolClient, events: readonly NotifyEvent[], now: number): Promise<number> {
  if (events.length === 0) return 0;
  const people = await recipients(client, now);
  const told = new Set<string>();
  let made = 0;
  for (const group of groupsOf(people)) {
    const seen = await seenBy(pool, group[0].viewer, events);
    for (const recipient of group) {
      const count = await tellOne(client, recipient, seen, now);
      if (count > 0) told.add(recipient.viewer.userId);
      made += count;
    }
  }
  if (told.size > 0) {
    const notice = encodeNotice({ block: null, shipments: [], sensors: [], people: [...told] });
    await client.query("SELECT pg_notify($1, $2)", [NOTICE_CHANNEL, notice]);
  }
  return made;
}

interface RecipientRow {
  readonly id: string;
  readonly name: string;
  readonly msp_id: string;
  readonly role: string;
  readonly common_name: string;
  readonly rules: unknown;
  readonly zone: string | null;
  readonly quiet_from: number | null;
  readonly quiet_to: number | null;
  readonly digest_minute: number | null;
  readonly email: string | null;
  readonly webhook_url: string | null;
}

async function recipients(client: PoolClient, now: number): Promise<readonly Recipient[]> {
  const { rows } = await client.query<RecipientRow>(
    `SELECT u.id, u.name, u.msp_id, u.role, u.common_name, s.rules, s.zone, s.quiet_from, s.quiet_to, s.digest_minute, s.email, s.webhook_url
       FROM "user" u LEFT JOIN notification_setting s ON s.user_id = u.id WHERE u.certificate_ends > to_timestamp($1 / 1000.0) AT TIME ZONE 'UTC' ORDER BY u.id`,
    [now],
  );
  return rows.flatMap((row) => {
    const viewer = viewerOf(row);
    if (viewer === null) return [];
    const { quiet_from: from, quiet_to: to } = row;
    const quiet = from === null || to === null ? null : { from, to };
    const timing = { zone: row.zone || "UTC", quiet, digest: row.digest_minute ?? 0 };
    return [
      {
        viewer,
        commonName: row.common_name,
        rules: kindRules(row.rules),
        timing,
        mayMail: row.email !== null,
        mayHook: row.webhook_url !== null,
      },
    ];
  });
}

/** The viewer that a person's row stands for; null for facts that name no reader. */
export function viewerOf({ id, name, msp_id: mspId, role: named }: Pick<RecipientRow, "id" | "name" | "msp_id" | "role">): Viewer | null {
  const kind = organisationKind(mspId);
  const role = ROLES.find((known) => known === named);
  return kind === undefined || role === undefined ? null : { userId: id, mspId, kind, role, name };
}

/** People who see the same are asked for once. */
function groupsOf(people: readonly Recipient[]): readonly (readonly [Recipient, ...Recipient[]])[] {
  const groups = new Map<string, [Recipient, ...Recipient[]]>();
  for (const person of people) {
    const key = `${person.viewer.mspId} ${person.viewer.role}`;
    const group = groups.get(key);
    if (group) group.push(person);
    else groups.set(key, [person]);
  }
  return [...groups.values()];
}

/** Events that concern a viewer: shipments that they see, calibrations of sensors that their organisation owns or registered, and a halt. */
async function seenBy(pool: Pool, viewer: Viewer, events: readonly NotifyEvent[]): Promise<readonly NotifyEvent[]> {
  const named = new Set(events.flatMap(({ shipment }) => (shipment === null ? [] : [shipment])));
  const sensors = new Set(events.flatMap(({ shipment, sensor }) => (shipment === null && sensor !== null ? [sensor] : [])));
  const shipments = new Set(await visibleShipments(pool, viewer, [...named]));
  const own = new Set(sensors.size === 0 ? [] : await ownSensors(pool, viewer, [...sensors]));
  return events.filter(({ shipment, sensor }) => {
    if (shipment !== null) return shipments.has(shipment);
    return sensor === null ? viewer.role === viewer.kind || viewer.role === "auditor" : own.has(sensor);
  });
}

async function ownSensors(pool: Pool, viewer: Viewer, ids: readonly string[]): Promise<string[]> {
  if (viewer.role !== viewer.kind && viewer.role !== "auditor") return [];
  const { rows } = await pool.query<{ id: string }>("SELECT id FROM sensor WHERE id = ANY($1) AND (owner = $2 OR authority = $2)", [
    ids,
    viewer.mspId,
  ]);
  return rows.map(({ id }) => id);
}

const NOTIFICATION = `
  INSERT INTO notification (id, user_id, key, kind, shipment, sensor, facts, at, created_at, in_app)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (user_id, key) DO NOTHING`;

/** Whether an event that is not for everybody who sees it is for this person. */
function isFor({ only }: NotifyEvent, { viewer, commonName }: Recipient): boolean {
  if (only === undefined || only.organisations.includes(viewer.mspId)) return true;
  return only.people.some((it) => it.commonName === commonName && it.organisation === viewer.mspId);
}

async function tellOne(client: PoolClient, recipient: Recipient, events: readonly NotifyEvent[], now: number): Promise<number> {
  let made = 0;
  for (const event of events) if (isFor(event, recipient) && (await tellOf(client, recipient, event, now))) made++;
  return made;
}

/** @returns whether it was news */
async function tellOf(client: PoolClient, recipient: Recipient, event: NotifyEvent, now: number): Promise<boolean> {
  const { viewer, rules, timing, mayMail, mayHook } = recipient;
  const { key, kind, shipment, sensor, facts, at } = event;
  const rule = rules[kind];
  const mail = mayMail ? rule.email : "off";
  const hook = mayHook && rule.webhook;
  if (!rule.app && mail === "off" && !hook) return false;
  const id = randomUUID();
  const { userId } = viewer;
  const { rowCount } = await client.query(NOTIFICATION, [
    id,
    userId,
    key,
    kind,
    shipment,
    sensor,
    JSON.stringify(facts),
    at,
    now,
    rule.app,
  ]);
  if (rowCount === 0) return false;
  const grave = isGraveEvent(event);
  if (mail !== "off") await deliverBy(client, "email", { id, userId, due: dueAt(now, mail, grave, timing) });
  if (hook) await deliverBy(client, "webhook", { id, userId, due: dueAt(now, "now", grave, timing) });
  return true;
}

async function deliverBy(
  client: PoolClient,
  channel: "email" | "webhook",
  { id, userId, due }: { readonly id: string; readonly userId: string; readonly due: number },
): Promise<void> {
  await client.query(
    `INSERT INTO delivery (id, notification_id, user_id, channel, due_at, state) VALUES ($1, $2, $3, $4, $5, 'waiting')
     ON CONFLICT (notification_id, channel) DO NOTHING`,
    [randomUUID(), id, userId, channel, due],
  );
}
