import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Viewer } from "@/lib/access/viewer";
import { openApiDocument } from "@/lib/exchange/api/openapi";
import { OPERATIONS } from "@/lib/exchange/api/operations";
import { certificateXml } from "@/lib/exchange/testing/dcc";
import { fillFixture } from "@/lib/projection/testing/fixture";
import { createShare, findShare, listShares, revokeShare } from "@/lib/store/shares";
import { createTestDatabase, type TestDatabase } from "@/lib/store/testing";
import { createToken, listTokens, revokeToken, SCOPES } from "@/lib/store/tokens";

const session = vi.hoisted(() => ({ viewer: null as Viewer | null, stands: true }));
vi.mock("@/app/auth/session", () => ({
  currentViewer: async () => session.viewer,
  stillStands: async (_mspId: string, serial: string) => session.stands && serial !== "",
}));
vi.mock("@/app/auth/environment", () => ({ environment: () => ({ origins: ["https://winterseal.example"] }) }));
vi.mock("@/components/format/server", () => ({
  reader: async () => ({ unit: "C", zone: "Europe/Zurich", zoneKnown: true, theme: "system", now: Date.now() }),
}));

const NOW = Date.now();
let made = 0;
/** Lists are newest first; nothing here is made at the same moment. */
const later = (): number => NOW + ++made;
const DAY = 86_400_000;
const viewer = (kind: Viewer["kind"], mspId: string, role: Viewer["role"] = kind): Viewer => ({
  userId: "maker",
  mspId,
  kind,
  role,
  name: "N",
});
const SHIPPER = viewer("shipper", "ShipperMSP");
const RECIPIENT = viewer("recipient", "RecipientMSP");
const AUTHORITY = viewer("authority", "AuthorityMSP");
const AUDITOR = viewer("shipper", "ShipperMSP", "auditor");
const READERS = [SHIPPER, RECIPIENT, AUTHORITY, AUDITOR];
/** Signed in, and none of these rows' business: other organisations, and identities that do not browse. */
const OUTSIDERS = [
  viewer("operator", "OperatorMSP"),
  viewer("shipper", "ElsewhereMSP"),
  viewer("shipper", "ShipperMSP", "importer"),
  viewer("authority", "AuthorityMSP", "sensor"),
];

let db: TestDatabase;
let shipment = "";
beforeAll(async () => {
  db = await createTestDatabase();
  process.env.DATABASE_URL = db.url;
  const story = await fillFixture(db.url, NOW);
  shipment = story.shipments.find((id) => id === "basel-vienna") ?? "";
  await db.prisma.user.create({
    data: { id: "maker", name: "N", email: "n@example.org", mspId: "ShipperMSP", role: "shipper", commonName: "n@shipper" },
  });
  await db.prisma.session.create({ data: { id: "s", token: "t", expiresAt: new Date(NOW + DAY), userId: "maker", serial: "07" } });
});
afterAll(() => db.drop());
beforeEach(() => {
  session.viewer = null;
  session.stands = true;
});

type Params = Readonly<Record<string, string>>;
type Route = (request: Request, context: { readonly params: Promise<never> }) => Promise<Response>;
const routes = {
  csv: () => import("./shipments/[id]/readings.csv/route"),
  epcis: () => import("./shipments/[id]/epcis.jsonld/route"),
  pdf: () => import("./shipments/[id]/report.pdf/route"),
  guest: () => import("./share/[token]/readings/route"),
  listShipments: () => import("./v1/shipments/route"),
  getShipment: () => import("./v1/shipments/[id]/route"),
  listReadings: () => import("./v1/shipments/[id]/readings/route"),
  listSensors: () => import("./v1/sensors/route"),
  getSensor: () => import("./v1/sensors/[id]/route"),
};
async function get(name: keyof typeof routes, params: Params, query = "", headers: HeadersInit = {}): Promise<Response> {
  const { GET } = (await routes[name]()) as { GET: Route };
  return GET(new Request(`https://winterseal.example/?${query}`, { headers }), { params: Promise.resolve(params) as Promise<never> });
}
const codeOf = async (response: Response) => {
  const { code, field } = (await response.json()) as { code: string; field?: string };
  return [response.status, code, ...(field ? [field] : [])];
};
const FILES = ["csv", "epcis", "pdf"] as const;

