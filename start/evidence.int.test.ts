/**
 * Evidence on the real thing: a sensor's readings through the whole stack, attested by peers' endorsers, exported from the database, and checked by the
 * command line that knows nothing of all that. On the embedded ledger always, on each Fabric release that is found.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LightClient } from "../device/ts/client";
import type { Viewer } from "../lib/access/viewer";
import { assembleEvidence, newestSeen } from "../lib/evidence/assemble";
import type { AttestedHead } from "../lib/evidence/file";
import { readNetwork } from "../lib/fabric/network";
import { openDatabase } from "../lib/store/db";
import { evidenceInputs, type EvidenceInputs as Inputs } from "../lib/store/evidence";
import type { EngineChoice } from "./engine";
import { openClient } from "./importer/client";
import { record } from "./importer/importer";
import { describeFabric } from "./testing/fabric";
import { startSensor, type TestSensor } from "./testing/sensor";
import { startTestStack, type TestStack } from "./testing/stack";

const run = promisify(execFile);
const viewer: Viewer = { userId: "u", mspId: "ShipperMSP", kind: "shipper", role: "shipper", name: "Lena" };
const SUBJECT = { kind: "shipment", shipment: "evidence-1" } as const;

interface Answer {
  readonly code: number;
  readonly report: {
    readonly outcome: string;
    readonly checks: readonly {
      readonly name: string;
      readonly state: string;
      readonly findings: readonly { readonly detail: string }[];
    }[];
    readonly record: {
      readonly shipment: { readonly status: string };
      readonly facts: { readonly sensors: readonly { readonly readings: number }[] };
    };
  };
}

function tests(engine: EngineChoice): void {
  let stack: TestStack;
  let sensor: TestSensor;
  let shipper: LightClient;
  let folder: string;

  beforeAll(async () => {
    stack = await startTestStack(undefined, false, engine);
    const { layout, origins } = stack.context;
    const network = await readNetwork(layout.network);
    sensor = await startSensor(stack, "evidence-a");
    shipper = await openClient({ mspId: "ShipperMSP", folder: join(layout.people, "importer-shipper") }, network, {
      relay: origins.inner.relay,
    });
    folder = join(stack.data, "evidence");
    await mkdir(join(folder, "roots"), { recursive: true });
    for (const { mspId, root } of network.organisations)
      await copyFile(resolve(dirname(layout.network), root), join(folder, "roots", `${mspId}.pem`));
  }, 240_000);
  afterAll(async () => {
    await sensor?.close();
    await stack?.end();
  });

  async function attested(): Promise<AttestedHead[]> {
    const { proposal, payload, endorsements } = await shipper.attest({ kind: "shipment", shipment: SUBJECT.shipment });
    return [{ proposal, payload, endorsements: [...endorsements] }];
  }

  /** As the website does it (app/evidence/make): waits for the database, takes what the attested read saw. */
  async function exported(heads: readonly AttestedHead[], keep = (all: Inputs["transactions"]) => all): Promise<Uint8Array> {
    const database = openDatabase(stack.context.databaseUrl, 1);
    try {
      const upTo = newestSeen(heads);
      await reached(database.pool, upTo?.block ?? 0);
      const inputs = await evidenceInputs(database.pool, viewer, SUBJECT.shipment, upTo);
      if (inputs === null) throw new TypeError("no shipment");
      const { channel, chaincode } = await readNetwork(stack.context.layout.network);
      return assembleEvidence({ channel, chaincode }, SUBJECT, { ...inputs, transactions: keep(inputs.transactions) }, heads);
    } finally {
      await database.close();
    }
  }

  async function verify(file: Uint8Array, ...args: string[]): Promise<Answer> {
    await writeFile(join(folder, "file.json"), file);
    const command = [join(process.cwd(), "dist/verify/verify.mjs"), "file.json", "--roots", "roots", "--json", ...args];
    const environment = { cwd: folder, env: { NODE_ENV: "production" as const } };
    const { code, stdout } = await run(process.execPath, command, environment).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => error,
    );
    return { code, report: JSON.parse(stdout) as Answer["report"] };
  }
  const troubles = ({ report }: Answer) => report.checks.filter(({ state }) => state !== "holds");

  it("verifies a shipment's file by the roots alone, and its demonstration roots are refused unless they are accepted", async () => {
    const { shipment } = SUBJECT;
    const plan = { shipment, sscc: "006141411234567890", title: "Vaccine", origin: "Basel", destination: "Chur" };
    await record(shipper, "shipment:Create", { ...plan, recipient: "RecipientMSP", profile: "fridge-2-8/1" });
    await record(shipper, "shipment:Assign", { shipment, sensor: "evidence-a", place: "top", start: Date.now() - 1_000 });
    for (const temperature of [5_000, 5_100, 5_200]) {
      await sensor.measure(temperature);
      await sensor.settle(60_000);
    }
    await record(shipper, "shipment:Handover", { shipment, giver: "Lena", taker: "Dock", place: "Chur", arrival: true });
    const file = await exported(await attested());
    const accepted = await verify(file, "--accept-demonstration");
    expect(troubles(accepted)).toEqual([]);
    expect([accepted.code, accepted.report.outcome]).toEqual([0, "verified"]);
    expect(accepted.report.record).toMatchObject({ shipment: { status: "arrived" }, facts: { sensors: [{ readings: 3 }] } });
    const refused = await verify(file);
    expect([refused.code, troubles(refused).map(({ name }) => name)]).toEqual([1, ["demonstration"]]);
  });

  it("names what is left out when the ledger has gone on since", async () => {
    await sensor.measure(5_300);
    await sensor.settle(60_000);
    const answer = await verify(await exported(await attested(), (all) => all.slice(0, -1)), "--accept-demonstration");
    expect([answer.code, troubles(answer).map(({ name }) => name)]).toEqual([1, ["heads"]]);
    expect(JSON.stringify(troubles(answer))).toContain("evidence-a has recorded batch 4, the file ends with 3");
  });

  it("refuses it under the roots of another network", async () => {
    const file = await exported(await attested());
    const other = await readFile(join(folder, "roots/ShipperMSP.pem"), "utf8");
    await writeFile(join(folder, "AuthorityMSP.pem"), other);
    await writeFile(join(folder, "file.json"), file);
    const foreign = await run(
      process.execPath,
      [join(process.cwd(), "dist/verify/verify.mjs"), "file.json", "--roots", "AuthorityMSP.pem", "--accept-demonstration", "--json"],
      { cwd: folder, env: { NODE_ENV: "production" } },
    ).catch((error: { code: number; stdout: string }) => error);
    expect(foreign).toMatchObject({ code: 1 });
  });
}

async function reached(pool: pg.Pool, block: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { rows } = await pool.query<{ block: number }>("SELECT block FROM checkpoint");
    if ((rows[0]?.block ?? -1) >= block) return;
    await sleep(100);
  }
  throw new Error(`the database has not reached block ${block}`);
}

describe("evidence on the embedded ledger", () => tests({ kind: "embedded" }));
describeFabric("evidence on real Fabric", ({ version }) => tests({ kind: "fabric", release: version }));
