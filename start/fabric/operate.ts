/** `npm run network:operate`: what operators do to a running channel from this machine (docs/operations.md). */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { certificatesIn } from "../../lib/messages/pem";
import { backUpPeer, restorePeer } from "../../network/backup";
import { chooseBinaries, type FabricBinaries } from "../../network/binaries";
import { setRevocationLists, setRoots, setTlsRoots } from "../../network/config-update/membership";
import { ConfigUpdates } from "../../network/config-update/update";
import { NetworkError } from "../../network/errors";
import { prepareNetwork } from "../../network/prepare";
import { remakePeers } from "../../network/remake";
import { readState } from "../../network/state";
import type { PeerOrganisation, Topology } from "../../network/topology";
import { openIssuer } from "../../organisation/ca";
import { type Layout, layoutOf } from "../layout";
import { type FabricShape, fabricMaterial } from "./material";
import { builderFolder } from "./network";
import { admitNewcomer, founderSchema } from "./newcomer";

const root = fileURLToPath(new URL("..", import.meta.url));
/** A long chain takes its time. */
const CATCH_UP_MS = 24 * 3_600_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

const USAGE = `Usage: npm run network:operate -- COMMAND --organisation ID [OPTIONS]

  revocations    puts the organisation's revocation list into the channel: peers then refuse what is on it
                 [--file LIST.pem] another list than the one of the organisation's own authority

  roots          puts the roots that the organisation's authority has in force into the channel and into its peers' own folders

  tls-roots      the same for the roots of TLS (docs/operations.md)

  remake         lets the organisation's running peers, whose ledgers are gone, join again, fetch every block and endorse

  join           admits a further organisation: every organisation here signs; the next network:up runs its peer and contract
                 --organisation ID (new), --msp MSPID, --name NAME

  backup         copies the ledgers of the organisation's stopped peers to --folder DIR
  restore        puts them back

  --data DIR     folder of the network (default .winterseal-network)
  --release R    2.5 or 3.1, where FABRIC_BIN lists several folders`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    organisation: { type: "string" },
    file: { type: "string" },
    folder: { type: "string" },
    msp: { type: "string" },
    name: { type: "string" },
    release: { type: "string" },
    help: { type: "boolean" },
  },
});

interface Channel {
  readonly layout: Layout;
  readonly shape: FabricShape;
  readonly topology: Topology;
  readonly binaries: FabricBinaries;
  readonly updates: ConfigUpdates;
}
interface Operation extends Channel {
  readonly organisation: PeerOrganisation;
}

async function open(): Promise<Channel> {
  const layout = layoutOf(resolve(root, values.data ?? ".winterseal-network"));
  const state = readState({ folder: layout.fabric });
  const choiceFile = join(layout.data, "choice.json");
  if (state === undefined || !existsSync(choiceFile)) {
    throw new NetworkError("NETWORK_DIFFERS", `there is no network in ${layout.data}`, "name its folder by --data");
  }
  const choice = JSON.parse(readFileSync(choiceFile, "utf8")) as { port: number; peers: number; compose?: boolean };
  const shape: FabricShape = {
    basePort: choice.port,
    consensus: state.consensus,
    peers: choice.peers,
    containers: choice.compose ?? false,
  };
  const topology = await fabricMaterial(layout, shape);
  const binaries = chooseBinaries(values.release ?? state.version.split(".").slice(0, 2).join("."));
  return { layout, shape, topology, binaries, updates: new ConfigUpdates(topology, binaries) };
}

async function openOrganisation(): Promise<Operation> {
  const channel = await open();
  const organisation = channel.topology.organisations.find(({ id }) => id === values.organisation);
  if (organisation !== undefined) return { ...channel, organisation };
  const known = channel.topology.organisations.map(({ id }) => id).join(", ");
  throw new NetworkError("NETWORK_DIFFERS", "--organisation names none of the network", `it has ${known}`);
}

