/**
 * Sends what is due. Each delivery is locked in a database transaction while it is sent, and marked as sent in the same: two workers never
 * send it at once, and one that is killed in between leaves it waiting. So nothing is lost, and what the other side took just before a kill
 * comes a second time: at least once, under the same message id.
 */
import type { Pool, PoolClient } from "pg";
import { kindRules, type NotifyFacts, type NotifyKind } from "../domain/notifications";
import { WintersealError } from "../messages/errors";
import { visibleShipments } from "../store/shipments";
import { inTransaction } from "../store/transaction";
import { viewerOf } from "./collect";
import { noticeMail, sendMail } from "./mail";
import { unseal } from "./sealed";
import type { NotifySettings } from "./settings";
import { post } from "./webhook";
import { wordsOf } from "./words";

export interface Deliverer {
  readonly pool: Pool;
  readonly settings: NotifySettings;
  /** Whether a person's certificate still stands. @throws WintersealError UNAVAILABLE when that cannot be known now */
  readonly stands: (mspId: string, serial: string) => Promise<boolean>;
  readonly now: () => number;
}

interface Waiting {
  readonly id: string;
  readonly channel: "email" | "webhook";
  readonly kind: NotifyKind;
  readonly shipment: string | null;
  readonly sensor: string | null;
  readonly facts: NotifyFacts;
  readonly at: number;
}

interface Person {
  readonly id: string;
  readonly name: string;
  readonly msp_id: string;
  readonly role: string;
  readonly serial: string;
  /** ms UTC */
  readonly ends: number;
  readonly zone: string | null;
  readonly rules: unknown;
  readonly email: string | null;
  readonly webhook_url: string | null;
  readonly webhook_secret: string | null;
}

/** E-mails of one person that are due are one message. */
const MOST_IN_ONE = 50;

const SELECT = `SELECT d.id, d.channel, n.kind, n.shipment, n.sensor, n.facts, n.at FROM delivery d JOIN notification n ON n.id = d.notification_id`;

/** A delivery that can never be made: told to its person as a dead letter, not tried again. */
class Undeliverable extends Error {}

/**
 * Sends one delivery, and with an e-mail the same person's others that are due. Nothing happens when it was sent already.
 * @throws WintersealError when it should be tried again; what went wrong stands in the row
 */
export async function deliver(deliverer: Deliverer, id: string): Promise<void> {
  const { pool } = deliverer;
  try {
    await inTransaction(pool, (client) => sendLocked(deliverer, client, id));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof Undeliverable) return bury(pool, id, why);
    await pool.query("UPDATE delivery SET attempts = attempts + 1, last_error = $2 WHERE id = $1 AND state = 'waiting'", [
      id,
      why.slice(0, 300),
    ]);
    throw error;
  }
}

/** A delivery that was tried often enough: visible to its person, who can send it again. */
export async function bury(pool: Pool, id: string, why?: string): Promise<void> {
  await pool.query("UPDATE delivery SET state = 'dead', last_error = coalesce($2, last_error) WHERE id = $1 AND state = 'waiting'", [
    id,
    why?.slice(0, 300) ?? null,
  ]);
}

async function sendLocked(deliverer: Deliverer, client: PoolClient, id: string): Promise<void> {
  const { rows: first } = await client.query<Waiting & { readonly user_id: string }>(
    `${SELECT.replace("n.at", "n.at, d.user_id")} WHERE d.id = $1 AND d.state = 'waiting' FOR UPDATE OF d SKIP LOCKED`,
    [id],
  );
  const [own] = first;
  if (!own) return;
  const person = await personOf(client, own.user_id);
  await checkStands(deliverer, person);
  if (own.channel === "webhook") await hook(deliverer, client, person, own);
  else await mail(deliverer, client, person, own);
}

