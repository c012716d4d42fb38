/** A whole small channel for tests: three organisations, the operator, contracts and the ledger's settings in a folder of its own. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LedgerConfigInput } from "../config";
import { type Issued, TestAuthority } from "./material";
import { bundle, freePort, type StartOptions, start, type TestProcess } from "./processes";

export const CHANNEL = "testchannel";
export const CHAINCODE = "kv";
export const ORGANISATIONS = ["AMSP", "BMSP", "CMSP"] as const;
export const OPERATOR = "OperatorMSP";
export const ORDERER = "OrdererMSP";

export interface TestNetwork {
  readonly folder: string;
  readonly settingsFile: string;
  readonly settings: LedgerConfigInput;
  readonly authorities: ReadonlyMap<string, TestAuthority>;
  /** A client of the first organisation. */
  readonly client: Issued;
  readonly operator: Issued;
  authority(mspId: string): TestAuthority;
  peer(mspId: string): Issued;
  /** Rewrites the settings file. */
  configure(settings: LedgerConfigInput): Promise<void>;
  startContracts(): Promise<TestProcess[]>;
  startContract(index: number): Promise<TestProcess>;
  startLedger(options?: StartOptions): Promise<TestProcess>;
  /** Address of an organisation's peer. */
  address(index: number): string;
  /** Ends what still runs and deletes the folder. */
  remove(): Promise<void>;
}

async function writeIdentity(folder: string, name: string, issued: Issued): Promise<{ certificate: string; privateKey: string }> {
  await writeFile(join(folder, `${name}.pem`), issued.certificate);
  await writeFile(join(folder, `${name}.key`), issued.privateKey);
  return { certificate: `${name}.pem`, privateKey: `${name}.key` };
}

/** Bundles lie inside the working tree: packages are found from there. */
async function bundleFolder(): Promise<string> {
  await mkdir("node_modules/.cache", { recursive: true });
  return await mkdtemp("node_modules/.cache/ledger-test-");
}

export async function createNetwork(overrides: Partial<LedgerConfigInput> = {}): Promise<TestNetwork> {
  const folder = await mkdtemp(join(tmpdir(), "winterseal-ledger-"));
  const bundles = await bundleFolder();
  const names = [...ORGANISATIONS, OPERATOR, ORDERER];
  const authorities = new Map(await Promise.all(names.map(async (mspId) => [mspId, await TestAuthority.create(mspId)] as const)));
  const authority = (mspId: string): TestAuthority => {
    const found = authorities.get(mspId);
    if (found === undefined) throw new Error(`no authority ${mspId}`);
    return found;
  };
  for (const [mspId, found] of authorities) await writeFile(join(folder, `${mspId}.root.pem`), found.root);
  const peers = new Map<string, Issued>();
  const organisations: LedgerConfigInput["organisations"] = [];
  const contractPorts: number[] = [];
  const peerPorts: number[] = [];
  for (const mspId of ORGANISATIONS) {
    const issued = await authority(mspId).issue({ commonName: `peer0.${mspId}`, units: ["peer"] });
    peers.set(mspId, issued);
    const [contractPort, peerPort] = [await freePort(), await freePort()];
    contractPorts.push(contractPort);
    peerPorts.push(peerPort);
    organisations.push({
      mspId,
      root: `${mspId}.root.pem`,
      crls: [],
      peer: { name: `peer0.${mspId}`, listen: `127.0.0.1:${peerPort}`, ...(await writeIdentity(folder, `peer0.${mspId}`, issued)) },
      contract: { address: `127.0.0.1:${contractPort}`, packageId: `kv_1:${mspId}` },
    });
  }
  const ordererIdentity = await authority(ORDERER).issue({ commonName: "orderer", units: ["orderer"] });
  const settings: LedgerConfigInput = {
    channel: CHANNEL,
    chaincode: { name: CHAINCODE, version: "1", sequence: 1 },
    data: "ledger",
    endorsements: 2,
    orderer: { mspId: ORDERER, root: `${ORDERER}.root.pem`, ...(await writeIdentity(folder, "orderer", ordererIdentity)) },
    organisations,
    readers: [{ mspId: OPERATOR, root: `${OPERATOR}.root.pem` }],
    ...overrides,
  };
  const settingsFile = join(folder, "ledger.json");
  const configure = (next: LedgerConfigInput) => writeFile(settingsFile, JSON.stringify(next));
  await configure(settings);
  const contractScript = await bundle("ledger/testing/kv-contract.ts", bundles);
  const ledgerScript = await bundle("ledger/main.ts", bundles);
  const started: TestProcess[] = [];
  const keep = async (starting: Promise<TestProcess>) => {
    const running = await starting;
    started.push(running);
    return running;
  };
  const startContract = (index: number) =>
    keep(
      start(contractScript, {
        CHAINCODE_ID: `kv_1:${ORGANISATIONS[index]}`,
        CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${contractPorts[index]}`,
      }),
    );
  return {
    folder,
    settingsFile,
    settings,
    authorities,
    client: await authority("AMSP").issue({ commonName: "client", units: ["client"] }),
    operator: await authority(OPERATOR).issue({ commonName: "operator", units: ["client"] }),
    authority,
    peer(mspId) {
      const found = peers.get(mspId);
      if (found === undefined) throw new Error(`no peer of ${mspId}`);
      return found;
    },
    configure,
    startContract,
    startContracts: () => Promise.all(ORGANISATIONS.map((_, index) => startContract(index))),
    startLedger: (options) => keep(start(ledgerScript, { WINTERSEAL_LEDGER: settingsFile }, options)),
    address: (index) => `127.0.0.1:${peerPorts[index]}`,
    async remove() {
      // A test that failed half-way leaves nothing behind.
      await Promise.all(
        started.filter(({ child }) => child.exitCode === null && child.signalCode === null).map((running) => running.end("SIGKILL")),
      );
      await rm(folder, { recursive: true, force: true });
      await rm(bundles, { recursive: true, force: true });
    },
  };
}
