/** `npm run conformance`: the suite on the embedded ledger or on real Fabric, told line by line; exit 1 if anything is not as it has to be. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chooseBinaries, type FabricBinaries, findBinaries } from "../network/binaries";
import { NetworkError } from "../network/errors";
import type { Facts } from "./case";
import { CASES } from "./cases";
import { conformanceDocument } from "./document";
import { openEmbedded } from "./embedded";
import { openFabric } from "./fabric";
import { holds, type Result, runCases } from "./run";
import { REFERENCE, type Target } from "./target";

const USAGE = `Usage: npm run conformance [-- OPTIONS]

  --target T     embedded (default), fabric or all
  --release R    one release of Fabric, 2.5 or 3.1 (default: every one that FABRIC_BIN or PATH holds)
  --only PREFIX  only the cases whose id begins so, as signature/
  --record       write what ${REFERENCE} answers to conformance/facts.json, instead of holding it against that
  --write        write docs/conformance.md and run nothing
  --list         list the cases and run nothing

Environment: FABRIC_BIN, folders of Fabric's official binaries, separated by ':'.`;

const FACTS_FILE = "conformance/facts.json";
const DOCUMENT = "docs/conformance.md";

const { values: options } = parseArgs({
  options: {
    target: { type: "string", default: "embedded" },
    release: { type: "string" },
    only: { type: "string", default: "" },
    record: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);

function releases(): FabricBinaries[] {
  return options.release === undefined && findBinaries().length > 0 ? findBinaries() : [chooseBinaries(options.release)];
}

function openers(): (() => Promise<Target>)[] {
  const fabric = () => releases().map((binaries) => () => openFabric(binaries));
  if (options.target === "embedded") return [openEmbedded];
  if (options.target === "fabric") return fabric();
  if (options.target === "all") return [openEmbedded, ...fabric()];
  throw new Error(`--target ${options.target}: embedded, fabric or all`);
}

function tell(result: Result): void {
  const recording = options.record && result.observed !== undefined;
  say(`${recording ? "seen  " : holds(result) ? "ok    " : "FAILED"}  ${result.id}`);
  if (recording) return;
  if (result.failure !== undefined) say(`          ${result.failure.split("\n").slice(0, 4).join("\n          ")}`);
  for (const { fact, expected, observed } of result.mismatches) {
    say(`          ${fact}\n            expected ${JSON.stringify(expected)}\n            observed ${JSON.stringify(observed)}`);
  }
}

function record(results: readonly Result[]): void {
  const before = existsSync(FACTS_FILE) ? (JSON.parse(readFileSync(FACTS_FILE, "utf8")) as Record<string, Facts>) : {};
  const seen = new Map(results.flatMap(({ id, observed }) => (observed === undefined ? [] : [[id, observed] as const])));
  const facts = CASES.flatMap(({ id }) => {
    const known = seen.get(id) ?? before[id];
    return known === undefined ? [] : [[id, known] as const];
  });
  writeFileSync(FACTS_FILE, `${JSON.stringify(Object.fromEntries(facts), null, 2)}\n`);
  say(`${FACTS_FILE} written: read it through before you commit it.`);
}

async function runOne(open: () => Promise<Target>): Promise<boolean> {
  const begun = Date.now();
  const target = await open();
  say(`\n${target.release}, up after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  try {
    const cases = CASES.filter(({ id }) => id.startsWith(options.only));
    const results = await runCases(cases, target, tell);
    if (options.record && target.name === REFERENCE) record(results);
    const failed = results.filter((result) => (options.record ? result.observed === undefined : !holds(result)));
    say(`${target.release}: ${results.length - failed.length} of ${results.length} as they have to be`);
    return failed.length === 0 && results.length > 0;
  } finally {
    await target.close();
  }
}

async function main(): Promise<boolean> {
  if (options.help) say(USAGE);
  else if (options.list) for (const { id, title } of CASES) say(`${id.padEnd(40)} ${title}`);
  else if (options.write) {
    writeFileSync(DOCUMENT, conformanceDocument(CASES));
    say(`${DOCUMENT} written`);
  } else {
    let good = true;
    for (const open of openers()) good = (await runOne(open)) && good;
    return good;
  }
  return true;
}

main().then(
  (good) => process.exit(good ? 0 : 1),
  (error: unknown) => {
    say(error instanceof NetworkError ? `${error.message}\n  ${error.next}` : String(error));
    process.exit(1);
  },
);
