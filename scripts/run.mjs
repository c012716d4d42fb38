// `npm run replay`, `npm run projection:rebuild`, `npm run bench`: builds what is stale, then runs the bundle with the arguments given.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildServices } from "./build.mjs";

const [name, ...args] = process.argv.slice(2);
await buildServices();
const bundle = fileURLToPath(new URL(`../dist/${name}.mjs`, import.meta.url));
const result = spawnSync(process.execPath, [bundle, ...args], { stdio: "inherit" });
process.exitCode = result.status ?? 1;
