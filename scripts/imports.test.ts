import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The import table of the design (docs/architecture.md), on resolved paths: what a room may reach besides itself.
 * `instrumentation.ts` alone imports proxy, nobody imports app or start.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "lib/domain": [],
  "lib/messages": [],
  "lib/contract": ["lib/domain", "lib/messages"],
  device: ["lib/domain", "lib/messages"],
  "lib/evidence": ["lib/domain", "lib/messages", "lib/contract", "device"],
  "lib/fabric": ["lib/messages"],
  chaincode: ["lib/domain", "lib/messages", "lib/contract"],
  ledger: ["lib/messages"],
  network: ["lib/messages"],
  organisation: ["lib/domain", "lib/messages", "device"],
  "lib/store": ["lib/domain", "lib/messages", "lib/access", "lib/contract"],
  "lib/access": ["lib/domain", "lib/messages"],
  "lib/notify": ["lib/domain", "lib/messages", "lib/access", "lib/store"],
  "lib/exchange": ["lib/domain", "lib/messages", "lib/access"],
  "lib/projection": ["lib/domain", "lib/messages", "lib/contract", "lib/fabric", "lib/store", "lib/evidence"],
  proxy: ["lib/messages", "lib/fabric", "device", "lib/projection/start", "lib/store/counts"],
  app: ["components", "lib/notify", "lib/store", "lib/access", "lib/exchange", "lib/evidence", "lib/domain", "lib/messages"],
  components: ["lib/notify", "lib/store", "lib/access", "lib/exchange", "lib/evidence", "lib/domain", "lib/messages"],
  "instrumentation.ts": ["proxy", "lib/notify"],
};

/** Rooms that compose or test the whole product on one machine. */
const FREE = ["start", "bench", "conformance", "e2e", "scripts"];

const rooms = [...Object.keys(MAY_IMPORT), ...FREE];
const roomOf = (path: string) => rooms.find((room) => path === room || path.startsWith(`${room}/`));
const isTestHelp = (path: string) => /\.test\.tsx?$|\/testing\/|\/testing(-setup)?\.ts$|\/fixtures?\//.test(path);

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.tsx"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path && existsSync(join(root, path)));

/** Every import of ours in a file, type imports too, as a path from the root. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  const found = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']((?:\.{1,2}|@)\/[^"']+|\.{1,2})["']/g);
  return [...found].map(([, specifier]) =>
    specifier?.startsWith("@/") ? normalize(specifier.slice(2)) : normalize(join(dirname(path), specifier ?? "")),
  );
}

describe("import table", () => {
  it("knows the room of every file", () => {
    const atRoot = /^[^/]+\.ts$/;
    expect(files.filter((path) => !roomOf(path) && !atRoot.test(path))).toEqual([]);
  });

  it("finds imports: type imports, aliases, dynamic ones", () => {
    expect(importsOf("start/material.ts")).toContain("ledger/config");
    expect(importsOf("start/stack.ts")).toContain("lib/store/migrate");
  });

  it("holds on resolved paths", () => {
    const isWithin = (target: string) => (room: string) => target === room || target.startsWith(`${room}/`);
    const broken = files.flatMap((path) => {
      const room = roomOf(path);
      const allowed = room === undefined || isTestHelp(path) ? undefined : MAY_IMPORT[room];
      if (room === undefined || allowed === undefined) return [];
      const strangers = importsOf(path).filter((target) => ![room, ...allowed].some(isWithin(target)));
      return strangers.map((target) => `${path} → ${target}`);
    });
    expect(broken).toEqual([]);
  });

  it("keeps Node out of the device's files that a browser runs", () => {
    const broken = files.filter(
      (path) =>
        /^device\/ts\//.test(path) &&
        !isTestHelp(path) &&
        !/-node\.ts$|\.test\.ts$/.test(path) &&
        /from "node:/.test(readFileSync(join(root, path), "utf8")),
    );
    expect(broken).toEqual([]);
  });
});
