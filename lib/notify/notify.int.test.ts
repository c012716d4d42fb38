import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../store/testing";
import { collect } from "./collect";
import { deliver } from "./deliver";
import { seal } from "./sealed";
import type { NotifySettings } from "./settings";
import { addEntry, addPerson, addShipment, type Hook, type MailBox, moveTo, openHook, openMailBox, violation } from "./testing/world";
import { type NotifyWorker, startNotifyWorker } from "./worker";

const SEALING = "s".repeat(40);
const LENA = { id: "lena", mspId: "ShipperMSP", role: "shipper" };
const quietLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

let database: TestDatabase;
let box: MailBox;
let hook: Hook;
let workers: NotifyWorker[];

beforeEach(async () => {
  [database, box, hook] = await Promise.all([createTestDatabase(), openMailBox(), openHook()]);
  workers = [];
  await moveTo(database.pool, 0);
  await addShipment(database.pool, "trip-1", "Measles vaccine");
  await addPerson(database.pool, LENA);
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all([database.drop(), box.close(), hook.close()]);
});

const settings = (): NotifySettings => ({
  mail: { url: box.url, from: "Winterseal <seal@site.example>" },
  webhookHosts: [hook.host],
  origin: "http://site.example",
  sealing: SEALING,
});

async function choose(
  userId: string,
  rules: object,
  more: { readonly quiet?: readonly [number, number]; readonly zone?: string } = {},
): Promise<void> {
  await database.pool.query(
    `INSERT INTO notification_setting (user_id, rules, zone, quiet_from, quiet_to, email, webhook_url, webhook_secret)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      userId,
      JSON.stringify(rules),
      more.zone ?? "UTC",
      more.quiet?.[0] ?? null,
      more.quiet?.[1] ?? null,
      `${userId}@mail.example`,
      `http://${hook.host}/in?x=1`,
      seal("whsec_1", userId, SEALING),
    ],
  );
}

const everywhere = { app: true, email: "now", webhook: true };

async function work(more: Partial<Parameters<typeof startNotifyWorker>[0]> = {}): Promise<NotifyWorker> {
  const worker = await startNotifyWorker({
    databaseUrl: database.url,
    settings: settings(),
    stands: async () => true,
    log: quietLog,
    retry: { retryLimit: 2, retryDelay: 1, retryBackoff: false },
    expiresSeconds: 5,
    ...more,
  });
  workers.push(worker);
  return worker;
}

const told = async () =>
  (await database.pool.query('SELECT user_id AS "user", kind, key FROM notification ORDER BY user_id, key')).rows as {
    user: string;
    kind: string;
    key: string;
  }[];
const deliveries = async () =>
  (
    await database.pool.query<{ id: string; channel: string; state: string; attempts: number; last_error: string | null; due_at: number }>(
      "SELECT * FROM delivery ORDER BY channel, id",
    )
  ).rows;
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 100 });

