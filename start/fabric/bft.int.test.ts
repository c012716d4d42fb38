/** Byzantine ordering with four consenters, and more than one peer per organisation. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { readNetwork } from "../../lib/fabric/network";
import { describeFabric3, openWriter, startTestFabric, type TestFabric } from "../testing/fabric";

describeFabric3("a BFT network with two peers per organisation", (binaries) => {
  let network: TestFabric;
  beforeAll(async () => {
    network = await startTestFabric(binaries, { consensus: "bft", peers: 2 });
  }, 180_000);
  afterAll(() => network?.end());

  /** Commits one transaction through a peer of the first organisation; tried again until it does, as a client would. */
  async function commits(peer: number): Promise<boolean> {
    const { contract, close } = openWriter(network, peer);
    const { name, args } = network.topology.probe;
    try {
      await contract.submit(name, { arguments: [...args] });
      return true;
    } catch {
      // Refused, or out of time, while a leader or a peer is replaced: the caller asks again.
      return false;
    } finally {
      close();
    }
  }
  const eventually = (peer: number) => expect.poll(() => commits(peer), { timeout: 90_000, interval: 500 }).toBe(true);

  it("is ordered by four nodes of four memberships, and clients know both peers of each organisation", async () => {
    const orderers = network.processes
      .names()
      .filter((name) => name.startsWith("orderer"))
      .sort();
    expect(orderers).toEqual(["orderer.authority", "orderer.operator", "orderer.recipient", "orderer.shipper"]);
    const { organisations } = await readNetwork(network.networkFile);
    expect(organisations.map(({ peers, endorsers }) => [peers.length, endorsers.length])).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
  });

  it("goes on without any one ordering node, the leader too", async () => {
    for (const name of ["orderer.authority", "orderer.operator"]) {
      await network.processes.kill(name);
      await eventually(0);
      await network.processes.restart(name);
    }
  }, 240_000);

  it("goes on through an organisation's second peer when its first one is gone", async () => {
    await network.processes.kill("peer0.authority");
    await eventually(1);
  }, 120_000);
});
