/**
 * Blocks, state and index of the channel. The block files are the truth; LevelDB holds what follows from them, with a savepoint, and is
 * brought up to the files on opening. All organisations' endpoints read this one store (decision 0010).
 */
import { EventEmitter } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { common } from "@hyperledger/fabric-protos";
import { ClassicLevel } from "classic-level";
import { headerHash, readCommitHash, readHeader } from "../wire/block";
import type { Version } from "../wire/version";
import { BlockFiles, type Location, StoreDamagedError } from "./block-files";
import * as keys from "./keys";
import { type Database, StateView } from "./state-view";

export interface StateUpdate {
  readonly namespace: string;
  readonly key: string;
  /** undefined deletes. */
  readonly value: Uint8Array | undefined;
  readonly version: Version;
  /** Key-level metadata from now on (`encodeMetadata`), empty = none any more; left out = as before. Deleting a key ends it too. */
  readonly metadata?: Uint8Array;
}

export interface IndexedTransaction {
  readonly id: string;
  readonly position: number;
  readonly code: number;
}

/** What a block changes; follows from its bytes alone. */
export interface BlockEffect {
  readonly updates: readonly StateUpdate[];
  /** Transactions that are found by their id. */
  readonly transactions: readonly IndexedTransaction[];
}

export interface CommittedBlock extends BlockEffect {
  readonly number: number;
  readonly block: common.Block;
  readonly bytes: Buffer;
  readonly headerHash: Buffer;
  readonly commitHash: Uint8Array;
}

/** Recomputes a stored block's effect and checks all that can be checked. Throws with the reason if something does not fit. */
export type BlockCheck = (block: common.Block, previous: { headerHash: Uint8Array; commitHash: Uint8Array }) => BlockEffect;

/** The blocks are whole, but the settings describe another channel. */
export class SettingsContradictionError extends Error {
  override readonly name = "SettingsContradictionError";
}

/** What readers that follow the chain are served from; older blocks come from the files. */
const CACHED_BYTES = 16 * 1024 * 1024;

const NO_METADATA = new Uint8Array();

interface Savepoint {
  height: number;
  headerHash: string;
  commitHash: string;
}

export class ChainStore {
  readonly #database: Database;
  readonly #events = new EventEmitter<{ commit: [CommittedBlock] }>().setMaxListeners(0);
  readonly #recent = new Map<number, Buffer>();
  #recentBytes = 0;
  #files: BlockFiles | undefined;
  #height = 0;
  #headerHash: Buffer = Buffer.alloc(0);
  #previousHash: Uint8Array = new Uint8Array();
  #commitHash: Uint8Array = new Uint8Array();
  #view: StateView | undefined;

  private constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Opens or creates the store and checks every block.
   * @throws StoreDamagedError naming the block that does not fit.
   */
  static async open(folder: string, check: BlockCheck): Promise<ChainStore> {
    await mkdir(folder, { recursive: true });
    const database: Database = new ClassicLevel(join(folder, "state"), { keyEncoding: "buffer", valueEncoding: "buffer" });
    try {
      await database.open();
    } catch (cause) {
      const locked = cause instanceof Error && cause.cause instanceof Error && "code" in cause.cause && cause.cause.code === "LEVEL_LOCKED";
      throw new Error(locked ? `${folder} is in use by another ledger process` : `the state in ${folder} cannot be opened`, { cause });
    }
    const store = new ChainStore(database);
    try {
      await store.#recover(join(folder, "blocks"), check);
    } catch (error) {
      await database.close();
      throw error;
    }
    return store;
  }

