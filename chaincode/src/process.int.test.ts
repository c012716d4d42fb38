import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SSCC, sensorIdentity } from "../../lib/contract/testing/book";
import { certify } from "../../lib/contract/testing/certificate";
import { batchHash, encodeBatch, encodeMoment, FIRST_PREVIOUS } from "../../lib/domain/batch";
import { bytesToHex, hexToBytes } from "../../lib/domain/bytes";
import { canonicalBytes } from "../../lib/domain/canonical-json";
import { findErrorCode } from "../../lib/messages/errors";
import type { Role } from "../../lib/messages/names";
import { type Caller, TestPeer } from "./testing/peer";

const DAY = 86_400_000;
const now = Date.now();
const boot = hexToBytes("0102030405060708");
const calibration = {
  number: "CAL-1",
  hash: "ab".repeat(32),
  laboratory: "Test laboratory",
  from: now - DAY,
  to: now + DAY,
  min: -40_000,
  max: 60_000,
  uncertainty: 200,
};

let folder: string;
let address: string;
let contract: ChildProcess;
let testPeer: TestPeer;
let authority: Caller;
let shipper: Caller;
let probe: Caller & { thumbprint: string };

/** Below the kernel's ephemeral ports, so that no outgoing connection takes it meanwhile. */
async function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) =>
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)),
  );
  await new Promise((resolve) => server.close(resolve));
  return isFree ? port : freePort();
}

/** Bundled from source into the working tree, so that packages are found and no old build is tested. */
async function bundle(): Promise<string> {
  mkdirSync("node_modules/.cache", { recursive: true });
  folder = mkdtempSync("node_modules/.cache/chaincode-test-");
  const outfile = join(folder, "chaincode.cjs");
  const options = { bundle: true, platform: "node", target: "node20", format: "cjs", packages: "external", logLevel: "error" } as const;
  await build({ entryPoints: ["chaincode/src/main.ts"], outfile, ...options });
  return outfile;
}

function startContract(script: string, env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith('{"ready":true')) resolve(child);
    });
    child.once("exit", (code) => reject(new Error(`the contract ended with ${code}`)));
  });
}

const people = async (mspId: string, role: Role): Promise<Caller> => {
  const { pem } = await certify(
    `CN=${role}, OU=client`,
    JSON.stringify({ attrs: { "ws.role": role } }),
    new Date(now - DAY),
    new Date(now + DAY),
  );
  return { mspId, pem };
};

const say = (caller: Caller, name: string, statement: object) =>
  testPeer.invoke(caller, name, [canonicalBytes(statement as Parameters<typeof canonicalBytes>[0])]);

function batch(sequence: number, previous: Uint8Array, temperature = 5000): Uint8Array {
  const readings = [{ tick: sequence * 1000, temperature, humidity: 450 }];
  return encodeBatch({ sequence, previous, boot, kind: "readings", readings, clock: null });
}
const record = (bytes: Uint8Array, tick: number) => testPeer.invoke(probe, "batch:Record", [bytes, encodeMoment({ boot, tick })]);

beforeAll(async () => {
  address = `127.0.0.1:${await freePort()}`;
  contract = await startContract(await bundle(), { CHAINCODE_SERVER_ADDRESS: address, CHAINCODE_ID: "winterseal:1" });
  testPeer = new TestPeer(address);
  authority = await people("AuthorityMSP", "authority");
  shipper = await people("ShipperMSP", "shipper");
  const { attributes } = sensorIdentity("probe-1", "key-1", calibration);
  const attrs = JSON.stringify({ attrs: attributes });
  probe = { mspId: "AuthorityMSP", ...(await certify("CN=probe-1, OU=client", attrs, new Date(now - DAY), new Date(now + DAY))) };
});