async function revocations(): Promise<void> {
  const { layout, updates, organisation } = await openOrganisation();
  const list =
    values.file === undefined ? await (await openIssuer(layout.organisation(organisation.id))).crl() : readFileSync(values.file, "utf8");
  const change = await setRevocationLists(await updates.fetch(organisation), organisation.mspId, [list]);
  const { isChanged, sequence } = await updates.apply([organisation], change);
  say(isChanged ? `Every peer has the list (configuration ${sequence}).` : "The channel has this very list already.");
}

async function roots(): Promise<void> {
  const { topology, updates, organisation, binaries } = await openOrganisation();
  const inForce = certificatesIn(readFileSync(organisation.root, "utf8"));
  const { isChanged, sequence } = await updates.apply([organisation], setRoots(organisation.mspId, inForce));
  prepareNetwork(topology, binaries, builderFolder(root));
  const words = inForce.length === 1 ? "one root" : `${inForce.length} roots`;
  say(
    isChanged ? `Every peer has ${words} of ${organisation.mspId} (configuration ${sequence}).` : `The channel has these ${words} already.`,
  );
  say(`Now restart ${organisation.peers.map(({ name }) => name).join(", ")}: a peer reads its own folder when it starts.`);
}

async function tlsRoots(): Promise<void> {
  const { topology, updates, organisation, binaries } = await openOrganisation();
  const inForce = certificatesIn(readFileSync(organisation.tlsRoot, "utf8"));
  const { isChanged, sequence } = await updates.apply([organisation], setTlsRoots(organisation.mspId, inForce));
  prepareNetwork(topology, binaries, builderFolder(root));
  const words = inForce.length === 1 ? "one root" : `${inForce.length} roots`;
  say(isChanged ? `Every peer has ${words} of TLS (configuration ${sequence}).` : `The channel has these ${words} of TLS already.`);
  say("Now restart the organisation's peers and its contract process.");
}

async function remake(): Promise<void> {
  const { topology, organisation, binaries } = await openOrganisation();
  const { definition } = await remakePeers(topology, binaries, organisation, CATCH_UP_MS);
  say(`The peers of ${organisation.mspId} have every block and endorse (contract sequence ${definition.sequence}).`);
}

async function admit(): Promise<void> {
  const { layout, shape, topology, binaries } = await open();
  const newcomer = founderSchema.parse({ id: values.organisation, mspId: values.msp, name: values.name });
  if (topology.organisations.some(({ id, mspId }) => id === newcomer.id || mspId === newcomer.mspId)) {
    throw new NetworkError("NETWORK_DIFFERS", `${newcomer.id} or ${newcomer.mspId} is here already`, "choose another name");
  }
  const { sequence } = await admitNewcomer(layout, shape, binaries, newcomer);
  say(`${newcomer.name} is a member (configuration ${sequence}).`);
  say("Now network:down and network:up: its peer joins, its contract process runs, and everybody approves the contract with it.");
}

async function eachPeer(work: typeof backUpPeer | typeof restorePeer, done: string): Promise<void> {
  const { topology, organisation } = await openOrganisation();
  if (values.folder === undefined) throw new NetworkError("NETWORK_DIFFERS", "--folder is missing", "name the folder of the copies");
  for (const node of organisation.peers) {
    await work(topology, node, resolve(values.folder));
    say(`${node.name} is ${done}.`);
  }
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  revocations,
  roots,
  "tls-roots": tlsRoots,
  remake,
  join: admit,
  backup: () => eachPeer(backUpPeer, "copied"),
  restore: () => eachPeer(restorePeer, "restored"),
};

async function main(): Promise<void> {
  const command = COMMANDS[positionals[0] ?? ""];
  if (values.help || command === undefined) {
    say(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  await command();
}

main().catch((error: unknown) => {
  const words = error instanceof NetworkError ? `[${error.code}] ${error.message}\n→ ${error.next}` : String(error);
  process.stderr.write(`${words}\n`);
  process.exitCode = 1;
});
