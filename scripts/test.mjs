// `npm test`: every suite on a fresh machine, then one honest closing line `N passed, N failed[, N skipped]` over all of them.
// A suite that could not run at all counts as one failure; one whose program cannot be had here counts as skipped, with the reason.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const results = mkdtempSync(join(tmpdir(), "winterseal-test-"));
const total = { passed: 0, failed: 0, skipped: 0 };
const notes = [];

function count(suite, { passed = 0, failed = 0, skipped = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  process.stdout.write(`\n── ${suite}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}

const bin = (path) => join(root, "node_modules", path);
const node = (args, env = {}) =>
  spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, FORCE_COLOR: "0", ...env },
  });

/** A check that is one test: it passes or fails as a whole. */
function check(suite, ...commands) {
  process.stdout.write(`\n━━ ${suite}\n`);
  const failed = commands.some((args) => node(args).status !== 0);
  count(suite, failed ? { failed: 1 } : { passed: 1 });
  return !failed;
}

function readReport(file, read) {
  if (!existsSync(file)) return undefined;
  return read(JSON.parse(readFileSync(file, "utf8")));
}

/** Counts from a report; a run that exits non-zero without a failed test failed all the same (a crash, a leak, a bad set-up). */
function countRun(suite, status, counted) {
  const numbers = counted ?? { failed: 1 };
  if (status !== 0 && !numbers.failed) numbers.failed = 1;
  if (status === 0 && !numbers.passed && !numbers.failed && !numbers.skipped) numbers.failed = 1;
  count(suite, numbers);
}

function vitest(project) {
  process.stdout.write(`\n━━ ${project}\n`);
  const file = join(results, `${project}.json`);
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { status } = node([bin("vitest/vitest.mjs"), ...args]);
  countRun(
    project,
    status,
    readReport(file, (report) => ({
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    })),
  );
}

function browser(chromium) {
  process.stdout.write("\n━━ browser\n");
  const file = join(results, "browser.json");
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: file, ...(chromium ? { WINTERSEAL_CHROMIUM: chromium } : {}) };
  const { status } = node([bin("@playwright/test/cli.js"), "test", "--reporter=list,json", ...(chromium ? [] : ["--list"])], env);
  const counted = readReport(file, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
  if (chromium) return countRun("browser", status, counted);
  return count("browser", { skipped: counted ? counted.passed + counted.failed + counted.skipped : 1 });
}

/** Installs a distribution package where that is possible without asking: as root, with apt-get. */
function apt(name) {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return false;
  process.stdout.write(`Installing ${name} …\n`);
  const options = { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  if (spawnSync("apt-get", ["install", "-y", "--no-install-recommends", name], options).status === 0) return true;
  return (
    spawnSync("apt-get", ["update"], options).status === 0 &&
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", name], options).status === 0
  );
}

const onPath = (names) => names.map((name) => spawnSync("which", [name], { encoding: "utf8" }).stdout?.trim()).find(Boolean);

async function playwrightChromium() {
  const { chromium } = await import("@playwright/test");
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
}

async function findChromium() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const found = process.env.WINTERSEAL_CHROMIUM ?? onPath(names) ?? (await playwrightChromium());
  if (found) return found;
  if (apt("chromium")) return onPath(names);
  spawnSync(process.execPath, [bin("@playwright/test/cli.js"), "install", "chromium"], { cwd: root, stdio: "inherit", timeout: 300_000 });
  return playwrightChromium();
}

const mosquittoThere = () => onPath(["mosquitto"]) !== undefined || existsSync("/usr/sbin/mosquitto");

async function main() {
  if (!install()) {
    count("install", { failed: 1 });
    return;
  }
  if (!check("build", ["scripts/build.mjs", "--web"])) return;
  check("lint", [bin("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."]);
  check("types", [bin("typescript/bin/tsc"), "--noEmit"], [bin("typescript/bin/tsc"), "--noEmit", "-p", "chaincode"]);
  vitest("unit");
  if (!mosquittoThere() && !apt("mosquitto")) notes.push("no mosquitto here and none could be installed: its tests are skipped");
  if (!process.env.FABRIC_BIN && !onPath(["peer"])) notes.push("no Fabric binaries here (FABRIC_BIN): tests on a real network are skipped");
  vitest("integration");
  const chromium = await findChromium();
  if (!chromium) notes.push("no Chromium here and none could be had: browser tests are skipped");
  browser(chromium);
}

const started = Date.now();
try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  total.failed += 1;
}
rmSync(results, { recursive: true, force: true });
for (const note of notes) process.stdout.write(`\nNote: ${note}`);
process.stdout.write(`\n${Math.round((Date.now() - started) / 1000)} s in all\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ""}\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