afterAll(async () => {
  testPeer?.close();
  const ended = new Promise((resolve) => contract?.once("exit", resolve));
  if (contract?.kill("SIGTERM")) await ended;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe("a contract process, spoken to as a peer does", () => {
  it("registers under its package id", async () => {
    expect(await testPeer.registered).toBe("winterseal:1");
  });

  it("takes a sensor from registration to a recorded batch, byte for byte, with one event", async () => {
    const registered = await say(authority, "sensor:Register", {
      sensor: "probe-1",
      thumbprint: probe.thumbprint,
      calibration,
      model: "Test logger",
      owner: "ShipperMSP",
    });
    expect(registered).toMatchObject({ status: 200, event: { name: "SensorRegistered" } });
    const shipment = {
      shipment: "trip-1",
      sscc: SSCC,
      title: "Vaccine",
      origin: "Basel",
      destination: "Nairobi",
      recipient: "RecipientMSP",
    };
    expect(await say(shipper, "shipment:Create", { ...shipment, profile: "fridge-2-8/1" })).toMatchObject({ status: 200 });
    const assignment = { shipment: "trip-1", sensor: "probe-1", place: "top", start: now - 60_000 };
    expect(await say(shipper, "shipment:Assign", assignment)).toMatchObject({ status: 200 });

    const first = batch(1, FIRST_PREVIOUS, 9000);
    const hash = batchHash("probe-1", first);
    const answer = await record(first, 1000);
    expect(answer.status).toBe(200);
    expect(answer.payload).toBe(`{"hash":"${bytesToHex(hash)}","result":"recorded","sensor":"probe-1","sequence":1}`);
    expect([...answer.writes.keys()].sort()).toEqual([
      "batch~probe-1~0000000001",
      "excursion~trip-1~probe-1~upper~0001",
      "head~probe-1",
      "shipment~trip-1",
      "violation~trip-1~probe-1~upper~0001",
    ]);
    expect(answer.event?.name).toBe("BatchRecorded");
    expect(JSON.parse(answer.event?.payload ?? "")).toMatchObject({ violations: [{ rule: "upper", peak: 9000, readings: 1 }] });

    expect(await record(first, 5000)).toMatchObject({ status: 200, event: null, writes: new Map() });
    expect((await record(batch(2, hash), 2000)).status).toBe(200);
  });

  it("answers an attested read by what is committed", async () => {
    const args = [canonicalBytes({ kind: "sensor", sensor: "probe-1" }), Buffer.from("00112233445566778899aabbccddeeff")];
    const answer = await testPeer.invoke(shipper, "attest:Read", args);
    expect(JSON.parse(answer.payload)).toMatchObject({
      nonce: "00112233445566778899aabbccddeeff",
      answer: { status: "active", sequence: 2 },
    });
  });

  it.each([
    ["a gap in the sequence", () => record(batch(9, FIRST_PREVIOUS), 9000), "SEQUENCE_GAP"],
    ["bytes that are no batch", () => record(new Uint8Array([7]), 9000), "BATCH_VERSION"],
    ["a missing argument", () => testPeer.invoke(probe, "batch:Record", []), "ARGUMENT_INVALID"],
    ["a function that is none", () => testPeer.invoke(probe, "batch:Forge", []), "ARGUMENT_INVALID"],
    ["a contract that is none", () => testPeer.invoke(probe, "bank:Rob", []), "ARGUMENT_INVALID"],
    ["a caller without the role", () => say(shipper, "sensor:Register", {}), "ACCESS_DENIED"],
    ["a time outside the window", () => testPeer.invoke(shipper, "shipment:Create", [], now + 3_600_000), "TIMESTAMP_OFF"],
  ])("refuses %s with its code in the text", async (_, call, code) => {
    const answer = await call();
    expect([answer.status, findErrorCode(answer.message)]).toEqual([500, code]);
  });

  it("runs many at once and keeps them apart", async () => {
    const asked = Array.from({ length: 200 }, (_, index) => index.toString(16).padStart(16, "0"));
    const question = canonicalBytes({ kind: "batch", sensor: "probe-1", sequence: 1 });
    const answers = await Promise.all(asked.map((nonce) => testPeer.invoke(shipper, "attest:Read", [question, Buffer.from(nonce)])));
    expect(answers.map(({ payload }) => (JSON.parse(payload) as { nonce: string }).nonce)).toEqual(asked);
  });
});
