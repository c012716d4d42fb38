import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lowS } from "../../device/ts/der";
import { RevocationLists } from "../../lib/access/revocation";
import type { Role } from "../../lib/messages/names";
import { formatChallenge, parseChallenge } from "../../lib/messages/signer";
import { endOtherSessions, endSession, listSessions, noteSeen, sessionStands } from "../../lib/store/sessions";
import { createTestDatabase, type TestDatabase } from "../../lib/store/testing";
import { enrolTestPerson, foundOrganisation, type TestOrganisation, type TestPerson } from "../../organisation/testing/organisation";
import { createAuth } from "./auth";
import type { SiteNetwork } from "./network";
import { signedIn, viewerOf } from "./session";

const ORIGIN = "http://localhost:42410";

let database: TestDatabase;
let shipper: TestOrganisation;
let stranger: TestOrganisation;
let lena: TestPerson;
let site: SiteNetwork;
let auth: ReturnType<typeof createAuth>;
let revocation: RevocationLists;

beforeAll(async () => {
  [database, shipper, stranger] = await Promise.all([createTestDatabase(), foundOrganisation("shipper"), foundOrganisation("shipper")]);
  lena = await enrolTestPerson(shipper, "lena", "shipper");
  site = {
    channel: "coldchain",
    chaincode: "winterseal",
    isDemonstration: true,
    organisations: [{ id: "shipper", mspId: "ShipperMSP", root: shipper.ca.rootPem, ca: "http://ca.test" }],
  };
  revocation = listsOf(async () => new Response(await shipper.ca.crl()));
  auth = authWith(revocation);
});
afterAll(async () => {
  await database.drop();
  await Promise.all([shipper.remove(), stranger.remove()]);
});

const listsOf = (answer: () => Promise<Response>) => new RevocationLists(answer);

function authWith(lists: RevocationLists, network: SiteNetwork = site) {
  return createAuth({
    environment: { network: "", origins: [ORIGIN], secret: "s".repeat(40), isDemonstration: network.isDemonstration },
    prisma: database.prisma,
    network: async () => network,
    revocation: lists,
  });
}

/** Every caller has an address of its own, so that one test's attempts do not count against another's. */
function post(path: string, body: unknown, cookie = "", headers: Record<string, string> = {}, target = auth): Promise<Response> {
  const address = `10.${randomBytes(3).join(".")}`;
  return target.handler(
    new Request(`${ORIGIN}/api/auth${path}`, {
      method: "POST",
      headers: { origin: ORIGIN, "content-type": "application/json", "x-forwarded-for": address, cookie, ...headers },
      body: JSON.stringify(body),
    }),
  );
}

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

async function challenge(target = auth): Promise<{ text: string; cookie: string }> {
  const response = await post("/signer/challenge", {}, "", {}, target);
  const { challenge: text }: { challenge: string } = await response.json();
  return { text, cookie: cookiesOf(response) };
}

async function sign(person: TestPerson, text: string): Promise<string> {
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, person.keys.privateKey, new TextEncoder().encode(text));
  return Buffer.from(lowS(new Uint8Array(raw))).toString("base64");
}

async function signInAs(person: TestPerson, target = auth): Promise<Response> {
  const { text, cookie } = await challenge(target);
  return post(
    "/sign-in/signer",
    { challenge: text, certificate: person.certificate, signature: await sign(person, text) },
    cookie,
    {},
    target,
  );
}

const viewer = (response: Response, lists = revocation) =>
  viewerOf(auth, new Headers({ cookie: cookiesOf(response) }), async () => site, lists);

async function expectRefused(response: Response, code: string): Promise<void> {
  expect({ status: response.status, code: (await response.json()).code }).toEqual({ status: code === "UNAVAILABLE" ? 503 : 403, code });
  expect(response.headers.getSetCookie().join()).not.toContain("session_token=");
}

