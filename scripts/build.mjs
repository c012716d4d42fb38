// Builds what is stale: the database client, one bundle per process into dist/, the signer's static page, and (with --web) the site.
// Staleness goes by content, so a second start does nothing and a pulled change rebuilds.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Process bundles: name in dist/ → entry. Packages stay outside the bundles: they are installed beside them. */
export const BUNDLES = {
  "ledger.mjs": "ledger/main.ts",
  "chaincode.cjs": "chaincode/src/main.ts",
  "organisation.mjs": "organisation/main.ts",
  "broker.mjs": "start/broker/main.ts",
  "proxy.mjs": "proxy/main.ts",
  "front.mjs": "start/front/main.ts",
  "fleet.mjs": "start/fleet/main.ts",
  "sensor.mjs": "start/device/main.ts",
  "stack.mjs": "start/main.ts",
  "network.mjs": "start/fabric/main.ts",
  "operate.mjs": "start/fabric/operate.ts",
  "replay.mjs": "start/replay/main.ts",
  "bench.mjs": "bench/main.ts",
  "kill.mjs": "start/kill/main.ts",
  "fuzz.mjs": "bench/fuzz.ts",
  "bench-link.mjs": "bench/link/main.ts",
  "bench-link-client.mjs": "bench/link/client.ts",
  "bench-hostile.mjs": "bench/hostile-client.ts",
  "conformance.mjs": "conformance/main.ts",
  "projection-rebuild.mjs": "lib/projection/rebuild-main.ts",
};

/** The package that checks evidence files: everything that it needs is inside, so that it runs on its own. */
const VERIFY = { "verify.mjs": "lib/evidence/cli/main.ts", "index.mjs": "lib/evidence/index.ts" };

const SERVICE_SOURCES = [
  "lib",
  "device",
  "proxy",
  "chaincode/src",
  "conformance",
  "ledger",
  "network",
  "organisation",
  "start",
  "prisma",
  "package-lock.json",
  "scripts/build.mjs",
  "docs/evidence.md",
];
/** What the bundles are made of; the site needs no benchmark. */
const BUNDLE_SOURCES = [...SERVICE_SOURCES, "bench"];
const WEB_SOURCES = [
  ...SERVICE_SOURCES,
  "app",
  "components",
  "public",
  "instrumentation.ts",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
];

function* filesUnder(path) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  if (!statSync(full).isDirectory()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(full).sort()) {
    if (entry === "node_modules" || entry === "generated" || entry === "dist" || entry.startsWith(".")) continue;
    yield* filesUnder(`${path}/${entry}`);
  }
}

function fingerprint(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of filesUnder(path)) {
      if (/\.test\.tsx?$/.test(file)) continue;
      hash
        .update(file)
        .update("\0")
        .update(readFileSync(join(root, file)))
        .update("\0");
    }
  }
  return hash.digest("hex");
}

function run(title, command, args, env = {}) {
  const started = Date.now();
  process.stderr.write(`  ${title} … `);
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", env: { ...process.env, ...env } });
  if (result.status !== 0) {
    process.stderr.write("failed\n");
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}\n`);
    throw new Error(`${title} failed (exit ${result.status ?? result.signal})`);
  }
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Runs `build` unless the stamp says that the same sources were built already. */
function unlessBuilt(stampName, sources, output, build) {
  const stamp = join(root, "dist", `.${stampName}`);
  const now = fingerprint(sources);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  build();
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(stamp, now);
}

export function generateClient() {
  unlessBuilt("prisma", ["prisma/schema.prisma", "package-lock.json"], join(root, "lib/store/generated"), () =>
    // `generate` needs no engine, but Prisma's command line wants to download one: it is told there is one.
    run("database client", process.execPath, [join(root, "node_modules/prisma/build/index.js"), "generate"], {
      PRISMA_SCHEMA_ENGINE_BINARY: "/bin/false",
    }),
  );
}

async function bundle() {
  const { build } = await import("esbuild");
  const started = Date.now();
  process.stderr.write("  services … ");
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: true,
    logLevel: "error",
  };
  for (const [name, entry] of Object.entries(BUNDLES)) {
    if (!existsSync(join(root, entry))) continue;
    await build({ ...common, entryPoints: [entry], outfile: `dist/${name}`, format: name.endsWith(".cjs") ? "cjs" : "esm" });
  }
  await buildVerify(build, common);
  const signer = join(root, "organisation/signer/build.mjs");
  if (existsSync(signer)) {
    const { buildSigner } = await import(signer);
    await buildSigner(join(root, "dist/signer"));
  }
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

async function buildVerify(build, common) {
  const own = { ...common, packages: "bundle", format: "esm", sourcemap: false, legalComments: "linked" };
  for (const [name, entry] of Object.entries(VERIFY)) await build({ ...own, entryPoints: [entry], outfile: `dist/verify/${name}` });
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const manifest = {
    name: "@winterseal/verify",
    version,
    description: "Checks Winterseal evidence files without any server.",
    license,
    type: "module",
    engines: { node: ">=20.19" },
    bin: { "winterseal-verify": "verify.mjs" },
    exports: "./index.mjs",
    files: ["*.mjs", "*.txt", "README.md"],
  };
  writeFileSync(join(root, "dist/verify/package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(root, "dist/verify/README.md"), readFileSync(join(root, "docs/evidence.md")));
}

export async function buildServices() {
  generateClient();
  let stale = false;
  unlessBuilt("services", BUNDLE_SOURCES, join(root, "dist/ledger.mjs"), () => {
    stale = true;
  });
  if (stale) {
    try {
      await bundle();
    } catch (error) {
      writeFileSync(join(root, "dist/.services"), "failed");
      throw error;
    }
  }
}

export function buildWeb() {
  unlessBuilt("web", WEB_SOURCES, join(root, ".next/BUILD_ID"), () =>
    run("site", process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
      NEXT_TELEMETRY_DISABLED: "1",
      NODE_ENV: "production",
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await buildServices();
    if (process.argv.includes("--web")) buildWeb();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