describe("what people are told", () => {
  it("is what was committed after they came, once, however often it is collected and by however many", async () => {
    await addEntry(database.pool, violation(1, "trip-1"));
    await collect(database.pool, Date.now());
    expect(await told()).toEqual([]);
    await addEntry(database.pool, violation(2, "trip-1"));
    await Promise.all([1, 2, 3].map(() => collect(database.pool, Date.now())));
    expect(await told()).toEqual([{ user: "lena", kind: "violation", key: "violation:tx-2:0" }]);
  });

  it("comes to nobody of another organisation, and to nobody whose certificate has ended", async () => {
    await collect(database.pool, Date.now());
    for (const person of [
      { id: "auditor", mspId: "RecipientMSP", role: "auditor" },
      { id: "other", mspId: "RhineShipperMSP", role: "shipper" },
      { id: "sensor", mspId: "ShipperMSP", role: "sensor" },
      { id: "authority", mspId: "AuthorityMSP", role: "authority" },
      { id: "gone", mspId: "ShipperMSP", role: "shipper" },
    ])
      await addPerson(database.pool, person);
    await database.pool.query(`UPDATE "user" SET certificate_ends = now() - interval '1 second' WHERE id = 'gone'`);
    await addEntry(database.pool, violation(2, "trip-1"));
    await collect(database.pool, Date.now());
    expect((await told()).map(({ user }) => user)).toEqual(["auditor", "lena"]);
  });

  it("is not told again when the projection is rebuilt, and goes on after it", async () => {
    await collect(database.pool, Date.now());
    await addEntry(database.pool, violation(2, "trip-1"));
    await collect(database.pool, Date.now(), true);
    const before = await told();
    // As a rebuild leaves the tables: empty first, then the same entries again. The one trip under way has no readings yet.
    await database.pool.query("TRUNCATE audit_entry, checkpoint, sensor, assignment");
    await collect(database.pool, Date.now(), true);
    await database.pool.query(
      "INSERT INTO assignment (shipment, sensor, place, start, assigned, transaction) VALUES ('trip-1', 'ws-1', 'top', 0, 0, 'tx')",
    );
    await database.pool.query(
      `INSERT INTO sensor (id, model, owner, authority, thumbprint, status, status_reason, registered_at) VALUES ('ws-1', 'm', 'ShipperMSP', 'AuthorityMSP', 't', 'active', '', 0)`,
    );
    await addEntry(database.pool, violation(1, "trip-1"));
    await collect(database.pool, Date.now(), true);
    expect(await told()).toEqual(before);
    await addEntry(database.pool, violation(2, "trip-1"));
    await addEntry(database.pool, violation(3, "trip-1"));
    await collect(database.pool, Date.now());
    expect((await told()).map(({ key }) => key)).toEqual(["violation:tx-2:0", "violation:tx-3:0"]);
  });

  it("tells of silence, of a calibration's end and of a halt once each", async () => {
    const { pool } = database;
    const now = Date.now();
    await pool.query(
      "INSERT INTO assignment (shipment, sensor, place, start, assigned, transaction) VALUES ('trip-1', 'ws-1', 'top', $1, 0, 'tx')",
      [now - 7_200_000],
    );
    await pool.query(
      `INSERT INTO sensor (id, model, owner, authority, thumbprint, status, status_reason, registered_at) VALUES ('ws-1', 'm', 'ShipperMSP', 'AuthorityMSP', 't', 'active', '', 0)`,
    );
    await pool.query(
      `INSERT INTO calibration (sensor, number, hash, laboratory, valid_from, valid_to, min, max, uncertainty, thumbprint, registered_at, transaction)
       VALUES ('ws-1', 'C-7', '', 'lab', 0, $1, 0, 1, 1, 't', 0, 'tx')`,
      [now + 20 * 86_400_000],
    );
    await pool.query("UPDATE checkpoint SET halted = 'block 7 contradicts', halted_at = $1", [now]);
    await addPerson(pool, { id: "mira", mspId: "RecipientMSP", role: "recipient" });
    for (let time = 0; time < 3; time++) await collect(pool, now + time * 60_000, true);
    const kinds = (await told()).map(({ user, kind }) => `${user} ${kind}`);
    expect(kinds).toEqual(["lena calibration", "lena halt", "lena silent", "mira halt", "mira silent"]);
    // The next step is news; the same halt after a rebuild is not.
    await pool.query("UPDATE checkpoint SET halted_at = $1", [now + 1_000]);
    await collect(pool, now + 19.5 * 86_400_000, true);
    expect(
      (await told()).filter(({ kind }) => kind !== "silent").map(({ user, key }) => `${user} ${key.split(":").at(-1)}`.slice(0, 12)),
    ).toEqual(["lena day", "lena month", expect.stringContaining("lena"), expect.stringContaining("mira")]);
  });
});

