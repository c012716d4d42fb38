// `npm run replay`, `sensor`, `proxy`, `projection:rebuild`, `bench`, `verify`: builds what is stale (saying so on standard error), then runs the bundle.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildServices } from "./build.mjs";
import { install } from "./install.mjs";

const [name, ...args] = process.argv.slice(2);
if (!install()) process.exit(1);
await buildServices();
const bundle = fileURLToPath(new URL(`../dist/${name}.mjs`, import.meta.url));
const child = spawn(process.execPath, [bundle, ...args], { stdio: "inherit" });
// The terminal's Ctrl-C reaches the child too; this process only waits for it to finish in order.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
