/**
 * The channel's own configuration, followed from a pinned genesis block: whose certificates count at each block, who is revoked, and that the
 * channel's orderers signed it. Without a pin nobody vouches for the first configuration, and the pinned roots alone decide.
 */
import type { ClientBase } from "pg";
import { signaturesIn, verifyBlockSignature } from "../evidence/block-signature";
import { type ChannelConfig, readConfig } from "../evidence/config-block";
import { Members } from "../evidence/members";
import type { TransactionRules } from "../evidence/verify-transaction";
import type { DecodedBlock } from "../fabric/block";
import { VALID } from "../fabric/block";
import { WintersealError } from "../messages/errors";
import { Contradiction } from "./contradiction";

/** What the projection believes by configuration. */
export interface ProjectionRules extends TransactionRules {
  /** Hash of the genesis block's header, hex. */
  readonly genesis?: string;
}

interface InForce {
  readonly config: ChannelConfig;
  readonly members: Members;
}

export class PinnedChannel {
  readonly #genesis: string;
  readonly #verify: TransactionRules["verify"];
  #inForce: InForce | undefined;

  constructor(genesis: string, verify: TransactionRules["verify"], inForce?: InForce) {
    this.#genesis = genesis;
    this.#verify = verify;
    this.#inForce = inForce;
  }

  /**
   * Goes on from what the database holds; undefined when nothing is pinned.
   * @param block newest block applied, -1 before the first
   * @throws Contradiction when the database holds another chain; Error when it was projected without the configuration
   */
  static async resume(client: ClientBase, { genesis, verify }: ProjectionRules, block: number): Promise<PinnedChannel | undefined> {
    if (genesis === undefined) return undefined;
    if (block < 0) return new PinnedChannel(genesis, verify);
    const { rows: first } = await client.query<{ hash: string }>("SELECT encode(header_hash, 'hex') AS hash FROM block WHERE number = 0");
    if (first[0]?.hash !== genesis) throw foreign(first[0]?.hash ?? "none", genesis);
    const { rows } = await client.query<{ bytes: Buffer }>(
      "SELECT e.bytes FROM configuration c JOIN envelope e ON e.block = c.block ORDER BY c.block DESC LIMIT 1",
    );
    const [row] = rows;
    if (row === undefined) throw new Error("the database holds no configuration of the channel: run npm run projection:rebuild");
    const config = readConfig(row.bytes);
    return new PinnedChannel(genesis, verify, { config, members: await Members.ofConfig(config) });
  }

  /**
   * Checks the next block by the configuration before it, and takes over the one that it may hold.
   * @returns whose certificates count for its transactions
   * @throws Contradiction
   */
  async take(block: DecodedBlock): Promise<Members> {
    try {
      const before = this.#inForce;
      if (block.number === 0) this.#expectGenesis(block);
      else if (before === undefined) throw new WintersealError("BLOCK_MALFORMED", "there is no configuration before it");
      else await verifyBlockSignature(block, signaturesIn(block.metadata), before.config, before.members, this.#verify);
      const next = configOf(block);
      if (next !== undefined) this.#inForce = await this.#following(before, next);
      const counting = before ?? this.#inForce;
      if (counting === undefined) throw new WintersealError("BLOCK_MALFORMED", "the genesis block holds no configuration");
      return counting.members;
    } catch (error) {
      if (!(error instanceof WintersealError) || error instanceof Contradiction) throw error;
      throw new Contradiction(`it is not the channel's (${error.code}): ${error.message}`, { block: block.number }, { cause: error });
    }
  }

  #expectGenesis({ headerHash }: DecodedBlock): void {
    const hash = Buffer.from(headerHash).toString("hex");
    if (hash !== this.#genesis) throw foreign(hash, this.#genesis);
  }

  async #following(before: InForce | undefined, config: ChannelConfig): Promise<InForce> {
    if (before !== undefined && (config.channel !== before.config.channel || config.sequence !== before.config.sequence + 1))
      throw new WintersealError("BLOCK_MALFORMED", "its configuration does not follow the one before");
    return { config, members: await Members.ofConfig(config) };
  }
}

function foreign(hash: string, pinned: string): Contradiction {
  const cause = new WintersealError("CHAIN_FOREIGN");
  return new Contradiction(`another chain (${cause.code}): its genesis block is ${hash}, pinned is ${pinned}`, { block: 0 }, { cause });
}

/** `common.HeaderType.CONFIG` */
const CONFIG = 1;

function configOf({ transactions }: DecodedBlock): ChannelConfig | undefined {
  const found = transactions.find((each) => each.kind === "other" && each.type === CONFIG && each.validationCode === VALID);
  return found && readConfig(found.envelope);
}
