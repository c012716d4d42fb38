/**
 * `npm run bench:link`: what a transaction costs a device, scheme by scheme, side by side in one run: bytes by a forwarder of its own, CPU by process.
 * `--targets embedded,fabric`, `--endorsers 1,2,3`, `--readings 1,60`, `--transactions 50`; with `--json` the last line is one line of JSON.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { findBinaries } from "../../network/binaries";
import { toldToEnd } from "../../start/told-to-end";
import { provenance } from "../report";
import { LEGACY_FOLDER, LEGACY_PACKAGE } from "./legacy";
import { type Measured, measure, type Row } from "./measure";
import { NOTE, tableOf } from "./table";
import { startTarget, type TargetName } from "./target";
import { type Chain, SCHEMES, type Scheme } from "./task";

const { values } = parseArgs({
  options: {
    targets: { type: "string" },
    endorsers: { type: "string", default: "1,2,3" },
    readings: { type: "string", default: "1,60" },
    transactions: { type: "string", default: "50" },
    json: { type: "boolean", default: false },
  },
});
const say = (text: string) => process.stderr.write(`${text}\n`);
const numbers = (text: string) => text.split(",").map(Number);
const WARM_UP = 10;
const ended = toldToEnd();
const FIRST: Chain = { sequence: 0, previous: "00".repeat(32) };

/** The legacy SDK is 40 MB that nothing else needs: it comes when it is first wanted. */
function installLegacy(): boolean {
  if (existsSync(`${LEGACY_FOLDER}/node_modules/${LEGACY_PACKAGE}`)) return true;
  say(`installing ${LEGACY_PACKAGE} under ${LEGACY_FOLDER} …`);
  const installed = spawnSync("npm", ["install", "--prefix", LEGACY_FOLDER, "--ignore-scripts", "--no-package-lock"], {
    stdio: ["ignore", 2, 2],
  });
  if (installed.status !== 0) say(`${LEGACY_PACKAGE} cannot be installed: its rows are left out`);
  return installed.status === 0;
}

async function measureTarget(name: TargetName, endorsers: number, schemes: readonly Scheme[]): Promise<{ title: string; rows: Row[] }> {
  const target = await startTarget(name, endorsers, say);
  const rows: Row[] = [];
  let chain = FIRST;
  try {
    for (const readings of numbers(values.readings)) {
      for (const scheme of schemes) {
        say(`  ${target.title}: ${scheme}, ${endorsers} endorsers, ${readings} readings a transaction`);
        const task = { scheme, readings, warmUp: WARM_UP, transactions: Number(values.transactions), chain };
        const measured: Measured = await Promise.race([measure(target, task), ended]);
        chain = measured.chain;
        rows.push(...measured.rows);
      }
    }
    return { title: target.title, rows };
  } finally {
    await target.stop();
  }
}

async function main(): Promise<void> {
  const binaries = findBinaries().at(-1);
  if (binaries === undefined)
    say("no Fabric binaries found (FABRIC_BIN names their folder): the embedded ledger alone, without the legacy SDK");
  const asked = values.targets?.split(",") as TargetName[] | undefined;
  const targets: TargetName[] = asked ?? (binaries === undefined ? ["embedded"] : ["embedded", "fabric"]);
  const legacy = targets.includes("fabric") && installLegacy();
  const results: { target: string; title: string; rows: Row[] }[] = [];
  for (const name of targets) {
    const schemes = SCHEMES.filter((scheme) => scheme !== "legacy-sdk" || (legacy && name === "fabric"));
    const rows: Row[] = [];
    let title: string = name;
    for (const endorsers of numbers(values.endorsers)) {
      const measured = await measureTarget(name, endorsers, schemes);
      title = measured.title;
      rows.push(...measured.rows);
      // Each as soon as it is there: a whole run takes a while, and what was measured is not lost with what comes after.
      process.stdout.write(`${tableOf(title, measured.rows)}\n`);
    }
    results.push({ target: name, title, rows });
  }
  process.stdout.write(`${NOTE}\n`);
  const { commit, machine } = provenance();
  process.stdout.write(`\n${commit}, ${machine}\n`);
  if (!values.json) return;
  const target = results.map(({ title }) => title).join(" + ");
  const rows = results.flatMap((result) => result.rows.map((row) => ({ target: result.target, ...row })));
  process.stdout.write(`${JSON.stringify({ commit, machine, target, rows })}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