  async #recover(folder: string, check: BlockCheck): Promise<void> {
    const stored = await this.#database.get(keys.SAVEPOINT_KEY);
    const savepoint: Savepoint = stored === undefined ? { height: 0, headerHash: "", commitHash: "" } : JSON.parse(stored.toString("utf8"));
    this.#files = await BlockFiles.open(folder, {
      acknowledged: savepoint.height,
      visit: async (number, bytes, location) => {
        const committed = this.#checkStored(number, bytes, check);
        if (number >= savepoint.height) await this.#writeDatabase(committed, location);
        else if (number === savepoint.height - 1) this.#compareSavepoint(committed, savepoint);
        this.#advance(committed);
      },
    });
  }

  #checkStored(number: number, bytes: Buffer, check: BlockCheck): CommittedBlock {
    try {
      const block = common.Block.deserializeBinary(bytes);
      const header = readHeader(block);
      if (header.number !== number) throw new Error(`it says that its number is ${header.number}`);
      const effect = check(block, { headerHash: this.#headerHash, commitHash: this.#commitHash });
      return { ...effect, number, block, bytes, headerHash: headerHash(header), commitHash: readCommitHash(block) };
    } catch (cause) {
      if (cause instanceof SettingsContradictionError) throw cause;
      throw new StoreDamagedError(number, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  #compareSavepoint(committed: CommittedBlock, savepoint: Savepoint): void {
    const same =
      committed.headerHash.toString("hex") === savepoint.headerHash &&
      Buffer.from(committed.commitHash).toString("hex") === savepoint.commitHash;
    if (!same) throw new StoreDamagedError(committed.number, "it is not the block whose state is stored");
  }

  get height(): number {
    return this.#height;
  }

  /** Header hash of the last block. */
  get headerHash(): Buffer {
    return this.#headerHash;
  }

  /** Header hash of the block before the last; empty below height 2. */
  get previousHash(): Uint8Array {
    return this.#previousHash;
  }

  get commitHash(): Uint8Array {
    return this.#commitHash;
  }

  /** The current state; to be released. */
  acquireView(): StateView {
    this.#view ??= new StateView(this.#database, this.#height);
    return this.#view.acquire();
  }

  findTransaction(id: string): keys.TransactionEntry | undefined {
    const bytes = this.#database.getSync(keys.transactionKey(id));
    return bytes === undefined ? undefined : keys.decodeTransaction(bytes);
  }

  /** Bytes of a block; undefined if there is none yet. */
  async readBlock(number: number): Promise<Buffer | undefined> {
    const recent = this.#recent.get(number);
    if (recent !== undefined || number >= this.#height) return recent;
    const location = await this.#database.get(keys.blockKey(number));
    return location === undefined ? undefined : await this.#blockFiles().read(keys.decodeLocation(location));
  }

  async findBlockByHash(hash: Uint8Array): Promise<number | undefined> {
    const bytes = await this.#database.get(keys.hashKey(hash));
    return bytes === undefined ? undefined : Number(bytes.readBigUInt64BE(0));
  }

  /**
   * Appends the next block: on disk first, then its effect, then the listeners. Not to be called again before it has returned.
   * A failure is final: what the disk holds is unknown until the store is opened anew.
   */
  async commit(committed: CommittedBlock): Promise<void> {
    if (committed.number !== this.#height) throw new Error(`block ${committed.number} cannot follow height ${this.#height}`);
    const location = await this.#blockFiles().append(committed.bytes);
    await this.#writeDatabase(committed, location);
    this.#advance(committed);
    this.#events.emit("commit", committed);
  }

  onCommit(listener: (committed: CommittedBlock) => void): () => void {
    this.#events.on("commit", listener);
    return () => this.#events.off("commit", listener);
  }

  async close(): Promise<void> {
    await this.#files?.close();
    this.#files = undefined;
    await this.#view?.retire();
    await this.#database.close();
  }

  #blockFiles(): BlockFiles {
    if (this.#files === undefined) throw new Error("the store is closed");
    return this.#files;
  }

  #advance(committed: CommittedBlock): void {
    this.#previousHash = this.#headerHash;
    this.#height = committed.number + 1;
    this.#headerHash = committed.headerHash;
    this.#commitHash = committed.commitHash;
    this.#remember(committed);
    void this.#view?.retire();
    this.#view = undefined;
  }

  #remember({ number, bytes }: CommittedBlock): void {
    this.#recent.set(number, bytes);
    this.#recentBytes += bytes.length;
    for (const [oldest, old] of this.#recent) {
      if (this.#recentBytes <= CACHED_BYTES || oldest === number) break;
      this.#recent.delete(oldest);
      this.#recentBytes -= old.length;
    }
  }

  async #writeDatabase(committed: CommittedBlock, location: Location): Promise<void> {
    const batch = this.#database.batch();
    for (const update of committed.updates) {
      const key = keys.stateKey(update.namespace, update.key);
      if (update.value === undefined) batch.del(key);
      else batch.put(key, keys.encodeValue(update.version, update.value));
      const { metadata = update.value === undefined ? NO_METADATA : undefined } = update;
      const beside = keys.metadataKey(update.namespace, update.key);
      if (metadata !== undefined) metadata.length === 0 ? batch.del(beside) : batch.put(beside, Buffer.from(metadata));
    }
    for (const { id, position, code } of committed.transactions) {
      batch.put(keys.transactionKey(id), keys.encodeTransaction({ block: committed.number, position, code }));
    }
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(committed.number));
    batch.put(keys.blockKey(committed.number), keys.encodeLocation(location)).put(keys.hashKey(committed.headerHash), number);
    const savepoint: Savepoint = {
      height: committed.number + 1,
      headerHash: committed.headerHash.toString("hex"),
      commitHash: Buffer.from(committed.commitHash).toString("hex"),
    };
    await batch.put(keys.SAVEPOINT_KEY, Buffer.from(JSON.stringify(savepoint))).write();
  }
}
