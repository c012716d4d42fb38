/** `npm run network:operate`: what operators do to a running channel from this machine (docs/operations.md). */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { certificatesIn } from "../../lib/messages/pem";
import { chooseBinaries, type FabricBinaries } from "../../network/binaries";
import { setRevocationLists, setRoots } from "../../network/config-update/membership";
import { ConfigUpdates } from "../../network/config-update/update";
import { NetworkError } from "../../network/errors";
import { prepareNetwork } from "../../network/prepare";
import { readState } from "../../network/state";
import type { PeerOrganisation, Topology } from "../../network/topology";
import { openIssuer } from "../../organisation/ca";
import { type Layout, layoutOf } from "../layout";
import { fabricMaterial } from "./material";
import { builderFolder } from "./network";

const root = fileURLToPath(new URL("..", import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);

const USAGE = `Usage: npm run network:operate -- COMMAND --organisation ID [OPTIONS]

  revocations    puts the organisation's revocation list into the channel: peers then refuse what is on it
                 [--file LIST.pem] another list than the one of the organisation's own authority

  roots          puts the roots that the organisation's authority has in force into the channel and into its peers' own folders

  --data DIR     folder of the network (default .winterseal-network)
  --release R    2.5 or 3.1, where FABRIC_BIN lists several folders`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    organisation: { type: "string" },
    file: { type: "string" },
    release: { type: "string" },
    help: { type: "boolean" },
  },
});

interface Operation {
  readonly layout: Layout;
  readonly topology: Topology;
  readonly binaries: FabricBinaries;
  readonly updates: ConfigUpdates;
  readonly organisation: PeerOrganisation;
}

async function open(): Promise<Operation> {
  const layout = layoutOf(resolve(root, values.data ?? ".winterseal-network"));
  const state = readState({ folder: layout.fabric });
  const choiceFile = join(layout.data, "choice.json");
  if (state === undefined || !existsSync(choiceFile)) {
    throw new NetworkError("NETWORK_DIFFERS", `there is no network in ${layout.data}`, "name its folder by --data");
  }
  const { port, peers } = JSON.parse(readFileSync(choiceFile, "utf8")) as { port: number; peers: number };
  const topology = await fabricMaterial(layout, { basePort: port, consensus: state.consensus, peers });
  const organisation = topology.organisations.find(({ id }) => id === values.organisation);
  if (organisation === undefined) {
    const known = topology.organisations.map(({ id }) => id).join(", ");
    throw new NetworkError("NETWORK_DIFFERS", "--organisation names none of the network", `it has ${known}`);
  }
  const binaries = chooseBinaries(values.release ?? state.version.split(".").slice(0, 2).join("."));
  return { layout, topology, binaries, updates: new ConfigUpdates(topology, binaries), organisation };
}

async function revocations({ layout, updates, organisation }: Operation): Promise<void> {
  const list =
    values.file === undefined ? await (await openIssuer(layout.organisation(organisation.id))).crl() : readFileSync(values.file, "utf8");
  const change = await setRevocationLists(await updates.fetch(organisation), organisation.mspId, [list]);
  const { isChanged, sequence } = await updates.apply([organisation], change);
  say(isChanged ? `Every peer has the list (configuration ${sequence}).` : "The channel has this very list already.");
}

async function roots({ topology, updates, organisation, binaries }: Operation): Promise<void> {
  const inForce = certificatesIn(readFileSync(organisation.root, "utf8"));
  const { isChanged, sequence } = await updates.apply([organisation], setRoots(organisation.mspId, inForce));
  prepareNetwork(topology, binaries, builderFolder(root));
  const words = inForce.length === 1 ? "one root" : `${inForce.length} roots`;
  say(
    isChanged ? `Every peer has ${words} of ${organisation.mspId} (configuration ${sequence}).` : `The channel has these ${words} already.`,
  );
  say(`Now restart ${organisation.peers.map(({ name }) => name).join(", ")}: a peer reads its own folder when it starts.`);
}

const COMMANDS: Readonly<Record<string, (operation: Operation) => Promise<void>>> = { revocations, roots };

async function main(): Promise<void> {
  const command = COMMANDS[positionals[0] ?? ""];
  if (values.help || command === undefined) {
    say(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  await command(await open());
}

main().catch((error: unknown) => {
  const words = error instanceof NetworkError ? `[${error.code}] ${error.message}\n→ ${error.next}` : String(error);
  process.stderr.write(`${words}\n`);
  process.exitCode = 1;
});
