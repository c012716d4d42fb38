/**
 * The channel's chain: orders envelopes into blocks, validates and stores them. In Fabric the orderer and every peer do their part of it
 * on machines of their own; here one process does all of it, once (decision 0010).
 */
import { common } from "@hyperledger/fabric-protos";
import type { Logger } from "pino";
import type { LedgerConfig } from "./config";
import { LIFECYCLE } from "./endorser/lifecycle";
import type { ChannelMembers } from "./msp/channel";
import type { NodeSigner } from "./msp/signer";
import { flawOfSignature, lastConfigMetadata, signBlock } from "./orderer/block-writer";
import { type BroadcastRefusal, type OrderedEnvelope, receiveBroadcast } from "./orderer/broadcast";
import { Cutter } from "./orderer/cutter";
import { channelGroup, FORMER_WRITERS, genesisBlock, readChannelGroup } from "./orderer/genesis";
import { membershipDifferences } from "./orderer/membership-digest";
import { type BlockCheck, type BlockEffect, ChainStore, type CommittedBlock, SettingsContradictionError } from "./store/chain-store";
import { nextCommitHash } from "./validator/commit-hash";
import { readEffect } from "./validator/effect";
import type { EndorsementPolicy } from "./validator/policy";
import type { TransactionRules } from "./validator/transaction";
import { validateBlock } from "./validator/validate-block";
import { buildBlock, dataHash, headerHash, METADATA, readCommitHash, readEnvelopes, readHeader, readMetadata } from "./wire/block";
import { asBuffer } from "./wire/bytes";

export interface ChainSettings {
  readonly config: LedgerConfig;
  readonly members: ChannelMembers;
  readonly signer: NodeSigner;
  readonly now: () => number;
  readonly log: Logger;
  /** The disk refused a block: nothing may be acknowledged any more, the process has to end. */
  readonly onFailure: (error: unknown) => void;
}

/** Holds a stored block against all that it must agree with: chain, data hash, signature, commit hash. Gives its effect. */
function storedBlockCheck(settings: ChainSettings, configured: common.ConfigGroup, former: common.ConfigGroup): BlockCheck {
  return (block, previous) => {
    const header = readHeader(block);
    if (Buffer.compare(header.previousHash, previous.headerHash) !== 0) throw new Error("it does not link to the block before it");
    if (Buffer.compare(header.dataHash, dataHash(readEnvelopes(block))) !== 0)
      throw new Error("its data hash does not match its transactions");
    if (header.number === 0) {
      const differences = membershipDifferences(readChannelGroup(block), configured);
      if (differences.length === 0 || membershipDifferences(readChannelGroup(block), former).length === 0)
        return { updates: [], transactions: [] };
      throw new SettingsContradictionError(`the settings name other members or policies than the channel has: ${differences.join(", ")}`);
    }
    const flaw = flawOfSignature(block, settings.config.orderer.mspId, settings.members);
    if (flaw !== undefined) throw new Error(flaw);
    const effect = readEffect(block);
    const expected = nextCommitHash(previous.commitHash, readMetadata(block, METADATA.transactionsFilter), effect.updates);
    if (!expected.equals(readCommitHash(block))) throw new Error("its commit hash does not match its validation codes and writes");
    return effect;
  };
}

export class Chain {
  readonly store: ChainStore;
  readonly #settings: ChainSettings;
  readonly #rules: TransactionRules;
  readonly #cutter: Cutter<OrderedEnvelope>;
  #failed = false;

  private constructor(settings: ChainSettings, store: ChainStore) {
    this.#settings = settings;
    this.store = store;
    const { chaincode, channel, endorsements } = settings.config;
    const organisations = settings.members.organisations;
    const policies = new Map<string, EndorsementPolicy>([
      [chaincode.name, { threshold: endorsements, organisations }],
      [LIFECYCLE, { threshold: organisations.size, organisations }],
    ]);
    this.#rules = { channel, members: settings.members, policies, isKnown: (id) => store.findTransaction(id) !== undefined };
    this.#cutter = new Cutter(
      settings.config.blocks,
      (envelopes) => this.#write(envelopes),
      (error) => {
        this.#failed = true;
        settings.onFailure(error);
      },
    );
  }

  /** Opens the stored chain or begins a new one with its genesis block. */
  static async open(settings: ChainSettings): Promise<Chain> {
    const configured = await channelGroup(settings.config);
    const store = await ChainStore.open(
      settings.config.data,
      storedBlockCheck(settings, configured, await channelGroup(settings.config, FORMER_WRITERS)),
    );
    if (store.height === 0) {
      const block = genesisBlock(settings.config.channel, configured);
      await store.commit(committedBlock(block, { updates: [], transactions: [] }, new Uint8Array()));
    }
    return new Chain(settings, store);
  }

  /** Takes an envelope for ordering. undefined = it will be in a block; whether it is valid, its block says. */
  broadcast(envelope: common.Envelope, own = false): BroadcastRefusal | undefined {
    const { config, members, now } = this.#settings;
    const received = receiveBroadcast(envelope, { channel: config.channel, members, maxBytes: config.blocks.maxBytes, now, own });
    if ("status" in received) return received;
    if (!this.#failed && this.#cutter.add(received)) return undefined;
    return {
      status: common.Status.SERVICE_UNAVAILABLE,
      info: this.#failed ? "the ledger's disk failed" : "too many transactions are waiting",
    };
  }

  async #write(ordered: readonly OrderedEnvelope[]): Promise<void> {
    const { store } = this;
    const number = store.height;
    const envelopes = ordered.map((envelope) => envelope.bytes);
    const header = { number, previousHash: store.headerHash, dataHash: dataHash(envelopes) };
    const view = store.acquireView();
    try {
      const verdict = await validateBlock(number, ordered, this.#rules, view);
      const codes = Uint8Array.from(verdict.codes);
      const commitHash = nextCommitHash(store.commitHash, codes, verdict.updates);
      const hashMetadata = new common.Metadata();
      hashMetadata.setValue(commitHash);
      const signatures = signBlock(header, this.#settings.signer);
      const metadata = [signatures, lastConfigMetadata(), codes, new Uint8Array(), hashMetadata.serializeBinary()];
      await store.commit(committedBlock(buildBlock(header, envelopes, metadata), verdict, commitHash));
      this.#settings.log.debug({ block: number, transactions: envelopes.length }, "block committed");
    } finally {
      await view.release();
    }
  }

  /** Commits what is waiting, then closes the store. */
  async close(): Promise<void> {
    if (!this.#failed) await this.#cutter.drain();
    await this.store.close();
  }
}

function committedBlock(block: common.Block, effect: BlockEffect, commitHash: Uint8Array): CommittedBlock {
  const header = readHeader(block);
  const { updates, transactions } = effect;
  return {
    updates,
    transactions,
    number: header.number,
    block,
    bytes: asBuffer(block.serializeBinary()),
    headerHash: headerHash(header),
    commitHash,
  };
}