describe("files of a shipment", () => {
  it.each(FILES)("%s is for whoever sees the shipment, and for an auditor", async (name) => {
    for (session.viewer of READERS) expect((await get(name, { id: shipment })).status).toBe(200);
  }, 120_000);
  it.each(FILES)("%s does not exist for anybody else, and says so of an unknown shipment in the same words", async (name) => {
    for (session.viewer of OUTSIDERS) expect(await codeOf(await get(name, { id: shipment }))).toEqual([404, "SHIPMENT_UNKNOWN"]);
    session.viewer = SHIPPER;
    expect(await codeOf(await get(name, { id: "nowhere" }))).toEqual([404, "SHIPMENT_UNKNOWN"]);
    session.viewer = null;
    expect(await codeOf(await get(name, { id: shipment }))).toEqual([401, "ACCESS_DENIED"]);
  });
  it.each([
    "",
    "../../etc/passwd",
    "Ä",
    "a".repeat(49),
    "x'; DROP TABLE shipment --",
    "\u0000",
  ])("names the field of a wrong id: %j", async (id) => {
    session.viewer = SHIPPER;
    for (const name of FILES) expect(await codeOf(await get(name, { id }))).toEqual([400, "ARGUMENT_INVALID", "id"]);
  });
  it("hold every raw reading, no more and no less", async () => {
    session.viewer = SHIPPER;
    const { rows } = await db.pool.query<{ count: number }>("SELECT count(*)::int AS count FROM reading WHERE shipment = $1", [shipment]);
    const lines = (await (await get("csv", { id: shipment })).text()).trimEnd().split("\r\n");
    expect(lines.length - 1).toBe(rows[0]?.count);
    const epcis = await (await get("epcis", { id: shipment })).text();
    expect(epcis.match(/"type":"Temperature","time"/g)?.length).toBe(rows[0]?.count);
  });
  it("keep the highest reading of every violation in the printed curve", async () => {
    const { reportChart } = await import("../exchange/report-chart");
    const { loadShipment } = await import("@/lib/store/shipment-detail");
    const detail = await loadShipment(db.pool, SHIPPER, shipment);
    if (detail === null) throw new Error("the fixture is gone");
    const chart = await reportChart(db.pool, detail, { unit: "C", zone: "UTC", now: NOW });
    expect(detail.violations.length).toBeGreaterThan(0);
    for (const { sensor, peak } of detail.violations) {
      const values = chart?.lines
        .find(({ name }) => name === sensor)
        ?.stretches.flat()
        .map(([, value]) => value);
      expect(values).toContain(peak / 1000);
    }
  });
});

describe("a calibration certificate", () => {
  const post = async (body: BodyInit) => {
    const { POST } = await import("./calibration-certificates/route");
    return POST(new Request("https://winterseal.example/", { method: "POST", body }));
  };
  it("is read for the authority's own people and for nobody else", async () => {
    for (session.viewer of [SHIPPER, RECIPIENT, AUDITOR, ...OUTSIDERS]) {
      expect(await codeOf(await post(certificateXml()))).toEqual([403, "ACCESS_DENIED"]);
    }
    session.viewer = null;
    expect(await codeOf(await post(certificateXml()))).toEqual([401, "ACCESS_DENIED"]);
    session.viewer = AUTHORITY;
    expect((await post(certificateXml())).status).toBe(200);
  });
  it("is refused with a code: hostile, too large, another kind, empty", async () => {
    session.viewer = AUTHORITY;
    expect(await codeOf(await post("<!DOCTYPE a><a/>"))).toEqual([422, "FILE_HOSTILE"]);
    expect(await codeOf(await post(new Uint8Array(4 * 1024 * 1024 + 1)))).toEqual([413, "FILE_TOO_LARGE"]);
    expect(await codeOf(await post("<a/>"))).toEqual([415, "FILE_TYPE"]);
    expect(await codeOf(await post(""))).toEqual([422, "FILE_MALFORMED"]);
    expect(await codeOf(await post(new Uint8Array([0x50, 0x4b, 3, 4, 0xff, 0xfe])))).toEqual([422, "FILE_MALFORMED"]);
  });
});

