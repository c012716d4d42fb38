/** The contract's life on the channel: install, approve, commit. Every organisation approves its own package; all must, before it is committed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Administrator } from "./administrator";
import type { FabricBinaries } from "./binaries";
import { endorsementRule } from "./config/channel";
import type { ContractPackage } from "./package";
import type { PeerOrganisation, Topology } from "./topology";

/** What all organisations agree on. */
export interface Definition {
  readonly version: string;
  /** Rises by one with every change of the definition. */
  readonly sequence: number;
  /** Signature policy; absent = any `endorsements` of the organisations. */
  readonly policy?: string;
}

export class Lifecycle {
  readonly #topology: Topology;
  readonly #binaries: FabricBinaries;

  constructor(topology: Topology, binaries: FabricBinaries) {
    this.#topology = topology;
    this.#binaries = binaries;
  }

  /** Installs the package on each of the organisation's peers that lacks it. */
  async install(organisation: PeerOrganisation, { id, label, bytes }: ContractPackage): Promise<void> {
    const administrator = this.#administrator(organisation);
    const file = join(organisation.folder, `${label}.tar.gz`);
    writeFileSync(file, bytes);
    for (const node of organisation.peers) {
      const { stdout } = await administrator.peer(["lifecycle", "chaincode", "queryinstalled", "--output", "json"], node);
      const installed = JSON.parse(stdout) as { installed_chaincodes?: { package_id: string }[] };
      if (installed.installed_chaincodes?.some(({ package_id }) => package_id === id)) continue;
      await administrator.peer(["lifecycle", "chaincode", "install", file], node);
    }
  }

  /** The organisation agrees to the definition, and says which package it runs for it. */
  async approve(organisation: PeerOrganisation, definition: Definition, packageId: string): Promise<void> {
    const administrator = this.#administrator(organisation);
    await administrator.peer([
      ...["lifecycle", "chaincode", "approveformyorg", ...administrator.orderer()],
      ...this.#terms(definition),
      ...["--package-id", packageId],
    ]);
  }

  /** Puts the definition into force, endorsed by a peer of every organisation. */
  async commit(definition: Definition): Promise<void> {
    const [first] = this.#topology.organisations;
    if (first === undefined) throw new Error("the network has no organisation");
    const administrator = this.#administrator(first);
    const everyone = this.#topology.organisations.flatMap(({ peers, tlsRoot }) =>
      peers.slice(0, 1).flatMap(({ ports }) => ["--peerAddresses", `${this.#topology.host}:${ports.grpc}`, "--tlsRootCertFiles", tlsRoot]),
    );
    await administrator.peer([
      ...["lifecycle", "chaincode", "commit", ...administrator.orderer()],
      ...this.#terms(definition),
      ...everyone,
    ]);
  }

  /** The definition in force as the organisation's peer has it; undefined before the first commit. */
  async committed(organisation: PeerOrganisation): Promise<Pick<Definition, "version" | "sequence"> | undefined> {
    const { channel, chaincode } = this.#topology;
    const { stdout } = await this.#administrator(organisation).peer([
      ...["lifecycle", "chaincode", "querycommitted", "--channelID", channel, "--output", "json"],
    ]);
    const { chaincode_definitions: definitions } = JSON.parse(stdout) as {
      chaincode_definitions?: { name: string; version: string; sequence: number }[];
    };
    return definitions?.find(({ name }) => name === chaincode);
  }

  #administrator(organisation: PeerOrganisation): Administrator {
    return new Administrator(this.#topology, this.#binaries, organisation);
  }

  #terms({ version, sequence, policy }: Definition): string[] {
    const { channel, chaincode, organisations, endorsements } = this.#topology;
    const rule =
      policy ??
      endorsementRule(
        organisations.map(({ mspId }) => mspId),
        endorsements,
      );
    return ["--channelID", channel, "--name", chaincode, "--version", version, "--sequence", String(sequence), "--signature-policy", rule];
  }
}