async function personOf(client: PoolClient, id: string): Promise<Person> {
  const { rows } = await client.query<Person>(
    `SELECT u.id, u.name, u.msp_id, u.role, u.serial, coalesce((extract(epoch FROM u.certificate_ends) * 1000)::int8, 0) AS ends, s.zone, s.rules, s.email, s.webhook_url, s.webhook_secret
       FROM "user" u LEFT JOIN notification_setting s ON s.user_id = u.id WHERE u.id = $1`,
    [id],
  );
  const [person] = rows;
  if (!person) throw new Undeliverable("The person is gone");
  return person;
}

async function checkStands({ stands, now }: Deliverer, { msp_id: mspId, serial, ends }: Person): Promise<void> {
  if (ends <= now() || !(await stands(mspId, serial))) throw new Undeliverable("The person's certificate has ended or is revoked");
}

/** Nobody is sent what they may not see any more. While a projection is rebuilt nothing can be seen, so this is tried again. */
async function checkVisible({ pool }: Deliverer, person: Person, waiting: readonly Waiting[]): Promise<readonly Waiting[]> {
  const viewer = viewerOf(person);
  const ids = [...new Set(waiting.flatMap(({ shipment }) => (shipment === null ? [] : [shipment])))];
  const seen = new Set(viewer === null ? [] : await visibleShipments(pool, viewer, ids));
  return waiting.filter(({ shipment }) => shipment === null || seen.has(shipment));
}

async function hook(deliverer: Deliverer, client: PoolClient, person: Person, own: Waiting): Promise<void> {
  const { settings, now } = deliverer;
  const { webhook_url: url, webhook_secret: sealed } = person;
  if (url === null || sealed === null || !kindRules(person.rules)[own.kind].webhook) throw new Undeliverable("The webhook was taken away");
  if ((await checkVisible(deliverer, person, [own])).length === 0)
    throw new WintersealError("SHIPMENT_UNKNOWN", "The shipment cannot be seen now");
  const { title, text, path } = wordsOf(own, { zone: "UTC", unit: "C" });
  const { kind, shipment, sensor, at, facts } = own;
  const body = JSON.stringify({
    id: own.id,
    kind,
    at: new Date(at).toISOString(),
    shipment,
    sensor,
    facts,
    title,
    text,
    url: `${settings.origin}${path}`,
  });
  await post({ url, secret: unseal(sealed, person.id, settings.sealing), id: own.id, body, allowed: settings.webhookHosts }, now());
  await markSent(client, [own.id], now());
}

async function mail(deliverer: Deliverer, client: PoolClient, person: Person, own: Waiting): Promise<void> {
  const { settings, now } = deliverer;
  if (person.email === null || kindRules(person.rules)[own.kind].email === "off") throw new Undeliverable("The e-mail was taken away");
  if (settings.mail === null) throw new Undeliverable("No mail server is configured (WINTERSEAL_SMTP_URL)");
  const { rows } = await client.query<Waiting>(
    `${SELECT} WHERE d.user_id = $1 AND d.channel = 'email' AND d.state = 'waiting' AND d.due_at <= $2 AND d.id <> $3
      ORDER BY n.at, d.id LIMIT ${MOST_IN_ONE - 1} FOR UPDATE OF d SKIP LOCKED`,
    [person.id, now(), own.id],
  );
  const seen = await checkVisible(deliverer, person, [own, ...rows]);
  if (!seen.includes(own)) throw new WintersealError("SHIPMENT_UNKNOWN", "The shipment cannot be seen now");
  const said = seen.map((it) => ({ ...wordsOf(it, { zone: person.zone || "UTC", unit: "C" }), id: it.id }));
  await sendMail(settings.mail, noticeMail(person.email, settings.origin, said));
  await markSent(
    client,
    seen.map(({ id }) => id),
    now(),
  );
}

async function markSent(client: Pick<PoolClient, "query">, ids: readonly string[], now: number): Promise<void> {
  await client.query("UPDATE delivery SET state = 'sent', sent_at = $2, attempts = attempts + 1, last_error = NULL WHERE id = ANY($1)", [
    ids,
    now,
  ]);
}