describe("a logger's file", () => {
  const CSV = "time,temperature\n2026-01-05T00:00:00Z,5\n2026-01-05T00:10:00Z,9\n";
  const GIVEN = { profile: "fridge-2-8/1", unit: "C", timeZone: "UTC" };
  const post = async (body: BodyInit, given: Readonly<Record<string, string>> = GIVEN) => {
    const { POST } = await import("./logger-files/route");
    return POST(new Request(`https://winterseal.example/?${new URLSearchParams(given)}`, { method: "POST", body }));
  };
  it("is judged for whoever looks at pages, an auditor too, and for nobody else", async () => {
    for (session.viewer of READERS) {
      const answer = (await (await post(CSV)).json()) as { violations: { rule: string }[] };
      expect(answer.violations.map(({ rule }) => rule)).toEqual(["upper"]);
    }
    for (session.viewer of OUTSIDERS) expect(await codeOf(await post(CSV))).toEqual([403, "ACCESS_DENIED"]);
    session.viewer = null;
    expect(await codeOf(await post(CSV))).toEqual([401, "ACCESS_DENIED"]);
  });
  it("is refused with a code and the field", async () => {
    session.viewer = SHIPPER;
    expect(await codeOf(await post(CSV, { ...GIVEN, profile: "warm/1" }))).toEqual([422, "PROFILE_UNKNOWN", "profile"]);
    expect(await codeOf(await post(CSV, { ...GIVEN, unit: "K" }))).toEqual([400, "ARGUMENT_INVALID", "unit"]);
    expect(await codeOf(await post(CSV, { ...GIVEN, timeZone: "Mars/Base" }))).toEqual([400, "ARGUMENT_INVALID", "timeZone"]);
    expect(await codeOf(await post(CSV, { ...GIVEN, timeColumn: "when" }))).toEqual([400, "ARGUMENT_INVALID", "timeColumn"]);
    expect(await codeOf(await post(new Uint8Array(8 * 1024 * 1024 + 1)))).toEqual([413, "FILE_TOO_LARGE"]);
    expect(await codeOf(await post(new Uint8Array([0x50, 0x4b, 3, 4, 0xff])))).toEqual([422, "FILE_MALFORMED"]);
    expect(await codeOf(await post(""))).toEqual([422, "FILE_MALFORMED"]);
    expect(await codeOf(await post(CSV.slice(0, -12)))).toEqual([422, "FILE_MALFORMED"]);
  });
  it("leaves nothing behind", async () => {
    session.viewer = SHIPPER;
    const count = async () => (await db.pool.query("SELECT count(*)::int AS n FROM reading")).rows[0];
    const before = await count();
    await post(CSV);
    expect(await count()).toEqual(before);
  });
});

