/** What cannot work is told by its own code with the next step, before or while it is started, and leaves nothing half made. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNetwork } from "../../lib/fabric/network";
import type { Network } from "../../lib/messages/network";
import { diagnose, isFatal } from "../../network/diagnose";
import { describeFabric, describeNewestFabric, startTestFabric, type TestFabric } from "../testing/fabric";
import { startTestStack } from "../testing/stack";
import { freeBasePort, startFabricNetwork } from "./network";

/** The same network with another word about every peer. */
const withPeers = (
  network: Network,
  change: (peer: Network["organisations"][number]["peers"][number], index: number) => object,
): Network => ({
  ...network,
  organisations: network.organisations.map((organisation, index) => ({
    ...organisation,
    peers: organisation.peers.map((peer) => ({ ...peer, ...change(peer, index) })),
  })),
});

describeFabric("network.json that does not tell the truth", (binaries) => {
  let network: TestFabric;
  let stranger: string;
  let told: Network;
  beforeAll(async () => {
    network = await startTestFabric(binaries);
    told = await readNetwork(network.networkFile);
    stranger = mkdtempSync(join(tmpdir(), "winterseal-stranger-"));
    // Keys of another network, which need not run.
    const { fabricMaterial } = await import("./material");
    const { layoutOf } = await import("../layout");
    await fabricMaterial(layoutOf(stranger), { basePort: 20_000, consensus: "etcdraft", peers: 1 });
  });
  afterAll(async () => {
    await network?.end();
    rmSync(stranger, { recursive: true, force: true });
  });
  const codes = async (changed: Network) => [...new Set((await diagnose(changed)).map(({ code }) => code))];

  it("is told from one that does", async () => {
    expect(await diagnose(told)).toEqual([]);
  });

  it("by a channel that is not there", async () => {
    expect(await codes({ ...told, channel: "warmchain" })).toEqual(["CHANNEL_UNKNOWN"]);
  });

  it("by a contract that is not there", async () => {
    const findings = await diagnose({ ...told, chaincode: "summerseal" });
    expect(findings).toMatchObject([{ code: "CONTRACT_MISSING", message: expect.stringContaining("summerseal") }]);
    expect(isFatal(told, findings)).toBe(true);
  });

  it("by an operator or a TLS root of another network", async () => {
    const operator = { ...told.operator, certificate: join(stranger, "operator/cert.pem"), privateKey: join(stranger, "operator/key.pem") };
    expect(await codes({ ...told, operator })).toEqual(["CERTIFICATE_FOREIGN"]);
    expect(await codes({ ...told, operator: { ...operator, privateKey: told.operator.privateKey } })).toEqual(["CERTIFICATE_FOREIGN"]);
    const roots = ["authority", "shipper", "recipient"].map((id) => join(stranger, "network", id, "tls-root.pem"));
    expect(await codes(withPeers(told, (_, index) => ({ tlsRoot: roots[index] })))).toEqual(["CERTIFICATE_FOREIGN"]);
  });

  it("by addresses at which nothing listens: fatal when it is all of them", async () => {
    const all = withPeers(told, () => ({ address: "127.0.0.1:9" }));
    const findings = await diagnose(all);
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(["PEER_UNREACHABLE"]));
    expect(isFatal(all, findings)).toBe(true);
  });

  it("by an ordering node that is away, which others make up for", async () => {
    await network.processes.stop("orderer.shipper");
    const findings = await diagnose(told);
    expect(findings).toMatchObject([{ code: "ORDERER_UNREACHABLE", next: expect.stringContaining("start it") }]);
    expect(isFatal(told, findings)).toBe(false);
    await network.processes.restart("orderer.shipper");
  });

  it("and the product does not start on it, and leaves no process", async () => {
    const file = join(stranger, "lies.json");
    writeFileSync(file, JSON.stringify({ ...told, channel: "warmchain" }));
    const failure = await startTestStack(undefined, false, { kind: "existing", network: file }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "NetworkRefused", message: expect.stringMatching(/CHANNEL_UNKNOWN.*warmchain[\s\S]*→/) });
  });
});

describeNewestFabric("a network whose start fails half way", (binaries) => {
  it("is gone, processes and files alike, and the next start makes a whole one", async () => {
    const data = mkdtempSync(join(tmpdir(), "winterseal-half-"));
    const basePort = await freeBasePort();
    const began: string[] = [];
    try {
      // Too short a window: contract processes refuse their settings, while orderers and peers come up.
      const failing = startFabricNetwork({
        data,
        basePort,
        bin: binaries,
        contractEnv: { WINTERSEAL_WINDOW_MS: "1" },
        say: (text) => began.push(text),
      });
      await expect(failing).rejects.toMatchObject({ name: "PartFailed", part: expect.stringMatching(/^contract-/) });
      expect(existsSync(join(data, "fabric"))).toBe(false);
      expect(existsSync(join(data, "network.json"))).toBe(false);
      expect(existsSync(join(data, "running.json"))).toBe(false);
      const network = await startFabricNetwork({ data, basePort, bin: binaries });
      expect(await diagnose(await readNetwork(network.networkFile))).toEqual([]);
      await network.stop();
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });

  it("is made afresh where a killed start left it", async () => {
    const data = mkdtempSync(join(tmpdir(), "winterseal-half-"));
    const left = join(data, "fabric", "peer0.authority", "ledger");
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, "half"), "a channel that nobody else knows");
    try {
      const network = await startFabricNetwork({ data, basePort: await freeBasePort(), bin: binaries });
      expect(existsSync(join(left, "half"))).toBe(false);
      await network.stop();
      expect(JSON.parse(readFileSync(join(data, "fabric", "state.json"), "utf8"))).toMatchObject({ version: binaries.version });
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});

describe("a network.json that is none", () => {
  it("is refused with the file and the field", async () => {
    const folder = mkdtempSync(join(tmpdir(), "winterseal-none-"));
    try {
      const file = join(folder, "network.json");
      writeFileSync(file, JSON.stringify({ kind: "fabric", channel: 7 }));
      await expect(startTestStack(undefined, false, { kind: "existing", network: file })).rejects.toThrow(/network\.json: channel/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
