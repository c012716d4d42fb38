import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseBinaries, openBinaries, PROGRAMS } from "./binaries";
import { checkNeeds } from "./check";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "winterseal-binaries-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Programs that only tell their version, in Fabric's words. */
function programs(version: string, names: readonly string[] = PROGRAMS): string {
  const bin = join(folder, `${version}-${names.length}`);
  mkdirSync(bin, { recursive: true });
  for (const name of names) {
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf '${name}:\\n Version: ${version}\\n Commit SHA: 0\\n'\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

describe("Fabric's binaries", () => {
  it("are found in every folder that FABRIC_BIN lists; the newest is taken unless another is asked for", () => {
    const FABRIC_BIN = [programs("v2.5.16"), programs("v3.1.5")].join(delimiter);
    expect(chooseBinaries(undefined, { FABRIC_BIN }).version).toBe("3.1.5");
    expect(chooseBinaries("2.5", { FABRIC_BIN })).toMatchObject({ version: "2.5.16", major: 2 });
  });

  it("that are not there are named, with the place that was searched and the next step", () => {
    const FABRIC_BIN = programs("v3.1.5");
    expect(() => chooseBinaries("2.5", { FABRIC_BIN })).toThrow(/found 3\.1\.5, not 2\.5 in FABRIC_BIN/);
    expect(() => chooseBinaries(undefined, { FABRIC_BIN: join(folder, "nowhere") })).toThrow(
      expect.objectContaining({ code: "BINARIES_MISSING", next: expect.stringContaining("FABRIC_BIN") }),
    );
    expect(() => openBinaries(programs("v3.1.5", ["peer", "configtxgen"]))).toThrow(/lacks orderer, configtxlator, osnadmin/);
  });

  it.each(["v1.4.12", "v2.4.9", "v3.0.0", "v4.0.0", "unknown"])("of version %s are refused by their version", (version) => {
    expect(() => chooseBinaries(undefined, { FABRIC_BIN: programs(version) })).toThrow(
      expect.objectContaining({ code: "VERSION_UNSUPPORTED", next: expect.stringContaining("2.5.x and 3.1.x") }),
    );
  });
});

describe("what a network needs", () => {
  const needs = {
    folder: tmpdir(),
    consensus: "etcdraft" as const,
    ports: [["peer0.shipper, grpc", 4423]] as const,
    isTaken: async () => false,
  };

  it("is there: nothing is found", async () => {
    expect(await checkNeeds({ ...needs, binaries: openBinaries(programs("v2.5.16")) })).toEqual([]);
  });

  it("is told all at once: release, ports and disk", async () => {
    const found = await checkNeeds({
      ...needs,
      binaries: openBinaries(programs("v2.5.16")),
      consensus: "bft",
      isTaken: async () => true,
      leastFreeBytes: Number.MAX_SAFE_INTEGER,
    });
    expect(found.map(({ code }) => code)).toEqual(["VERSION_UNSUPPORTED", "PORT_TAKEN", "DISK_FULL"]);
    expect(found[1]?.message).toContain("4423 (peer0.shipper, grpc)");
  });
});
