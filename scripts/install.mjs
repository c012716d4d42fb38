// Dependency-free: shared by start.mjs and scripts/test.mjs, both of which must run on a fresh clone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs `npm ci` when the lock file is not the one that was installed. Returns false when it failed; npm has said why. */
export function install() {
  const stamp = `${root}node_modules/.winterseal-lock`;
  const lock = createHash("sha256")
    .update(readFileSync(`${root}package-lock.json`))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true;
  if (installedByHand()) return finish(stamp, lock);
  process.stdout.write("Installing packages (once, about a minute) …\n");
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []];
  const options = { cwd: root, stdio: ["ignore", "inherit", "inherit"] };
  // No package's own install script runs: what ships compiled is used as it is, and nothing is downloaded behind npm's back.
  if (spawnSync(command, [...args, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], options).status !== 0) return false;
  return finish(stamp, lock);
}

/** Somebody ran `npm ci` or `npm install` after the lock file last changed: npm's own record is the newer one. */
function installedByHand() {
  const record = `${root}node_modules/.package-lock.json`;
  return existsSync(record) && statSync(record).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
}

function finish(stamp, lock) {
  if (spawnSync(process.execPath, ["scripts/postinstall.mjs"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status !== 0)
    return false;
  writeFileSync(stamp, lock);
  return true;
}
