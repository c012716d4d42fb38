import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestLedger } from "../../projection/testing/ledger";
import { tellTrip } from "../../projection/testing/trip";
import { writeEvidence } from "../file";
import { partsOf, pinsOf } from "../testing/case";

const run = promisify(execFile);
const bundle = fileURLToPath(new URL("../../../dist/verify", import.meta.url));
let folder: string;
let ledger: TestLedger;

/** Runs the command in an empty environment, as somebody would who has nothing but the package. */
async function verify(command: string, ...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [command, ...args], { cwd: folder, env: { NODE_ENV: "production" } });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}
const here = (...args: string[]) => verify(join(bundle, "verify.mjs"), ...args);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-verify-"));
  ledger = await TestLedger.create();
  await tellTrip(ledger);
  const bytes = writeEvidence(await partsOf(ledger, { kind: "shipment", shipment: "trip-1" }));
  await writeFile(join(folder, "trip.json"), bytes);
  const at = bytes.length >> 1;
  await writeFile(
    join(folder, "altered.json"),
    bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)),
  );
  for (const { mspId, root } of ledger.organisations) await writeFile(join(folder, `${mspId}.pem`), root);
  await writeFile(join(folder, "deep.json"), "[".repeat(1_000_000));
  await writeFile(join(folder, "short.json"), bytes.subarray(0, 1000));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("verifies a file against a folder of roots, and says what the record says", async () => {
  const { code, text } = await here("trip.json", "--roots", ".");
  expect([code, text]).toEqual([0, expect.stringContaining("Verified")]);
  expect(text).toContain("Kept cold?   NO (violation)");
});

test("takes fingerprints instead, and answers open without any", async () => {
  const pins = pinsOf(ledger).roots.flatMap(({ mspId, fingerprint }) => ["--root", `${mspId}=${fingerprint}`]);
  expect((await here("trip.json", ...pins)).code).toBe(0);
  const unpinned = await here("trip.json");
  expect([unpinned.code, unpinned.text]).toEqual([3, expect.stringContaining("internally consistent, unknown network")]);
});

test("names the check that an altered file fails", async () => {
  const { code, text } = await here("altered.json", "--roots", ".", "--json");
  const report = JSON.parse(text) as { outcome: string; checks: { name: string; state: string }[] };
  expect([code, report.outcome, report.checks.filter(({ state }) => state === "fails").map(({ name }) => name)]).toEqual([
    1,
    "refused",
    ["file"],
  ]);
});

test.each(["deep.json", "short.json", "AuthorityMSP.pem"])("refuses %s, which is no evidence, without falling over", async (name) => {
  expect(await here(name)).toEqual({ code: 1, text: expect.stringContaining("FAILS  File") });
});

test.each([
  [[]],
  [["trip.json", "--roots", "nowhere"]],
  [["trip.json", "--root", "AuthorityMSP=12"]],
  [["trip.json", "--what"]],
  [["missing.json"]],
])("says with a code what it does not understand: %j", async (args) => {
  const { code, text } = await here(...args);
  expect([code, text]).toEqual([2, expect.stringMatching(/^[A-Z_]+: /)]);
});

test("runs as a package of its own, installed where nothing else is", async () => {
  const npm = join(process.execPath, "../npm");
  const environment = { cwd: folder, env: { NODE_ENV: "production" as const, PATH: process.env.PATH ?? "", HOME: folder } };
  const packed = await run(npm, ["pack", bundle, "--silent"], environment);
  await run(npm, ["install", "--offline", "--no-audit", "--no-fund", "--prefix", folder, `./${packed.stdout.trim()}`], environment);
  const { code } = await verify(join(folder, "node_modules/@winterseal/verify/verify.mjs"), "trip.json", "--roots", ".");
  expect(code).toBe(0);
});