describe("the read API", () => {
  const make = (who: Viewer, scopes: readonly (typeof SCOPES)[number][] = SCOPES) =>
    createToken(db.pool, who, { name: "program", scopes, days: 1 }, later());
  const ask = (name: keyof typeof OPERATIONS, token: string, params: Params = { id: shipment }, query = "") =>
    get(name, params, query, { authorization: `Bearer ${token}` });
  const NAMES = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];

  it("has a route for each operation, and an operation for each route", () => {
    const folder = fileURLToPath(new URL("./v1", import.meta.url));
    const found = (readdirSync(folder, { recursive: true }) as string[])
      .filter((path) => path.endsWith("route.ts"))
      .map(
        (path) =>
          `/${path
            .replace(/\/route\.ts$/, "")
            .replaceAll("[", "{")
            .replaceAll("]", "}")}`,
      );
    expect(found.sort()).toEqual(["/openapi.json", ...Object.values(OPERATIONS).map(({ path }) => path)].sort());
    expect(Object.keys(openApiDocument().paths as object).sort()).toEqual(found.filter((path) => path !== "/openapi.json").sort());
  });
  it("answers what its description says, by the description's own schemas", async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    const { paths } = openApiDocument() as {
      paths: Record<string, { get: { responses: Record<string, { content: Record<string, { schema: object }> }> } }>;
    };
    const token = await make(SHIPPER);
    for (const name of NAMES) {
      const params: Params = name === "getSensor" ? { id: "ws-0388" } : { id: shipment };
      const response = await ask(name, token, params);
      const schema = paths[OPERATIONS[name].path]?.get.responses["200"]?.content["application/json"]?.schema ?? {};
      const check = ajv.compile(schema);
      check(await response.json());
      expect([response.status, check.errors ?? []], name).toEqual([200, []]);
      expect(response.headers.get("ratelimit-limit")).toBe("120");
    }
  });
  it("pages through every raw reading once, all of one block", async () => {
    const token = await make(RECIPIENT);
    const seen: string[] = [];
    const blocks = new Set<number>();
    let cursor = "";
    do {
      const response = await ask("listReadings", token, { id: shipment }, `limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`);
      const body = (await response.json()) as {
        data: { sensor: string; batch: number; placeInBatch: number }[];
        next: string | null;
        block: number;
      };
      seen.push(...body.data.map((it) => `${it.sensor} ${it.batch} ${it.placeInBatch}`));
      blocks.add(body.block);
      cursor = body.next ?? "";
    } while (cursor !== "");
    const { rows } = await db.pool.query<{ count: number }>("SELECT count(*)::int AS count FROM reading WHERE shipment = $1", [shipment]);
    expect(new Set(seen).size).toBe(seen.length);
    expect([seen.length, blocks.size]).toEqual([rows[0]?.count, 1]);
  });
  it("needs a token that stands: none, wrong, ended, revoked, or of a person who is revoked answer alike", async () => {
    const token = await make(SHIPPER);
    for (const wrong of ["", "wst_", token.slice(0, -1), `${token}x`, "a".repeat(101), "é"]) {
      const response = await get("listShipments", {}, "", wrong === "é" ? {} : { authorization: `Bearer ${wrong}` });
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
      expect(await codeOf(response)).toEqual([401, "TOKEN_INVALID"]);
    }
    session.stands = false;
    expect(await codeOf(await ask("listShipments", token))).toEqual([401, "TOKEN_INVALID"]);
    session.stands = true;
    const [row] = await listTokens(db.pool, SHIPPER);
    expect(await revokeToken(db.pool, RECIPIENT, row?.id ?? "", NOW)).toBe(false);
    expect((await ask("listShipments", token)).status).toBe(200);
    expect(await revokeToken(db.pool, SHIPPER, row?.id ?? "", NOW)).toBe(true);
    expect(await codeOf(await ask("listShipments", token))).toEqual([401, "TOKEN_INVALID"]);
    const ended = await createToken(db.pool, SHIPPER, { name: "old", scopes: ["shipments:read"], days: 1 }, NOW - 2 * DAY);
    expect(await codeOf(await ask("listShipments", ended))).toEqual([401, "TOKEN_INVALID"]);
  });
  it("keeps only a token's hash", async () => {
    const token = await make(SHIPPER);
    const { rows } = await db.pool.query<{ whole: string }>("SELECT api_token::text AS whole FROM api_token");
    expect(rows.some(({ whole }) => whole.includes(token) || whole.includes(token.slice(4)))).toBe(false);
  });
  it("needs the scope of each operation", async () => {
    for (const name of NAMES) {
      const others = SCOPES.filter((scope) => scope !== OPERATIONS[name].scope);
      expect(await codeOf(await ask(name, await make(SHIPPER, others)))).toEqual([403, "SCOPE_MISSING"]);
    }
  });
  it("shows a token what its maker's organisation sees: no row of anybody else", async () => {
    await db.pool.query("UPDATE shipment SET recipient = 'ElsewhereMSP' WHERE id = $1", [shipment]);
    try {
      const token = await make(RECIPIENT);
      expect(await codeOf(await ask("getShipment", token))).toEqual([404, "SHIPMENT_UNKNOWN"]);
      expect(await codeOf(await ask("listReadings", token))).toEqual([404, "SHIPMENT_UNKNOWN"]);
      const { data } = (await (await ask("listShipments", token)).json()) as { data: { id: string }[] };
      expect(data.map(({ id }) => id)).not.toContain(shipment);
      expect(await codeOf(await ask("getSensor", token, { id: "ws-0388" }))).toEqual([404, "SENSOR_UNKNOWN"]);
    } finally {
      await db.pool.query("UPDATE shipment SET recipient = 'RecipientMSP' WHERE id = $1", [shipment]);
    }
  });
  it("is made by people who act for an organisation, never by an auditor or an identity that does not browse", async () => {
    for (const who of [AUDITOR, ...OUTSIDERS]) await expect(make(who)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    for (const [change, field] of [
      [{ name: " " }, "name"],
      [{ scopes: [] }, "scopes"],
      [{ scopes: ["everything" as never] }, "scopes"],
      [{ days: 0 }, "days"],
      [{ days: 1.5 }, "days"],
      [{ days: Number.NaN }, "days"],
    ] as const) {
      const made = createToken(db.pool, SHIPPER, { name: "x", scopes: ["shipments:read"], days: 1, ...change }, NOW);
      await expect(made).rejects.toMatchObject({ code: "ARGUMENT_INVALID", facts: { field } });
    }
  });
  it.each([
    ["listShipments", "limit=0", "limit"],
    ["listShipments", "limit=501", "limit"],
    ["listShipments", "limit=1e9", "limit"],
    ["listShipments", "limit=5&limit=6", "limit"],
    ["listShipments", "state=lost", "state"],
    ["listShipments", "sort=newest", "sort"],
    ["listShipments", "cursor=%00", "cursor"],
    ["listShipments", "cursor=eyJhIjoxfQ", "cursor"],
    ["listShipments", `cursor=${"a".repeat(401)}`, "cursor"],
    ["listReadings", "from=yesterday", "from"],
    ["listReadings", "sensor=WS_1", "sensor"],
    ["listReadings", "cursor=IngiCg", "cursor"],
    ["listSensors", "limit=", "limit"],
  ] as const)("names the wrong parameter: %s?%s", async (name, query, field) => {
    expect(await codeOf(await ask(name, await make(SHIPPER), { id: shipment }, query))).toEqual([400, "ARGUMENT_INVALID", field]);
  });
  it("stops a token after its requests of a minute, and no other", async () => {
    const token = await make(SHIPPER);
    const other = await make(SHIPPER);
    await ask("listSensors", token);
    await db.pool.query(
      "UPDATE request_window SET count = 120 WHERE caller = (SELECT 'token ' || id FROM api_token ORDER BY last_used_at DESC NULLS LAST LIMIT 1)",
    );
    const answers = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      // A minute may turn between the two; then the count begins anew and is set again.
      await db.pool.query(`UPDATE request_window SET count = 120, "window" = $1 WHERE caller LIKE 'token %' AND count >= 120`, [
        Math.floor(Date.now() / 60_000),
      ]);
      const response = await ask("listSensors", token);
      answers.push(response.status);
      if (response.status === 429) expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(answers).toContain(429);
    expect((await ask("listSensors", other)).status).toBe(200);
  });
});

