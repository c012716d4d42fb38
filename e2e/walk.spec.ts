/**
 * Every page, API route and server action, found in the file system, as every role of every organisation and as a stranger: the status that
 * is expected, nothing of another organisation in the body, and an answer with a code to whatever is sent. A new file without an entry in
 * walk-routes.ts fails here.
 */
import { expect, test } from "@playwright/test";
import { type ExcursionId, excursionName } from "../lib/domain/excursion";
import { type Database, openDatabase } from "../lib/store/db";
import { createShare } from "../lib/store/shares";
import { createToken } from "../lib/store/tokens";
import { type Actor, actors, signIn } from "./actors";
import { endpoints, started } from "./support";
import { type Action, actionsOfBuild, filesOf, METHODS, servedBy, textOf } from "./walk-files";
import { addForeign, CANARY, removeForeign } from "./walk-foreign";
import { ACTIONS, type Ask, type Entry, FOREIGN, FOREIGN_SENSOR, type Method, OWN, routes } from "./walk-routes";

test.describe.configure({ mode: "serial", timeout: 600_000 });

/** A stack, or a path of the server's own. */
const INNARDS = /\n\s+at .+[:(]\d+|node_modules|\/dist\/|\.next\/server|SELECT .+ FROM/;

let database: Database;
let people: readonly Actor[];
let table: Readonly<Record<string, Entry>>;
/** Names of the demonstration's goods and people: nobody without an account sees any of them. */
let known: readonly string[] = [];
let token = "";
let guest = "";

const actor = (name: string): Actor => {
  const found = people.find((one) => one.name === name);
  if (!found) throw new Error(`nobody is ${name}`);
  return found;
};

test.beforeAll(async () => {
  test.setTimeout(300_000);
  database = openDatabase(endpoints().databaseUrl, 2);
  const { pool } = database;
  people = await actors();
  const { rows } = await pool.query<{ id: string }>(`SELECT id FROM "user" WHERE common_name = 'walk-shipper@shipper'`);
  const viewer = { userId: rows[0]?.id ?? "", mspId: "ShipperMSP", kind: "shipper", role: "shipper", name: "Walker" } as const;
  guest = await createShare(pool, viewer, { shipment: OWN, name: "walk", days: 1 }, Date.now());
  token = await createToken(
    pool,
    viewer,
    { name: "walk", scopes: ["shipments:read", "readings:read", "sensors:read"], days: 1 },
    Date.now(),
  );
  const names = await pool.query<{ name: string }>(`SELECT title AS name FROM shipment UNION SELECT name FROM "user"`);
  known = names.rows.map(({ name }) => name).filter((name) => name.length > 5);
  await addForeign(pool);
  const violations = await pool.query<ExcursionId>(
    "SELECT shipment, sensor, rule, number FROM violation WHERE shipment LIKE 'basel-%' LIMIT 1",
  );
  const [violation] = violations.rows;
  if (!violation) throw new Error("the demonstration has no violation");
  table = routes(guest, excursionName(violation));
});
test.afterAll(async () => {
  await removeForeign(database.pool);
  await database.close();
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks as somebody; of a stream only its beginning is read. */
async function ask(
  method: Method,
  { path, body, type }: Pick<Ask, "path" | "body" | "type">,
  headers: Record<string, string>,
): Promise<Answer> {
  const ending = new AbortController();
  const response = await fetch(`${started().origin}${path}`, {
    method,
    redirect: "manual",
    signal: ending.signal,
    headers: { ...headers, ...(type === undefined ? {} : { "content-type": type }) },
    ...(body === undefined ? {} : { body }),
  });
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
    ending.abort();
    return { status: response.status, body: "" };
  }
  return { status: response.status, body: await response.text() };
}

const as = ({ cookie }: Actor): Record<string, string> => (cookie === "" ? {} : { cookie });

test("every page, route and action that there is has an entry", () => {
  const files = filesOf(/^app\/.*\/(page\.tsx|route\.tsx?)$/);
  expect(Object.keys(table).sort()).toEqual(files);
  for (const file of files) expect(Object.keys(table[file]?.asks ?? {}).sort(), file).toEqual([...servedBy(file)].sort());
  const written = filesOf(/\.tsx?$/).filter((file) => /^\s*["']use server["']/m.test(textOf(file)));
  const exported = written.flatMap((file) =>
    [...textOf(file).matchAll(/^export async function (\w+)/gm)].map(([, name]) => `${file} ${name}`),
  );
  expect(Object.keys(ACTIONS).sort()).toEqual(exported.sort());
  expect(
    actionsOfBuild()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(exported.sort());
});

/** Every question of the table, one by one. */
const questions = () =>
  Object.entries(table).flatMap(([file, { asks, open = false }]) =>
    (Object.entries(asks) as [Method, readonly Ask[]][]).flatMap(([method, list]) => list.map((one) => ({ file, open, method, one }))),
  );

test("every page and route answers everybody as expected, with nothing of another organisation", async () => {
  for (const { file, open, method, one } of questions())
    for (const person of people) {
      const said = `${method} ${one.path.replace(guest, "<guest>")} as ${person.name} (${file})`;
      const { status, body } = await ask(method, one, as(person));
      expect.soft(status, said).toBe(one.expected(person));
      expect.soft(body.includes(CANARY), `${said} shows what is another organisation's`).toBe(false);
      expect.soft(INNARDS.test(body), `${said} shows the server's innards`).toBe(false);
      const isHidden = person.organisation === null && !open;
      expect.soft(isHidden ? known.filter((name) => body.includes(name)) : [], `${said} shows data to a stranger`).toEqual([]);
    }
});

test("a method that a route does not serve is refused, and changes nothing", async () => {
  for (const file of Object.keys(table).filter((it) => it.endsWith("route.ts"))) {
    const served = servedBy(file);
    const path = Object.values(table[file]?.asks ?? {})[0]?.[0]?.path ?? "";
    for (const method of METHODS.filter((it) => !served.includes(it)))
      expect.soft((await ask(method, { path }, as(actor("shipper")))).status, `${method} ${path}`).toBe(405);
  }
});

test("a token reads what its organisation sees by the API, and opens no page, stream or export", async () => {
  const bearer = { authorization: `Bearer ${token}` };
  for (const file of Object.keys(table).filter((it) => it.startsWith("app/api/v1/"))) {
    const path = table[file]?.asks.GET?.[0]?.path ?? "";
    const { status, body } = await ask("GET", { path }, bearer);
    expect.soft(status, path).toBe(200);
    expect.soft(body.includes(CANARY), path).toBe(false);
  }
  for (const path of [`/api/v1/shipments/${FOREIGN}`, `/api/v1/shipments/${FOREIGN}/readings`, `/api/v1/sensors/${FOREIGN_SENSOR}`])
    expect.soft((await ask("GET", { path }, bearer)).status, path).toBe(404);
  for (const path of [`/api/shipments/${OWN}/readings.csv`, "/api/live", `/api/shipments/${OWN}/report.pdf`])
    expect.soft((await ask("GET", { path }, bearer)).status, path).toBe(401);
  for (const wrong of ["", "Bearer ", `Bearer ${token}x`, "Bearer wst_", `Basic ${token}`, `Bearer ${"x".repeat(6_000)}`])
    expect.soft((await ask("GET", { path: "/api/v1/shipments" }, { authorization: wrong })).status, wrong.slice(0, 30)).toBe(401);
});

/** What a path or a query can be made to carry. */
const HOSTILE = [
  "x".repeat(3_000),
  "%00",
  "..%2f..%2fetc%2fpasswd",
  "%27%20OR%201=1--",
  "%F0%9F%A7%8A",
  "%C3%28",
  "__proto__",
  "-1",
  "%20",
  "NaN",
];

test("hostile addresses and queries get an answer with a code, never a stack", async () => {
  const asShipper = as(actor("shipper"));
  const templates = [...Object.keys(table).filter((file) => /\[(id|tx|token|\.\.\.all)\]/.test(file))].map((file) => ({
    file,
    path: `/${file
      .replace(/^app\//, "")
      .replace(/\/(page\.tsx|route\.ts)$/, "")
      .replace(/\([^)]+\)\//g, "")}`,
  }));
  for (const { file, path } of templates)
    for (const value of HOSTILE) {
      const address = path.replace(/\[[^\]]+\]/, value);
      const { status, body } = await ask("GET", { path: address }, asShipper);
      expect.soft(status, `${address.slice(0, 90)} (${file})`).toBeLessThan(500);
      // A transaction that nobody knows may still come: that page says so.
      if (!address.startsWith("/ledger/")) expect.soft(status, `${address.slice(0, 90)} (${file})`).not.toBe(200);
      expect.soft(INNARDS.test(body), `${address.slice(0, 90)} shows innards`).toBe(false);
    }
  const queries = [
    "/readings?from=x&to=1&columns=9",
    "/readings?columns=1e9&from=1&to=2",
    "/readings",
    "/readings?from=1&from=2&to=3&columns=3",
    "/batches?sensor=&sequence=0",
    "/batches?sequence=99999999999999999999&sensor=ws-0350",
  ];
  for (const query of queries) {
    const { status, body } = await ask("GET", { path: `/api/shipments/${OWN}${query}` }, asShipper);
    expect.soft([query, status]).toEqual([query, 400]);
    expect.soft(body, query).toContain("ARGUMENT_INVALID");
  }
  for (const path of [
    "/shipments?q=%00&sort=nothing&state=7&after=~~",
    "/sensors?q=%27%25_",
    `/shipments?q=${"x".repeat(5_000)}`,
    "/sign-in?to=//evil.example",
  ])
    expect.soft((await ask("GET", { path }, asShipper)).status, path.slice(0, 60)).toBeLessThan(500);
});

test("hostile bodies get an answer with a code, never a stack", async () => {
  const bodies = ["", "{", "null", "[]", '{"subject":7}', "\u0000", "x".repeat(2_000_000), "[".repeat(50_000)];
  for (const [file, { asks }] of Object.entries(table))
    for (const { path } of asks.POST ?? [])
      for (const body of bodies) {
        const answered = await ask("POST", { path, body, type: "application/json" }, as(actor("authority")));
        const said = `${file} ${body.slice(0, 12)}`;
        expect.soft(answered.status, said).toBeGreaterThanOrEqual(400);
        expect.soft(answered.status, said).toBeLessThan(500);
        expect.soft(INNARDS.test(answered.body), said).toBe(false);
      }
});

/** Rows that actions can make or change. */
async function kept(): Promise<unknown> {
  const { rows } = await database.pool.query(
    `SELECT (SELECT count(*) FROM api_token) AS tokens, (SELECT count(*) FROM share_link) AS links, (SELECT json_agg(c ORDER BY msp_id) FROM calibration_rule c) AS rules,
            (SELECT count(*) FROM notification_setting WHERE user_id NOT IN (SELECT id FROM "user" WHERE common_name LIKE 'walk-%')) AS settings`,
  );
  return rows[0];
}

function act({ id, path }: Action, args: string, person: Actor): Promise<Answer> {
  const headers = { ...as(person), "next-action": id, accept: "text/x-component", origin: started().origin };
  return ask("POST", { path, body: args, type: "text/plain;charset=UTF-8" }, headers);
}

test("server actions do nothing for strangers, and for auditors nothing that is not their own", async () => {
  const before = await kept();
  const others = people.filter(({ organisation, isAuditor }) => organisation === null || isAuditor);
  for (const action of actionsOfBuild())
    for (const person of others) {
      const { status, body } = await act(action, JSON.stringify(ACTIONS[action.name]?.good ?? []), person);
      const said = `${action.name} as ${person.name}`;
      expect.soft(status, said).toBeLessThan(500);
      expect.soft(INNARDS.test(body), said).toBe(false);
      expect.soft(/"secret"/.test(body), said).toBe(false);
      expect.soft(body.includes(CANARY), said).toBe(false);
    }
  expect(await kept()).toEqual(before);
});

test("server actions take whatever is sent, and leave nothing half written", async () => {
  // Somebody who may: a person of their own, since some of these end sessions.
  const cookie = await signIn("shipper", "walk-hostile", "shipper");
  const person: Actor = { name: "hostile", organisation: "shipper", isAuditor: false, cookie };
  const before = await kept();
  const values: readonly unknown[] = [
    null,
    7.5,
    "",
    "x".repeat(20_000),
    "\u0000",
    [],
    {},
    { toString: 1 },
    [null],
    { name: {}, scopes: "all", days: "1e9" },
    { rules: { violation: 1 } },
  ];
  for (const action of actionsOfBuild().filter(({ name }) => !name.endsWith("endEveryOtherSession"))) {
    for (const args of ["[]", "", "{", ...values.map((value) => JSON.stringify([value, value, value]))]) {
      const { status, body } = await act(action, args, person);
      const said = `${action.name} ${args.slice(0, 60)}`;
      expect.soft(status, said).toBeLessThan(args === "" || args === "{" ? 501 : 500);
      expect.soft(INNARDS.test(body), said).toBe(false);
    }
  }
  expect(await kept()).toEqual(before);
});
