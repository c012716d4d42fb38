import { createHash, createPrivateKey } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EndorseError, hash, connect as openGateway, signers } from "@hyperledger/fabric-gateway";
import { common } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../lib/fabric/connection";
import { readNetwork } from "../../lib/fabric/network";
import { describeFabric, startTestFabric, type TestFabric } from "../testing/fabric";
import { freeBasePort, startFabricNetwork } from "./network";

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

/** A gateway of the file that clients read, as one of the network's identities. */
async function gatewayOf(network: TestFabric, mspId: string, certificate: string, privateKey: string) {
  const connection = await connect(await readNetwork(network.networkFile));
  const client = connection.peers[0]?.client;
  if (client === undefined) throw new Error("no peer");
  const gateway = openGateway({
    client,
    hash: hash.sha256,
    identity: { mspId, credentials: readFileSync(certificate) },
    signer: signers.newPrivateKeySigner(createPrivateKey(readFileSync(privateKey))),
  });
  return {
    channel: gateway.getNetwork("coldchain"),
    close: () => {
      gateway.close();
      connection.close();
    },
  };
}

describeFabric("a Fabric network of three organisations", (binaries) => {
  let network: TestFabric;
  let tookMs: number;
  beforeAll(async () => {
    const begun = Date.now();
    network = await startTestFabric(binaries);
    tookMs = Date.now() - begun;
  });
  afterAll(() => network?.end());

  it("is up from nothing in less than a minute", () => {
    expect(tookMs).toBeLessThan(60_000);
  });

  it("runs a peer, an orderer and a contract process per organisation, each with a package id of its own", () => {
    const ids = ["authority", "shipper", "recipient"];
    expect(network.processes.names().sort()).toEqual(ids.flatMap((id) => [`contract-${id}`, `orderer.${id}`, `peer0.${id}`]).sort());
    const packages = Object.values(network.state().contracts).map(({ packageId }) => packageId);
    expect(new Set(packages).size).toBe(3);
  });

  it("lets the operator read blocks, and propose nothing", async () => {
    const { layout } = network;
    const { channel, close } = await gatewayOf(network, "OperatorMSP", join(layout.operator, "cert.pem"), join(layout.operator, "key.pem"));
    try {
      const bytes = await channel.getContract("qscc").evaluateTransaction("GetBlockByNumber", "coldchain", "0");
      const header = common.Block.deserializeBinary(bytes).getHeader();
      expect(header?.getNumber()).toBe(0);
      const { name, args } = network.topology.probe;
      const refusal = await channel
        .getContract("winterseal")
        .newProposal(name, { arguments: [...args] })
        .endorse()
        .catch((error: EndorseError) => error);
      expect(JSON.stringify((refusal as EndorseError).details)).toMatch(/access denied|Writers/);
    } finally {
      close();
    }
  });

  it("keeps its ledger over a stop, and leaves no process behind", async () => {
    const genesis = () =>
      createHash("sha256")
        .update(readFileSync(join(network.layout.fabric, "channel", "genesis.block")))
        .digest("hex");
    const before = genesis();
    const pids = network.processes.names().map((name) => network.processes.pid(name));
    await network.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    const basePort = network.topology.organisations[0]?.peers[0]?.ports.grpc as number;
    network = await startTestFabric(binaries, { data: network.data, basePort: basePort - 20 });
    expect(genesis()).toBe(before);
  });

  it("goes on when an ordering node and a peer are killed and started again", async () => {
    const { processes } = network;
    for (const name of ["orderer.shipper", "peer0.recipient"]) {
      const pid = processes.pid(name);
      await processes.kill(name);
      expect(isAlive(pid)).toBe(false);
      await processes.restart(name);
      expect(processes.pid(name)).not.toBe(pid);
    }
  });
});

describe("a Fabric network that cannot start", () => {
  const data = mkdtempSync(join(tmpdir(), "winterseal-no-fabric-"));
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  it("says which binaries are missing and makes nothing", async () => {
    const empty = mkdtempSync(join(data, "bin-"));
    const { chooseBinaries } = await import("../../network/binaries");
    expect(() => chooseBinaries(undefined, { FABRIC_BIN: empty })).toThrow(/no Fabric binaries were found in FABRIC_BIN/);
  });
});

describeFabric("a Fabric network on a taken port", (binaries) => {
  it("names the port and its process, starts nothing and leaves no network behind", async () => {
    const data = mkdtempSync(join(tmpdir(), "winterseal-fabric-"));
    const basePort = await freeBasePort();
    const other = createServer().listen(basePort + 60, "127.0.0.1");
    try {
      const failure = await startFabricNetwork({ data, basePort, bin: binaries }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "PORT_TAKEN", message: expect.stringContaining(`${basePort + 60} (orderer.authority, grpc)`) });
      expect(readdirSync(data)).toEqual([]);
    } finally {
      other.close();
      rmSync(data, { recursive: true });
    }
  });
});
