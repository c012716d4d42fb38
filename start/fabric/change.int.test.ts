/** The contract's life on a real network under load: upgrade, roll-back, and a change that fails. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Lifecycle } from "../../network/lifecycle";
import { describeFabric, openWriter, startTestFabric, type TestFabric } from "../testing/fabric";
import { bundleFile } from "./network";

const CLIENTS = 3;
/**
 * A transaction reads the contract's definition when it is endorsed. Ordered behind the commit of a new one it is invalid, as every client of
 * Fabric must expect, and is signed again: at most what each client had in flight at that moment, and nothing is refused for want of a contract.
 */
function expectOnlyCaughtInFlight(failed: readonly string[]): void {
  expect(failed.filter((message) => !message.includes("MVCC_READ_CONFLICT"))).toEqual([]);
  expect(failed.length).toBeLessThanOrEqual(CLIENTS);
}

describeFabric("the contract of a running network", (binaries) => {
  let network: TestFabric;
  let folder: string;
  /** The same rules in a bundle of other bytes: what an upgrade looks like to the network. */
  let newer: string;
  beforeAll(async () => {
    network = await startTestFabric(binaries);
    folder = mkdtempSync(join(tmpdir(), "winterseal-bundle-"));
    newer = join(folder, "chaincode.cjs");
    writeFileSync(newer, `${readFileSync(bundleFile(process.cwd()), "utf8")}\n// a newer build\n`);
  });
  afterAll(async () => {
    await network?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const contractNames = () =>
    network.processes
      .names()
      .filter((name) => name.startsWith("contract"))
      .sort();
  const committed = async () => {
    const { topology } = network;
    const lifecycle = new Lifecycle(topology, binaries);
    return Promise.all(topology.organisations.map(async (organisation) => (await lifecycle.committed(organisation))?.sequence));
  };

  /** Transactions without a pause while something happens; what became of each. */
  async function underLoad(during: () => Promise<unknown>): Promise<{ valid: number; failed: string[] }> {
    const { contract, close } = openWriter(network);
    const { name, args } = network.topology.probe;
    const outcome = { valid: 0, failed: [] as string[] };
    let over = false;
    const loops = Array.from({ length: CLIENTS }, async () => {
      while (!over) {
        try {
          await contract.submit(name, { arguments: [...args] });
          outcome.valid++;
        } catch (error) {
          outcome.failed.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
        }
      }
    });
    await during().finally(() => {
      over = true;
    });
    await Promise.all(loops);
    close();
    return outcome;
  }

  it("is exchanged under a new sequence number while transactions go on", async () => {
    const before = network.state();
    const { valid, failed } = await underLoad(() => network.changeContract({ bundle: newer }));
    expectOnlyCaughtInFlight(failed);
    expect(valid).toBeGreaterThan(0);
    expect(await committed()).toEqual([2, 2, 2]);
    expect(network.state()).toMatchObject({ definition: { version: "2", sequence: 2 }, previous: { code: before.code } });
    // Only the new processes are left, each organisation's under a package id of its own.
    expect(contractNames()).toEqual(["contract-authority-b", "contract-recipient-b", "contract-shipper-b"]);
    expect(new Set(Object.values(network.state().contracts).map(({ packageId }) => packageId)).size).toBe(3);
  });

  it("goes on with the exchanged contract after a stop", async () => {
    await network.stop();
    const base = (network.topology.organisations[0]?.peers[0]?.ports.grpc ?? 0) - 20;
    network = await startTestFabric(binaries, { data: network.data, basePort: base });
    expect(contractNames()).toEqual(["contract-authority-b", "contract-recipient-b", "contract-shipper-b"]);
  });

  it("stays as it is when the new code does not start", async () => {
    const broken = join(folder, "broken.cjs");
    writeFileSync(broken, "process.exit(7);");
    const before = network.state();
    const { failed } = await underLoad(() => expect(network.changeContract({ bundle: broken })).rejects.toThrow(/contract-.* \(exit 7\)/));
    expect(failed).toEqual([]);
    expect(network.state()).toEqual(before);
    expect(await committed()).toEqual([2, 2, 2]);
    expect(contractNames()).toEqual(["contract-authority-b", "contract-recipient-b", "contract-shipper-b"]);
  });

  it("is rolled back to the code before, by a further sequence number, while transactions go on", async () => {
    const { code } = network.state().previous ?? {};
    const { failed } = await underLoad(() => network.rollBackContract());
    expectOnlyCaughtInFlight(failed);
    expect(network.state()).toMatchObject({ definition: { sequence: 3 }, code });
    expect(await committed()).toEqual([3, 3, 3]);
    expect(contractNames()).toEqual(["contract-authority", "contract-recipient", "contract-shipper"]);
  });

  it("is not committed by two organisations without the third", async () => {
    const { topology } = network;
    const lifecycle = new Lifecycle(topology, binaries);
    const definition = { version: "4", sequence: 4, policy: "OR('AuthorityMSP.peer')" };
    for (const organisation of topology.organisations.slice(0, 2)) {
      await lifecycle.approve(organisation, definition, network.state().contracts[organisation.mspId]?.packageId ?? "");
    }
    await expect(lifecycle.commit(definition)).rejects.toThrow(/not agreed to by this org|RecipientMSP|failed with status/);
    expect(await committed()).toEqual([3, 3, 3]);
  });
});
