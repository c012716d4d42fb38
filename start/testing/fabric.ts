/** Real Fabric networks for tests: one per release that is found here. */
import { createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { type Contract, connect, hash, signers } from "@hyperledger/fabric-gateway";
import { describe } from "vitest";
import { type FabricBinaries, findBinaries } from "../../network/binaries";
import { type FabricNetwork, type FabricNetworkOptions, freeBasePort, startFabricNetwork } from "../fabric/network";

/** Releases found through FABRIC_BIN or PATH, oldest first. */
export const releases: readonly FabricBinaries[] = findBinaries().sort((a, b) =>
  a.version.localeCompare(b.version, "en", { numeric: true }),
);

/** Title under which tests are counted as skipped where no binaries are found. */
const SKIPPED = "skipped: no Fabric binaries here; let FABRIC_BIN name their folder";

/** Runs the tests once for every release found; where there is none they count as skipped and say why. */
export const describeFabric = (title: string, tests: (binaries: FabricBinaries) => void): void => describeOn(releases, title, tests);

/** As {@link describeFabric} on the newest release alone, for what does not depend on the release. */
export const describeNewestFabric = (title: string, tests: (binaries: FabricBinaries) => void): void =>
  describeOn(releases.slice(-1), title, tests);

/** As {@link describeFabric} where Fabric can do what 2.5 cannot. */
export const describeFabric3 = (title: string, tests: (binaries: FabricBinaries) => void): void =>
  describeOn(
    releases.filter(({ major }) => major >= 3),
    title,
    tests,
  );

function describeOn(chosen: readonly FabricBinaries[], title: string, tests: (binaries: FabricBinaries) => void): void {
  if (chosen.length === 0) {
    // The tests are only listed, never run: nothing asks these binaries for anything.
    const none: FabricBinaries = { folder: "", version: "0.0.0", major: 0, path: () => "" };
    describe.skip(`${title} (${SKIPPED})`, () => tests(none));
    return;
  }
  for (const binaries of chosen) describe(`${title}, Fabric ${binaries.version}`, () => tests(binaries));
}

export interface TestFabric extends FabricNetwork {
  readonly data: string;
  /** Stops everything and deletes its data. */
  end(): Promise<void>;
}

/** A network on a fresh data folder and free ports. A killed process stays down until the test restarts it. */
export async function startTestFabric(bin: FabricBinaries, options: Partial<Omit<FabricNetworkOptions, "bin">> = {}): Promise<TestFabric> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), "winterseal-fabric-"));
  const network = await startFabricNetwork({ basePort: await freeBasePort(), ...options, data, bin });
  return {
    ...network,
    data,
    end: async () => {
      await network.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The network's contract through one peer of the first organisation, as somebody who may write (its monitor). */
export function openWriter({ topology }: Pick<FabricNetwork, "topology">, peer = 0): { contract: Contract; close(): void } {
  const [organisation] = topology.organisations;
  const node = organisation?.peers[peer];
  if (organisation === undefined || node === undefined) throw new Error(`there is no peer ${peer}`);
  const client = new Client(`127.0.0.1:${node.ports.grpc}`, credentials.createSsl(readFileSync(organisation.tlsRoot)), {
    "grpc.ssl_target_name_override": node.name,
  });
  const gateway = connect({
    client,
    hash: hash.sha256,
    identity: { mspId: organisation.mspId, credentials: readFileSync(organisation.monitor.certificate) },
    signer: signers.newPrivateKeySigner(createPrivateKey(readFileSync(organisation.monitor.privateKey))),
  });
  return {
    contract: gateway.getNetwork(topology.channel).getContract(topology.chaincode),
    close: () => {
      gateway.close();
      client.close();
    },
  };
}