describe("a guest link", () => {
  const make = (who: Viewer, days = 1, now = later()) => createShare(db.pool, who, { shipment, name: "Insurer", days }, now);
  const STRETCH = `from=${NOW - 2 * DAY}&to=${NOW}&columns=100`;
  it("opens its one shipment to whoever holds it, until it ends or is revoked", async () => {
    const secret = await make(SHIPPER);
    expect((await get("guest", { token: secret }, STRETCH)).status).toBe(200);
    const [row] = await listShares(db.pool, SHIPPER, shipment);
    expect(await revokeShare(db.pool, RECIPIENT, row?.id ?? "", NOW)).toBe(false);
    expect((await get("guest", { token: secret }, STRETCH)).status).toBe(200);
    await revokeShare(db.pool, SHIPPER, row?.id ?? "", NOW);
    expect(await codeOf(await get("guest", { token: secret }, STRETCH))).toEqual([404, "TOKEN_INVALID"]);
    expect(await codeOf(await get("guest", { token: await make(SHIPPER, 1, NOW - 2 * DAY) }, STRETCH))).toEqual([404, "TOKEN_INVALID"]);
    session.stands = false;
    expect(await codeOf(await get("guest", { token: await make(SHIPPER) }, STRETCH))).toEqual([404, "TOKEN_INVALID"]);
  });
  it("is no token of the read API, and a token is no guest link", async () => {
    const secret = await make(SHIPPER);
    expect(await codeOf(await get("listShipments", {}, "", { authorization: `Bearer ${secret}` }))).toEqual([401, "TOKEN_INVALID"]);
    const token = await createToken(db.pool, SHIPPER, { name: "x", scopes: SCOPES, days: 1 }, NOW);
    expect(await codeOf(await get("guest", { token }, STRETCH))).toEqual([404, "TOKEN_INVALID"]);
  });
  it("is made for a shipment that its maker sees, by people who act for an organisation", async () => {
    for (const who of [AUDITOR, ...OUTSIDERS]) await expect(make(who)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    const nowhere = createShare(db.pool, SHIPPER, { shipment: "nowhere", name: "x", days: 1 }, NOW);
    await expect(nowhere).rejects.toMatchObject({ code: "SHIPMENT_UNKNOWN" });
    await expect(make(SHIPPER, 91)).rejects.toMatchObject({ code: "ARGUMENT_INVALID", facts: { field: "days" } });
  });
  it("opens nothing that its maker's organisation no longer sees", async () => {
    const secret = await make(RECIPIENT);
    expect(await findShare(db.pool, secret, NOW)).toMatchObject({ shipment, mspId: "RecipientMSP" });
    await db.pool.query("UPDATE shipment SET recipient = 'ElsewhereMSP' WHERE id = $1", [shipment]);
    try {
      expect(await codeOf(await get("guest", { token: secret }, STRETCH))).toEqual([404, "SHIPMENT_UNKNOWN"]);
    } finally {
      await db.pool.query("UPDATE shipment SET recipient = 'RecipientMSP' WHERE id = $1", [shipment]);
    }
  });
  it("names a wrong stretch", async () => {
    const secret = await make(SHIPPER);
    expect(await codeOf(await get("guest", { token: secret }, "from=1&to=2&columns=9"))).toEqual([400, "ARGUMENT_INVALID", "columns"]);
  });
});