describe("an excursion that waits", () => {
  const at = Date.UTC(2026, 11, 1, 12);
  const MINUTE = 60_000;

  it("is told to its assignee, then to the shipper, then to the recipient, each level once", async () => {
    const { pool } = database;
    await addPerson(pool, { id: "assi", mspId: "ShipperMSP", role: "shipper" });
    await addPerson(pool, { id: "mira", mspId: "RecipientMSP", role: "recipient" });
    await collect(pool, at);
    await pool.query(
      `INSERT INTO violation (shipment, sensor, rule, number, severity, "from", found, readings, peak, transaction) VALUES ('trip-1', 'ws-1', 'upper', 1, 'critical', $1, $1, 1, 9000, 'tx')`,
      [at],
    );
    await pool.query(
      `INSERT INTO excursion (shipment, sensor, rule, number, severity, status, opened_at, since, reopened, assignee_organisation, assignee, log_length, log_head)
       VALUES ('trip-1', 'ws-1', 'upper', 1, 'critical', 'open', $1, $1, 0, 'ShipperMSP', 'assi', 1, '')`,
      [at],
    );
    const levels = async (minutes: number) => {
      await collect(pool, at + minutes * MINUTE, true);
      return (await told()).filter(({ kind }) => kind === "excursion").map(({ user, key }) => `${user} ${key.split(":").at(-1)}`);
    };
    expect(await levels(10)).toEqual([]);
    expect(await levels(16)).toEqual(["assi remind"]);
    expect(await levels(17)).toEqual(["assi remind"]);
    expect((await levels(31)).sort()).toEqual(["assi overdue", "assi remind", "lena overdue"]);
    expect((await levels(61)).sort()).toEqual([
      "assi escalated",
      "assi overdue",
      "assi remind",
      "lena escalated",
      "lena overdue",
      "mira escalated",
    ]);
  });

  it("waits for the end of quiet hours, unless it is escalated", async () => {
    const { pool } = database;
    await collect(pool, at);
    await choose("lena", { excursion: { app: true, email: "now", webhook: false } }, { quiet: [11 * 60, 20 * 60] });
    await pool.query(
      `INSERT INTO violation (shipment, sensor, rule, number, severity, "from", found, readings, peak, transaction) VALUES ('trip-1', 'ws-1', 'upper', 1, 'critical', $1, $1, 1, 9000, 'tx')`,
      [at],
    );
    for (const minutes of [31, 61]) await collect(pool, at + minutes * MINUTE, true);
    expect((await deliveries()).map(({ due_at }) => due_at).sort()).toEqual([at + 61 * MINUTE, Date.UTC(2026, 11, 1, 20)]);
  });
});

describe("e-mail", () => {
  it("says the facts and where to look, to the person alone, and nothing of the webhook's secret", async () => {
    await collect(database.pool, Date.now());
    await choose("lena", { violation: everywhere });
    await work();
    await addEntry(database.pool, violation(2, "trip-1"));
    await until(() => expect(box.mails.length).toBe(1));
    const [mail] = box.mails;
    expect(mail?.to).toEqual(["lena@mail.example"]);
    const text = mail?.text.replace(/=\r?\n/g, "") ?? "";
    for (const part of ["Subject: Violation on Measles vaccine, Basel to Geneva", "Sensor ws-1", "http://site.example/shipments/trip-1"])
      expect(text).toContain(part);
    expect(text).not.toContain("whsec");
    await until(async () => expect((await deliveries()).map(({ state }) => state)).toEqual(["sent", "sent"]));
  });

  it("comes again after the server refused it, and what is due together comes as one", async () => {
    await collect(database.pool, Date.now());
    await choose("lena", { violation: { ...everywhere, webhook: false } });
    box.refuse = true;
    await addEntry(database.pool, violation(2, "trip-1"));
    await addEntry(database.pool, violation(3, "trip-1"));
    await work();
    await until(async () => expect(Math.max(...(await deliveries()).map(({ attempts }) => attempts))).toBeGreaterThan(0));
    expect((await deliveries()).map(({ last_error }) => last_error).join()).toContain("greylisted");
    box.refuse = false;
    await until(async () => expect((await deliveries()).map(({ state }) => state)).toEqual(["sent", "sent"]));
    expect(box.mails.length).toBe(1);
    expect(box.mails[0]?.text).toContain("Subject: 2 notices");
  });

  it("survives a worker that dies between sending and saying so: it comes again under the same id, and is never lost", async () => {
    await collect(database.pool, Date.now());
    await choose("lena", { violation: { ...everywhere, webhook: false } });
    await addEntry(database.pool, violation(2, "trip-1"));
    await collect(database.pool, Date.now());
    const [own] = await deliveries();
    const deliverer = { pool: database.pool, settings: settings(), stands: async () => true, now: Date.now };
    // The database session of the sender breaks after the mail server has the message and before the row says so.
    box.before = async () => {
      box.before = async () => undefined;
      await database.pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
      );
    };
    await expect(deliver(deliverer, own?.id ?? "")).rejects.toThrow();
    expect((await deliveries()).map(({ state }) => state)).toEqual(["waiting"]);
    await work();
    await until(async () => expect((await deliveries()).map(({ state }) => state)).toEqual(["sent"]));
    const ids = box.mails.map(({ text }) => /^Message-ID: (.+)$/im.exec(text)?.[1]);
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(1);
  });

  it("waits for the end of quiet hours, except for a violation", async () => {
    const { pool } = database;
    const night = Date.UTC(2026, 11, 1, 23);
    await collect(pool, night);
    await choose("lena", { violation: everywhere, arrival: everywhere }, { quiet: [22 * 60, 6 * 60], zone: "Europe/Zurich" });
    await addEntry(pool, violation(2, "trip-1"));
    await addEntry(pool, { block: 3, kind: "HandedOver", shipment: "trip-1", detail: { arrival: true, place: "Dock 4" } });
    await collect(pool, night);
    const due = (
      await pool.query<{ kind: string; due_at: number }>(
        "SELECT n.kind, d.due_at FROM delivery d JOIN notification n ON n.id = d.notification_id WHERE d.channel = 'email' ORDER BY n.kind",
      )
    ).rows;
    expect(due).toEqual([
      { kind: "arrival", due_at: Date.UTC(2026, 11, 2, 5) },
      { kind: "violation", due_at: night },
    ]);
  });

  it("goes to nobody whose certificate was revoked meanwhile", async () => {
    await collect(database.pool, Date.now());
    await choose("lena", { violation: everywhere });
    await addEntry(database.pool, violation(2, "trip-1"));
    await work({ stands: async () => false });
    await until(async () => expect((await deliveries()).map(({ state }) => state)).toEqual(["dead", "dead"]));
    expect([box.mails.length, hook.calls.length]).toEqual([0, 0]);
  });
});

