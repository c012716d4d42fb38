/** Writes what the programs read before they start: settings, membership folders, builder. A second call rewrites all of it alike. */
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FabricBinaries } from "./binaries";
import { channelSettings } from "./config/channel";
import { ordererSettings } from "./config/orderer";
import { peerSettings } from "./config/peer";
import { writeMsp, writeSettings } from "./msp";
import type { PeerNode, PeerOrganisation, Topology } from "./topology";

export const contractTlsFolder = (node: PeerNode): string => join(node.folder, "contract-tls");
export const adminMsp = (organisation: { folder: string }): string => join(organisation.folder, "admin-msp");
const configtxFolder = (topology: Topology): string => join(topology.folder, "channel");
export const genesisFile = (topology: Topology): string => join(configtxFolder(topology), "genesis.block");
export { configtxFolder };

/**
 * @param builder folder of the external builder's scripts (network/builder)
 */
export function prepareNetwork(topology: Topology, { major }: Pick<FabricBinaries, "major">, builder: string): void {
  const { organisations, orderers, readers, folder } = topology;
  for (const { id, root } of readers) writeMsp(join(folder, "readers", id, "msp"), { root });
  for (const organisation of [...organisations, ...orderers]) {
    const { root, tlsRoot, admin } = organisation;
    writeMsp(join(organisation.folder, "msp"), { root, tlsRoot });
    writeMsp(adminMsp(organisation), { root, tlsRoot, identity: admin });
  }
  for (const organisation of organisations) for (const node of organisation.peers) preparePeer(topology, organisation, node, major);
  for (const organisation of orderers) {
    for (const node of organisation.nodes) {
      writeMsp(join(node.folder, "msp"), { root: organisation.root, tlsRoot: organisation.tlsRoot, identity: node.identity });
      writeSettings(join(node.folder, "orderer.yaml"), ordererSettings(topology, organisation, node));
    }
  }
  cpSync(builder, join(folder, "builder"), { recursive: true });
  for (const step of ["detect", "build", "release"]) chmodSync(join(folder, "builder", "bin", step), 0o755);
  mkdirSync(configtxFolder(topology), { recursive: true });
  writeSettings(join(configtxFolder(topology), "configtx.yaml"), channelSettings(topology, major));
}

function preparePeer(topology: Topology, organisation: PeerOrganisation, node: PeerNode, major: number): void {
  const { root, tlsRoot } = organisation;
  writeMsp(join(node.folder, "msp"), { root, tlsRoot, identity: node.identity });
  writeSettings(join(node.folder, "core.yaml"), peerSettings(topology, organisation, node, major));
  const tls = contractTlsFolder(node);
  mkdirSync(tls, { recursive: true, mode: 0o700 });
  const copies = [
    [tlsRoot, join(tls, "root.pem")],
    [node.tls.certificate, join(tls, "cert.pem")],
    [node.tls.privateKey, join(tls, "key.pem")],
  ] as const;
  const isNew = copies.some(([from, to]) => existsSync(to) && !readFileSync(from).equals(readFileSync(to)));
  for (const [from, to] of copies) copyFileSync(from, to);
  // What the builder made of them when the contract was installed is kept by the peer; it builds again what is missing when it launches the contract.
  if (isNew) rmSync(join(node.folder, "ledger", "externalbuilder", "builds"), { recursive: true, force: true });
}
