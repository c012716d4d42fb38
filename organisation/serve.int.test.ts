import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRequest } from "./ca";
import { newKeys } from "./testing/organisation";
import { makeWorld, type World } from "./testing/world";

let world: World;
beforeAll(async () => {
  world = await makeWorld("recipient");
});
afterAll(() => world.end());

const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(`${world.signer}${path}`, { method: "POST", body: typeof body === "string" ? body : new Uint8Array(body), headers });
const enrolment = async (code: string) => JSON.stringify({ code, csr: await createRequest("x", await newKeys()) });

describe("the signer's server", () => {
  it("forbids frames, foreign scripts and foreign addresses", async () => {
    const response = await fetch(world.signer);
    const policy = response.headers.get("content-security-policy") ?? "";
    for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      expect(policy).toContain(rule);
    }
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(response.headers.get("cross-origin-opener-policy")).toBeNull();
  });

  it("publishes the hash of every file as it serves it, and the page names the same ones", async () => {
    const published: Record<string, string> = await (await fetch(`${world.signer}/integrity.json`)).json();
    expect(Object.keys(published).sort()).toEqual(["app.js", "icon.svg", "index.html", "inter-latin.woff2", "style.css"]);
    const html = await (await fetch(world.signer)).text();
    for (const [name, hash] of Object.entries(published)) {
      const bytes = new Uint8Array(await (await fetch(`${world.signer}/${name}`)).arrayBuffer());
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
      if (name === "app.js" || name === "style.css") expect(html).toContain(`sha256-${Buffer.from(hash, "hex").toString("base64")}`);
    }
  });

  it("names its own organisation's endorsers, and no secret", async () => {
    const text = await (await fetch(`${world.signer}/network.json`)).text();
    expect(JSON.parse(text)).toMatchObject({
      organisation: { id: "recipient" },
      websites: [world.website],
      endorsements: 2,
      demonstration: true,
    });
    expect(text).toContain("BEGIN CERTIFICATE");
    expect(text).not.toContain("PRIVATE");
  });

  it("passes enrolments on, from its own page and never from another site's", async () => {
    const body = await enrolment(await world.code("mia", "Mia Frei", "recipient"));
    const foreign = await post("/ca/enrol", body, { origin: world.website });
    expect({ status: foreign.status, ...(await foreign.json()) }).toMatchObject({ status: 403, code: "ORIGIN_FOREIGN" });
    expect((await post("/ca/enrol", body, { origin: "null" })).status).toBe(403);
    const own = await post("/ca/enrol", body, { origin: world.signer });
    expect({ status: own.status, ...(await own.json()) }).toMatchObject({
      status: 201,
      person: { commonName: "mia@recipient", name: "Mia Frei", role: "recipient" },
    });
  });

  it.each(["/ca/root", "/ca/../ca/key", "/relay/v1/other", "/%2e%2e/package.json", "/ca/root.key"])("has nothing at %s", async (path) => {
    const { hostname, port } = new URL(world.signer);
    const status = await new Promise((resolve, reject) => {
      httpRequest({ hostname, port, path, method: "GET" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(404);
  });

  it("cuts a body that is too large", async () => {
    const response = await post("/ca/enrol", "x".repeat(100_000)).catch(() => undefined);
    if (response !== undefined) expect(response.status).toBe(413);
  });

  it("says that the relay is away in a way that the light client understands", async () => {
    world.relay = "gone";
    const response = await post("/relay/v1/hello", new Uint8Array([1]));
    world.relay = "well";
    expect({ status: response.status, ...(await response.json()) }).toMatchObject({ status: 502, code: "UNAVAILABLE" });
  });
});

describe("guessing codes", () => {
  it("ends after ten wrong ones, for the guesser only", async () => {
    const guess = async (address: string, code = "0000-0000-0000") =>
      (await post("/ca/enrol", await enrolment(code), { "x-forwarded-for": address })).status;
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt++) statuses.push(await guess("192.0.2.1"));
    expect(statuses).toEqual([...Array(10).fill(403), 429]);
    expect(await guess("192.0.2.1", await world.code("late", "Too Late", "recipient"))).toBe(429);
    expect(await guess("192.0.2.2", await world.code("honest", "An Honest Person", "recipient"))).toBe(201);
  });

  it("refuses a body that is not the form", async () => {
    for (const body of ["", "[]", "{}", '{"code":1,"csr":"x"}', '{"code":"x","csr":"x","role":"authority"}']) {
      const response = await post("/ca/enrol", body, { "x-forwarded-for": `192.0.2.${10 + body.length}` });
      expect({ status: response.status, ...(await response.json()) }).toMatchObject({ status: 400, code: "ARGUMENT_INVALID" });
    }
  });
});