describe("a webhook", () => {
  it("is signed with its time, and its delivery has one id", async () => {
    await collect(database.pool, Date.now());
    await choose("lena", { violation: everywhere });
    await work();
    await addEntry(database.pool, violation(2, "trip-1"));
    await until(() => expect(hook.calls.length).toBe(1));
    const [call] = hook.calls;
    const given = String(call?.headers["winterseal-signature"]);
    const [, seconds = ""] = /^t=(\d+),v1=[0-9a-f]{64}$/.exec(given) ?? [];
    expect(given).toBe(`t=${seconds},v1=${createHmac("sha256", "whsec_1").update(`${seconds}.${call?.body}`).digest("hex")}`);
    expect(Math.abs(Number(seconds) * 1_000 - Date.now())).toBeLessThan(30_000);
    expect(JSON.parse(call?.body ?? "")).toMatchObject({
      id: call?.headers["winterseal-delivery"],
      kind: "violation",
      shipment: "trip-1",
      sensor: "ws-1",
      url: "http://site.example/shipments/trip-1",
    });
  });

  it("is tried again, becomes a dead letter, and can be sent again", async () => {
    await collect(database.pool, Date.now());
    await choose("lena", { violation: { ...everywhere, email: "off" } });
    hook.status = 302;
    await work();
    await addEntry(database.pool, violation(2, "trip-1"));
    await until(async () => expect((await deliveries())[0]).toMatchObject({ state: "dead", attempts: 3, last_error: "It answered 302" }));
    expect(hook.calls.length).toBe(3);
    hook.status = 200;
    await database.pool.query("UPDATE delivery SET state = 'waiting', queued = FALSE, due_at = 0");
    await until(async () => expect((await deliveries())[0]).toMatchObject({ state: "sent", last_error: null }));
    expect(new Set(hook.calls.map(({ headers }) => headers["winterseal-delivery"])).size).toBe(1);
  });

  it("two workers beside each other send once", async () => {
    await collect(database.pool, Date.now());
    await choose("lena", { violation: everywhere });
    await Promise.all([work(), work()]);
    for (let block = 2; block < 8; block++) await addEntry(database.pool, violation(block, "trip-1"));
    await until(async () => expect((await deliveries()).map(({ state }) => state)).toEqual(Array(12).fill("sent")));
    await sleep(1_500);
    expect(hook.calls.length).toBe(6);
  });
});
