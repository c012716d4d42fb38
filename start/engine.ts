/** What the ledger is: embedded, a Fabric network of this machine, or one that exists elsewhere. Everything else of the product is the same. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { readNetwork } from "../lib/fabric/network";
import type { Network } from "../lib/messages/network";
import { chooseBinaries } from "../network/binaries";
import { bringUp, type ContractRun, discardHalfMade } from "../network/bring-up";
import { changeContract } from "../network/change";
import { diagnose, isFatal } from "../network/diagnose";
import { NetworkError } from "../network/errors";
import type { NetworkPart } from "../network/parts";
import { readState, sha256Of } from "../network/state";
import type { Consensus, PeerOrganisation } from "../network/topology";
import { checkFabric } from "./fabric/check";
import { fabricMaterial, fabricNetworkJson, joinedOrganisations, writeNetworkJson } from "./fabric/material";
import { builderFolder, bundleFile, contractPart } from "./fabric/network";
import type { Layout } from "./layout";
import { embeddedMaterial, type Origins } from "./material";
import { contractParts, ledgerPart, type PartsContext } from "./parts";
import { pinsOf } from "./pins";
import type { Ports } from "./ports";
import type { Part } from "./supervisor";

export type EngineChoice =
  | { readonly kind: "embedded" }
  | { readonly kind: "fabric"; readonly release?: string; readonly consensus?: Consensus; readonly peers?: number }
  | { readonly kind: "existing"; readonly network: string };

/** How the stack lets an engine start processes. */
export interface Starter {
  start(title: string, parts: readonly Part[]): Promise<void>;
  timed(title: string, work: () => Promise<void>): Promise<void>;
  /** Ends parts for good. */
  stop(title: string, names: readonly string[]): Promise<void>;
}

export interface Engine {
  /** Whether the organisations run on this machine: their CAs, their signers, the demonstration. */
  readonly ownsOrganisations: boolean;
  /** Makes keys and `network.json`. */
  prepare(): Promise<void>;
  start(starter: Starter, context: PartsContext): Promise<void>;
  /** After a failed start, when nothing runs any more. */
  abandon(): void;
}

/** Distance of a Fabric network's ports from the website's. */
export const FABRIC_OFFSET = 100;
const nothing = (): void => undefined;

/**
 * @throws NetworkError NETWORK_DIFFERS when the data folder holds another kind of ledger
 */
export async function openEngine(
  choice: EngineChoice,
  root: string,
  layout: Layout,
  ports: Ports,
  origins: Origins,
  say: (text: string) => void,
): Promise<Engine> {
  refuseOtherLedger(choice, layout);
  if (choice.kind === "existing") return existing(choice.network, layout, say);
  return choice.kind === "fabric" ? fabric(choice, root, layout, ports, origins) : embedded(layout, ports, origins);
}

function embedded(layout: Layout, ports: Ports, origins: Origins): Engine {
  return {
    ownsOrganisations: true,
    prepare: () => embeddedMaterial(layout, ports, origins),
    async start(starter, context) {
      await starter.start("contract processes, one per organisation", contractParts(context));
      await starter.start("embedded ledger, three organisations", [ledgerPart(context)]);
    },
    abandon: nothing,
  };
}

async function fabric(
  { release, consensus = "etcdraft", peers = 1 }: EngineChoice & { kind: "fabric" },
  root: string,
  layout: Layout,
  ports: Ports,
  origins: Origins,
): Promise<Engine> {
  // A ledger goes on with the release that wrote it, unless another one is asked for.
  const before = readState({ folder: layout.fabric })?.version;
  const binaries = chooseBinaries(release ?? (before === undefined ? undefined : /^\d+\.\d+/.exec(before)?.[0]));
  const shape = { basePort: ports.web + FABRIC_OFFSET, consensus, peers };
  const [finding] = await checkFabric({ data: layout.data, bin: binaries, ...shape });
  if (finding !== undefined) throw finding;
  const material = () => fabricMaterial(layout, shape);
  return {
    ownsOrganisations: true,
    async prepare() {
      const services = (id: string) => ({ ca: origins.ca(id), signer: origins.signer(id) });
      writeNetworkJson(layout, { ...fabricNetworkJson(await material(), joinedOrganisations(layout), services), ...pinsOf(layout) });
    },
    async start(starter) {
      const host = {
        ...starter,
        contract: (organisation: PeerOrganisation, contract: ContractRun) => contractPart(root, organisation, contract) as NetworkPart,
      };
      const topology = await material();
      const state = await bringUp(topology, binaries, builderFolder(root), bundleFile(root), host);
      // All organisations are on this machine and have built this contract: the projection checks by its rules, so the peers follow.
      if (sha256Of(bundleFile(root)) !== state.code.sha256) await changeContract(topology, binaries, host, { bundle: bundleFile(root) });
    },
    abandon() {
      discardHalfMade({ folder: layout.fabric });
      // Without a ledger the file would name a network that does not exist.
      if (!existsSync(layout.fabric)) rmSync(layout.network, { force: true });
    },
  };
}

/** Nothing is started: the file says where peers are and who the proxy is. Kept beside our other state with absolute paths. */
async function existing(file: string, layout: Layout, say: (text: string) => void): Promise<Engine> {
  const network: Network = await readNetwork(resolve(file));
  const findings = await diagnose(network);
  if (isFatal(network, findings)) throw new NetworkRefused(findings);
  for (const { code, message, next } of findings) say(`  [${code}] ${message} → ${next}`);
  return {
    ownsOrganisations: false,
    async prepare() {
      for (const { id, root } of network.organisations) {
        mkdirSync(join(layout.data, "network", id), { recursive: true });
        cpSync(root, join(layout.data, "network", id, "root.pem"));
      }
      writeNetworkJson(layout, network);
    },
    start: async () => undefined,
    abandon: nothing,
  };
}

/** An existing network that is not as its file says. */
export class NetworkRefused extends Error {
  override readonly name = "NetworkRefused";
  constructor(readonly findings: readonly NetworkError[]) {
    super(findings.map(({ code, message, next }) => `[${code}] ${message}\n→ ${next}`).join("\n"));
  }
}

/** A projection and journals belong to one ledger: another one below them would be called a contradiction, rightly. */
function refuseOtherLedger(choice: EngineChoice, layout: Layout): void {
  const holds = ledgerIn(layout);
  if (holds === undefined || holds === choice.kind) return;
  const what = { fabric: "a Fabric network", embedded: "an embedded ledger", existing: "the records of a network that runs elsewhere" }[
    holds
  ];
  const how = {
    fabric: "npm start -- --fabric goes on with it",
    embedded: "npm start without --fabric goes on with it",
    existing: "npm start with WINTERSEAL_NETWORK set goes on with them",
  }[holds];
  throw new NetworkError(
    "NETWORK_DIFFERS",
    `${layout.data} holds ${what} already`,
    `${how}; for another ledger choose another --data DIR, or npm run reset`,
  );
}

function ledgerIn({ fabric, ledger, network }: Layout): EngineChoice["kind"] | undefined {
  if (existsSync(fabric)) return "fabric";
  if (existsSync(ledger)) return "embedded";
  if (!existsSync(network)) return undefined;
  // An embedded ledger that never came up has left its settings alone: anything may follow.
  return (JSON.parse(readFileSync(network, "utf8")) as Network).kind === "embedded" ? undefined : "existing";
}
