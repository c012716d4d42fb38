#!/usr/bin/env node
// The starter: no dependencies, so that it runs on a fresh clone. It installs what is missing, builds what is stale and hands over to the
// supervisor (room start/). `--help` answers at once.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { install } from "./scripts/install.mjs";

const HELP = `Winterseal: proves that goods stayed cold.

Usage: npm start [-- OPTIONS]

  --port N      port of the website (default 4100); every other port follows it, see docs/architecture.md
  --data DIR    folder that holds all state (default .winterseal)
  --no-demo     no demo shipments and no demo sensors
  --tls         serve website and signers over HTTPS, for phones on the same network
  --host ADDR   address to listen on (default 127.0.0.1)
  --fabric      run a real Hyperledger Fabric network instead of the embedded ledger; FABRIC_BIN names the folder of its binaries
    --release R     2.5 or 3.1, where FABRIC_BIN lists several folders (default: the newest)
    --consensus C   etcdraft (three ordering nodes) or bft (four; 3.1 only)
    --peers N       peers of each organisation, 1 to 4
  --help        this text

  npm run reset [-- --data DIR]   delete all state and start afresh at the next start
  npm test                        every test: lint, types, unit, integration, browser
  npm run replay -- FILE          play a logger file through a real sensor identity

Environment: DATABASE_URL (a Postgres of yours, 15 or newer), MQTT_URL (a broker of yours), WINTERSEAL_NETWORK (network.json of a
network that runs already, instead of a ledger of its own), FABRIC_BIN; see README.md.`;

const root = fileURLToPath(new URL(".", import.meta.url));
const say = (text) => process.stdout.write(`${text}\n`);

function fail(text, next) {
  process.stderr.write(`\n${text}\n${next ? `→ ${next}\n` : ""}`);
  process.exit(1);
}

const VALUED = new Set(["--port", "--data", "--host", "--release", "--consensus", "--peers"]);
const PLAIN = new Set(["--no-demo", "--tls", "--fabric", "--help", "--reset"]);

function parseArguments(argv) {
  const given = new Map();
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = argv[i].split(/=(.*)/s);
    if (VALUED.has(name)) {
      const value = inline ?? argv[++i];
      if (value === undefined) fail(`${name} needs a value.`, "npm start -- --help lists the options");
      given.set(name, value);
    } else if (PLAIN.has(name) && inline === undefined) given.set(name, true);
    else fail(`Unknown option ${argv[i]}.`, "npm start -- --help lists the options");
  }
  const port = given.get("--port");
  if (port !== undefined && !(/^\d+$/.test(port) && port >= 1024 && port <= 65000)) {
    fail(`--port must be a number from 1024 to 65000, not ${port}.`);
  }
  return given;
}

async function main() {
  const given = parseArguments(process.argv.slice(2));
  if (given.has("--help")) return say(HELP);
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${process.versions.node} is too old.`, "install Node 20.19 or newer");
  if (!install())
    fail("npm ci failed (its output stands above).", "check the connection to the package registry, then run npm start again");
  say("Building what is stale …");
  const build = spawnSync(process.execPath, [`${root}scripts/build.mjs`, ...(given.has("--reset") ? [] : ["--web"])], {
    cwd: root,
    stdio: "inherit",
  });
  if (build.status !== 0) fail("The build failed (its output stands above).");
  const args = [...given].flatMap(([name, value]) => (value === true ? [name] : [name, value]));
  const stack = spawn(process.execPath, [`${root}dist/stack.mjs`, ...args], { cwd: root, stdio: "inherit" });
  // The terminal sends Ctrl-C to the whole group; the supervisor stops everything in order, the starter only waits for it.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => stack.kill("SIGTERM"));
  stack.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

await main();
