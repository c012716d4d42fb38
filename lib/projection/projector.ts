import type { ClientBase } from "pg";
import type { TransactionRules } from "../evidence/verify-transaction";
import type { DecodedBlock } from "../fabric/block";
import { applyFacts } from "./apply/apply";
import { newContext } from "./apply/context";
import { PinnedChannel, type ProjectionRules } from "./channel";
import { type Checkpoint, moveCheckpoint } from "./checkpoint";
import { Contradiction } from "./contradiction";
import { checkLink, type Judged, judge, keysRead, startVerification } from "./judge";
import { sendNews } from "./news";
import { notify } from "./rows/notify";
import { Rows } from "./rows/rows";
import { StateCopy } from "./state-copy";

/** Fabric's `common.HeaderType.CONFIG`. */
const CONFIG = 1;

/** A block and the organisations whose peers showed the same one. */
export interface WitnessedBlock {
  readonly block: DecodedBlock;
  readonly sources: readonly string[];
}

export interface ProjectorOptions {
  readonly client: ClientBase;
  readonly rules: ProjectionRules;
  /** Bytes of state kept in memory. */
  readonly cacheBytes?: number;
  /** Called inside the database transaction, when everything is written and nothing committed: what fault tests hook into. */
  readonly beforeCommit?: (blocks: readonly WitnessedBlock[]) => Promise<void> | void;
}

/**
 * Turns blocks into rows: a group of blocks is verified, re-executed and written in one database transaction that moves the checkpoint too, so a
 * crash at any moment leaves whole blocks.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  #checkpoint: Checkpoint;
  #state: StateCopy;
  /** Not read yet; null = nothing is pinned. */
  #channel: PinnedChannel | null | undefined;

  constructor(options: ProjectorOptions, checkpoint: Checkpoint) {
    this.#options = options;
    this.#checkpoint = checkpoint;
    this.#state = new StateCopy(options.client, options.cacheBytes);
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /**
   * Applies blocks that follow the checkpoint. On a contradiction the blocks before it are applied, and nothing of it.
   * @throws Contradiction; any other error leaves checkpoint and rows as they were, and the call may be repeated.
   */
  async apply(blocks: readonly WitnessedBlock[]): Promise<void> {
    if (blocks.length === 0) return;
    try {
      await this.#applyGroup(blocks);
    } catch (error) {
      this.#state = new StateCopy(this.#options.client, this.#options.cacheBytes);
      this.#channel = undefined;
      if (error instanceof Contradiction) await this.apply(blocks.filter(({ block }) => block.number < error.place.block));
      throw error;
    }
  }

  async #applyGroup(blocks: readonly WitnessedBlock[]): Promise<void> {
    const { client, beforeCommit } = this.#options;
    const rows = new Rows();
    const checkpoint = await this.#collect(blocks, rows);
    await client.query("BEGIN");
    try {
      // A crash of the server may lose the last commits together with their checkpoint: they are read again from the ledger.
      await client.query("SET LOCAL synchronous_commit TO off");
      await rows.write(client);
      await moveCheckpoint(client, this.#checkpoint.block, checkpoint);
      await notify(client, { block: checkpoint.block, ...rows.touched });
      await sendNews(client, rows.news);
      await beforeCommit?.(blocks);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    }
    this.#state.settle();
    this.#checkpoint = checkpoint;
  }

  /** Which certificates count at each block: by the configuration in force there, when the genesis block is pinned. */
  async #rulesFor(blocks: readonly WitnessedBlock[]): Promise<(block: DecodedBlock) => TransactionRules> {
    const { client, rules } = this.#options;
    if (this.#channel === undefined) this.#channel = (await PinnedChannel.resume(client, rules, this.#checkpoint.block)) ?? null;
    const channel = this.#channel;
    if (channel === null) return () => rules;
    const members = new Map<DecodedBlock, TransactionRules>();
    for (const { block } of blocks) members.set(block, { ...rules, members: await channel.take(block) });
    return (block) => members.get(block) ?? rules;
  }

  async #collect(blocks: readonly WitnessedBlock[], rows: Rows): Promise<Checkpoint> {
    const { rules } = this.#options;
    const rulesOf = await this.#rulesFor(blocks);
    await this.#state.prefetch(blocks.flatMap(({ block }) => [...keysRead(block, rules.chaincode)]));
    const verifications = new Map(
      blocks.map(({ block }) => [block, block.transactions.map((each) => startVerification(each, rulesOf(block)))]),
    );
    let last = this.#checkpoint;
    for (const { block, sources } of blocks) {
      checkLink(block, last);
      rows.block.push({
        number: block.number,
        header_hash: block.headerHash,
        previous_hash: block.previousHash,
        commit_hash: block.commitHash,
        transactions: block.transactions.length,
        sources: [...sources].sort(),
      });
      let commits = last.commits;
      for (const transaction of block.transactions) {
        const judged = await judge(transaction, verifications.get(block)?.[transaction.position], block.number, rules, this.#state);
        if (judged.kind !== "invalid") commits++;
        write(rows, block, judged);
      }
      last = { block: block.number, headerHash: block.headerHash, commitHash: block.commitHash, commits, halted: null };
    }
    return last;
  }
}

/** A valid configuration; it is alone in its block. */
const isConfiguration = ({ kind, transaction }: Judged): boolean =>
  kind === "foreign" && transaction.kind === "other" && transaction.type === CONFIG;

function write(rows: Rows, { number: block, metadata }: DecodedBlock, judged: Judged): void {
  const { id, position, validationCode, envelope } = judged.transaction;
  const isConfig = isConfiguration(judged);
  if (isConfig) rows.configuration.push({ block, metadata });
  if (isConfig || judged.kind === "executed") rows.envelope.push({ block, position, bytes: envelope });
  const confirmation = { id: id.slice(0, 64), block, position, validation_code: validationCode };
  if (judged.kind !== "executed") {
    const { name, mspId } = judged.kind === "foreign" ? judged : { name: "", mspId: "" };
    const unknown = { timestamp: 0, creator_name: "", creator_role: "", thumbprint: "", endorsers: [] };
    rows.transaction.push({ ...confirmation, ...unknown, creator_msp: mspId, function: name });
    return;
  }
  const { transaction, endorsers, result } = judged;
  const { mspId, commonName, role, thumbprint } = result.creator;
  rows.transaction.push({
    ...confirmation,
    timestamp: transaction.timestamp,
    creator_msp: mspId,
    creator_name: commonName,
    creator_role: role,
    thumbprint,
    function: transaction.function,
    endorsers: [...endorsers],
  });
  for (const [key, value] of result.writes) rows.state({ key, value, block, position });
  if (!result.facts) return;
  const before = (key: string): unknown => {
    const value = result.before.get(key);
    return value && JSON.parse(Buffer.from(value).toString("utf8"));
  };
  const at = transaction.timestamp;
  applyFacts(newContext({ rows, id, block, position, at, actor: commonName, organisation: mspId, thumbprint, before }), result.facts);
}
