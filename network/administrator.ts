/** The organisation's administrator at the command line: who signs for it in channel and contract governance. */
import type { FabricBinaries } from "./binaries";
import { adminMsp } from "./prepare";
import { type Output, run } from "./run";
import type { OrdererNode, PeerNode, PeerOrganisation, Topology } from "./topology";

export class Administrator {
  readonly #topology: Topology;
  readonly #binaries: FabricBinaries;
  readonly organisation: PeerOrganisation;

  constructor(topology: Topology, binaries: FabricBinaries, organisation: PeerOrganisation) {
    this.#topology = topology;
    this.#binaries = binaries;
    this.organisation = organisation;
  }

  /** `peer …` as this administrator, at one of the organisation's peers (the first, unless said otherwise). @throws NetworkError COMMAND_FAILED */
  peer(args: readonly string[], node: PeerNode | undefined = this.organisation.peers[0]): Promise<Output> {
    const { mspId, tlsRoot } = this.organisation;
    if (node === undefined) throw new Error(`${mspId} has no peer`);
    return run(this.#binaries, "peer", args, {
      FABRIC_CFG_PATH: node.folder,
      CORE_PEER_ADDRESS: `${this.#topology.host}:${node.ports.grpc}`,
      CORE_PEER_LOCALMSPID: mspId,
      CORE_PEER_MSPCONFIGPATH: adminMsp(this.organisation),
      CORE_PEER_TLS_ENABLED: "true",
      CORE_PEER_TLS_ROOTCERT_FILE: tlsRoot,
    });
  }

  /** Arguments that name an ordering node: the first, unless said otherwise. */
  orderer(node?: OrdererNode): string[] {
    const owner = this.#topology.orderers.find(({ nodes }) => node === undefined || nodes.includes(node));
    const chosen = node ?? owner?.nodes[0];
    if (owner === undefined || chosen === undefined) throw new Error("the network has no ordering node");
    return ["-o", `${this.#topology.host}:${chosen.ports.grpc}`, "--tls", "--cafile", owner.tlsRoot];
  }
}
