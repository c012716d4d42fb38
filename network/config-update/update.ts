/**
 * A change of the channel's configuration: fetched, altered, reduced to what differs, signed by the organisations that must agree, sent.
 * Fabric computes and checks with versions: a change that was made on a configuration which is no longer in force is refused whole.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { common } from "@hyperledger/fabric-protos";
import { Administrator } from "../administrator";
import type { FabricBinaries } from "../binaries";
import { NetworkError } from "../errors";
import { run } from "../run";
import type { PeerOrganisation, Topology } from "../topology";

/** Alters the configuration in place. */
export type Change = (config: common.Config) => void;

export interface Updated {
  /** False when the configuration was so already: nothing was sent. */
  readonly isChanged: boolean;
  /** Counts configurations, from 0 in the genesis block. */
  readonly sequence: number;
}

export class ConfigUpdates {
  readonly #topology: Topology;
  readonly #binaries: FabricBinaries;

  constructor(topology: Topology, binaries: FabricBinaries) {
    this.#topology = topology;
    this.#binaries = binaries;
  }

  /** The configuration in force, as the orderers have it. @throws NetworkError COMMAND_FAILED */
  fetch(as: PeerOrganisation): Promise<common.Config> {
    return this.#inFolder((folder) => this.#fetch(as, join(folder, "config.block")));
  }

  /**
   * Applies a change and waits until every peer has it.
   * @param signers who agrees; the first one sends. An organisation's own membership is its own to change, everything else takes all
   * @throws NetworkError COMMAND_FAILED, with Fabric's words when somebody's agreement is missing
   */
  apply(signers: readonly PeerOrganisation[], change: Change): Promise<Updated> {
    return this.#inFolder(async (folder) => {
      const [sender, ...others] = signers;
      if (sender === undefined) throw new Error("a configuration update needs somebody who signs it");
      const config = await this.#fetch(sender, join(folder, "config.block"));
      const before = config.serializeBinary();
      change(config);
      const update = await this.#difference(folder, before, config.serializeBinary());
      if (update === undefined) return { isChanged: false, sequence: config.getSequence() };
      const file = join(folder, "update.pb");
      writeFileSync(file, this.#envelope(update));
      // Each adds its signature to the file, which may travel between administrators; whoever sends it signs by sending.
      for (const signer of others) await this.#administrator(signer).peer(["channel", "signconfigtx", "-f", file]);
      const administrator = this.#administrator(sender);
      await administrator.peer(["channel", "update", "-f", file, "-c", this.#topology.channel, ...administrator.orderer()]);
      const sequence = config.getSequence() + 1;
      await this.#untilEverywhere(sequence, folder);
      return { isChanged: true, sequence };
    });
  }

  #administrator(organisation: PeerOrganisation): Administrator {
    return new Administrator(this.#topology, this.#binaries, organisation);
  }

  async #fetch(as: PeerOrganisation, file: string): Promise<common.Config> {
    const administrator = this.#administrator(as);
    await administrator.peer(["channel", "fetch", "config", file, "-c", this.#topology.channel, ...administrator.orderer()]);
    return readConfig(readFileSync(file));
  }

  /** Read set and write set, by Fabric's own program; undefined when nothing differs. */
  async #difference(folder: string, before: Uint8Array, after: Uint8Array): Promise<Uint8Array | undefined> {
    if (Buffer.from(before).equals(after)) return undefined;
    const file = (name: string) => join(folder, name);
    writeFileSync(file("before.pb"), before);
    writeFileSync(file("after.pb"), after);
    const files = ["--original", file("before.pb"), "--updated", file("after.pb"), "--output", file("difference.pb")];
    await run(this.#binaries, "configtxlator", ["compute_update", "--channel_id", this.#topology.channel, ...files]);
    return readFileSync(file("difference.pb"));
  }

  #envelope(update: Uint8Array): Uint8Array {
    const content = new common.ConfigUpdateEnvelope();
    content.setConfigUpdate(update);
    const channelHeader = new common.ChannelHeader();
    channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
    channelHeader.setChannelId(this.#topology.channel);
    const header = new common.Header();
    header.setChannelHeader(channelHeader.serializeBinary());
    const payload = new common.Payload();
    payload.setHeader(header);
    payload.setData(content.serializeBinary());
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    return envelope.serializeBinary();
  }

  /** Peers take a configuration when its block reaches them. */
  async #untilEverywhere(sequence: number, folder: string, withinMs = 60_000): Promise<void> {
    const end = Date.now() + withinMs;
    for (const organisation of this.#topology.organisations) {
      const administrator = this.#administrator(organisation);
      for (const node of organisation.peers) {
        const file = join(folder, `${node.name}.block`);
        for (;;) {
          await administrator.peer(["channel", "fetch", "config", file, "-c", this.#topology.channel], node);
          if (readConfig(readFileSync(file)).getSequence() >= sequence) break;
          if (Date.now() > end) throw behind(node.name, sequence);
          await sleep(200);
        }
      }
    }
  }

  async #inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(this.#topology.folder, "update-"));
    try {
      return await work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

const behind = (peer: string, sequence: number): NetworkError =>
  new NetworkError(
    "PEER_UNREACHABLE",
    `${peer} has not taken configuration ${sequence}`,
    "start it; it takes the configuration from the orderers",
  );

/** The configuration that a config block holds. */
export function readConfig(block: Uint8Array): common.Config {
  const bytes = common.Block.deserializeBinary(block).getData()?.getDataList_asU8()[0] ?? new Uint8Array();
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  if (config === undefined) throw new Error("the block holds no configuration");
  return config;
}