describe("signing in with a signer", () => {
  it("makes the viewer that the certificate says, and no other", async () => {
    const response = await signInAs(lena);
    expect(response.status).toBe(200);
    expect(await viewer(response)).toMatchObject({ mspId: "ShipperMSP", kind: "shipper", role: "shipper", name: "Person lena" });
    expect(response.headers.getSetCookie().join("\n")).toMatch(/session_token=[^;]+;.*HttpOnly.*SameSite=Lax/i);
  });

  it("takes name and role from the newest certificate", async () => {
    const first = await viewer(await signInAs(await enrolTestPerson(shipper, "mara", "shipper")));
    const second = await viewer(await signInAs(await enrolTestPerson(shipper, "mara", "auditor")));
    expect(second).toEqual({ ...first, role: "auditor" });
  });

  it("takes a challenge once", async () => {
    const { text, cookie } = await challenge();
    const body = { challenge: text, certificate: lena.certificate, signature: await sign(lena, text) };
    const responses = await Promise.all([1, 2, 3].map(() => post("/sign-in/signer", body, cookie)));
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
  });

  it("refuses a challenge in another browser than the one that asked", async () => {
    const [mine, theirs] = [await challenge(), await challenge()];
    const body = { challenge: mine.text, certificate: lena.certificate, signature: await sign(lena, mine.text) };
    await expectRefused(await post("/sign-in/signer", body, theirs.cookie), "CHALLENGE_INVALID");
    await expectRefused(await post("/sign-in/signer", body), "CHALLENGE_INVALID");
  });

  it("refuses a challenge that it did not give", async () => {
    const { text, cookie } = await challenge();
    const given = parseChallenge(text);
    if (given === undefined) throw new Error("no challenge");
    const later = formatChallenge({ ...given, expires: given.expires + 60_000 });
    const body = { challenge: later, certificate: lena.certificate, signature: await sign(lena, later) };
    await expectRefused(await post("/sign-in/signer", body, cookie), "CHALLENGE_INVALID");
  });

  it("refuses a signature over something else, or by another key", async () => {
    const other = await enrolTestPerson(shipper, "other", "shipper");
    for (const make of [(text: string) => sign(lena, `${text} `), (text: string) => sign(other, text)]) {
      const { text, cookie } = await challenge();
      const body = { challenge: text, certificate: lena.certificate, signature: await make(text) };
      await expectRefused(await post("/sign-in/signer", body, cookie), "SIGNATURE_INVALID");
    }
  });

  it("refuses a certificate of a root that it does not know, even of the same name", async () => {
    await expectRefused(await signInAs(await enrolTestPerson(stranger, "lena", "shipper")), "CERTIFICATE_UNTRUSTED");
  });

  it("refuses roles that do not browse", async () => {
    await expectRefused(await signInAs(await enrolTestPerson(shipper, "seeder", "importer" satisfies Role)), "ACCESS_DENIED");
  });

  it("refuses a demonstration's identity on a site that is none", async () => {
    await expectRefused(await signInAs(lena, authWith(revocation, { ...site, isDemonstration: false })), "CERTIFICATE_UNTRUSTED");
  });

  it("refuses when no revocation list can be had", async () => {
    const silent = listsOf(() => Promise.reject(new TypeError("connection refused")));
    await expectRefused(await signInAs(lena, authWith(silent)), "UNAVAILABLE");
  });

  it("ends the session of a revoked certificate", async () => {
    const leaver = await enrolTestPerson(shipper, "leaver", "shipper");
    const response = await signInAs(leaver);
    expect(await viewer(response)).not.toBeNull();
    await shipper.ca.revoke("leaver@shipper", "left");
    const fresh = listsOf(async () => new Response(await shipper.ca.crl()));
    expect(await viewer(response, fresh)).toBeNull();
    await expectRefused(await signInAs(leaver, authWith(fresh)), "CERTIFICATE_REVOKED");
  });

  it("refuses another origin's page", async () => {
    const response = await post("/signer/challenge", {}, "", { origin: "https://evil.example" });
    expect(response.status).toBe(403);
  });

  it("limits attempts by address", async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 22; attempt++) {
      const response = await post("/sign-in/signer", { challenge: "x", certificate: "x", signature: "AAAA" }, "", {
        "x-forwarded-for": "192.0.2.77",
      });
      statuses.push(response.status);
    }
    expect(statuses.at(-1)).toBe(429);
  });

  it("sees nobody without a session, and after signing out", async () => {
    expect(await viewerOf(auth, new Headers(), async () => site, revocation)).toBeNull();
    const response = await signInAs(lena);
    await post("/sign-out", {}, cookiesOf(response));
    expect(await viewer(response)).toBeNull();
  });
});

describe("sessions", () => {
  const openSession = async (person: TestPerson) => {
    const response = await signInAs(person);
    const found = await signedIn(auth, new Headers({ cookie: cookiesOf(response) }), async () => site, revocation);
    if (found === null) throw new Error("not signed in");
    return { ...found, response };
  };

  it("are listed to their own person alone, and each can be ended by nobody else", async () => {
    const [olga, peer] = await Promise.all([enrolTestPerson(shipper, "olga", "shipper"), enrolTestPerson(shipper, "peer", "shipper")]);
    const [first, second, others] = [await openSession(olga), await openSession(olga), await openSession(peer)];
    const ids = (await listSessions(database.pool, first.viewer)).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([first.sessionId, second.sessionId]));
    expect(await endSession(database.pool, others.viewer, first.sessionId)).toBe(false);
    expect(await viewer(first.response)).not.toBeNull();
    expect(await endSession(database.pool, first.viewer, second.sessionId)).toBe(true);
    expect(await viewer(second.response)).toBeNull();
    expect([await sessionStands(database.pool, first.sessionId), await sessionStands(database.pool, second.sessionId)]).toEqual([
      true,
      false,
    ]);
  });

  it("can all be ended but the one in hand", async () => {
    const nina = await enrolTestPerson(shipper, "nina", "shipper");
    const [own, one, two] = [await openSession(nina), await openSession(nina), await openSession(nina)];
    expect(await endOtherSessions(database.pool, own.viewer, own.sessionId)).toBe(2);
    expect([await viewer(own.response), await viewer(one.response), await viewer(two.response)]).toEqual([own.viewer, null, null]);
  });

  it("say when they were used last, to the minute", async () => {
    const own = await openSession(await enrolTestPerson(shipper, "uma", "shipper"));
    await database.pool.query("UPDATE session SET last_seen_at = last_seen_at - interval '10 minutes' WHERE id = $1", [own.sessionId]);
    await noteSeen(database.pool, own.sessionId);
    const [listed] = await listSessions(database.pool, own.viewer);
    expect(Math.abs((listed?.lastSeenAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(Math.abs((listed?.createdAt ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it("keep whose certificate it is and when it ends, for telling its person of events", async () => {
    const own = await openSession(await enrolTestPerson(shipper, "vera", "shipper"));
    const { rows } = await database.pool.query<{ serial: string; ends: number }>(
      `SELECT serial, (extract(epoch FROM certificate_ends) * 1000)::int8 AS ends FROM "user" WHERE id = $1`,
      [own.viewer.userId],
    );
    expect(rows[0]?.serial).toMatch(/^[0-9a-f]+$/i);
    expect((rows[0]?.ends ?? 0) - Date.now()).toBeGreaterThan(300 * 86_400_000);
  });
});
