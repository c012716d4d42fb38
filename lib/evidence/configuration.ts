/**
 * Who may sign what, at each block: the channel's configuration blocks from the first one on, each later one signed by the orderers of the one
 * before. Without them only the pinned roots count, and nobody's revocation is seen.
 */
import type { Crypto } from "../../device/ts/crypto";
import { ProtoReader } from "../../device/ts/proto";
import { bytesToHex, hexToBytes } from "../domain/bytes";
import { WintersealError } from "../messages/errors";
import { verifyBlockSignature } from "./block-signature";
import { type ChannelConfig, dataHash, headerHash, readConfig } from "./config-block";
import type { EvidenceFile } from "./file";
import { type Member, Members } from "./members";
import { fingerprintOf } from "./pins";
import type { Findings } from "./report";
import type { Identities } from "./verify-transaction";

interface Stretch {
  readonly from: number;
  readonly config: ChannelConfig;
  readonly members: Members;
}

/** `common.BlockMetadataIndex.SIGNATURES` */
const SIGNATURES = 0;

export class Configuration {
  readonly #stretches: readonly Stretch[];
  readonly #fallback: Members;

  private constructor(
    stretches: readonly Stretch[],
    fallback: Members,
    /** Hash of the first block's header, hex: the other thing that a reader can pin. */
    readonly genesis: string | undefined,
  ) {
    this.#stretches = stretches;
    this.#fallback = fallback;
  }

  /**
   * Members by the configuration in force at a block.
   * @param genesisPinned whether the reader pinned the first block; if not, nobody vouches for what the configuration says, and the file's roots
   * must have issued every certificate as well, under Fabric's own names for the units
   */
  membersAt(block: number, genesisPinned: boolean): Identities {
    const own = this.#stretches.findLast(({ from }) => from < block)?.members;
    if (own === undefined) return this.#fallback;
    return genesisPinned ? own : new Both(own, this.#fallback);
  }

  /** By the file's newest configuration, as {@link membersAt}. */
  latest(genesisPinned: boolean): Identities {
    return this.membersAt(Number.POSITIVE_INFINITY, genesisPinned);
  }

  /**
   * Checks the chain of configurations; what does not hold goes to the findings, and the part before it counts.
   * @throws WintersealError ARGUMENT_INVALID for roots that are no authorities
   */
  static async read(file: EvidenceFile, findings: Findings, verify: Crypto["verify"]): Promise<Configuration> {
    const fallback = Members.of(file.roots.map(({ mspId, certificate }) => ({ mspId, pem: certificate })));
    if (file.configuration.length === 0) {
      findings.leaveOpen("configuration", { code: "no-configuration", detail: "the file carries no configuration of the channel" });
      return new Configuration([], fallback, undefined);
    }
    const stretches: Stretch[] = [];
    let genesis: string | undefined;
    try {
      for (const entry of file.configuration) {
        const { stretch, hash } = await readStretch(entry, stretches.at(-1), file.network.channel, verify);
        stretches.push(stretch);
        genesis ??= hash;
      }
      for (const { config } of stretches) expectRoots(config, file.roots);
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      findings.fail("configuration", { code: "configuration", detail: `configuration ${stretches.length}: ${error.message}` });
    }
    return new Configuration(stretches, fallback, genesis);
  }
}

/** A member by the configuration and by the roots alone. */
class Both implements Identities {
  readonly #configured: Members;
  readonly #rooted: Members;

  constructor(configured: Members, rooted: Members) {
    this.#configured = configured;
    this.#rooted = rooted;
  }

  async identify(mspId: string, pem: string): Promise<Member> {
    const [configured, rooted] = await Promise.all([this.#configured.identify(mspId, pem), this.#rooted.identify(mspId, pem)]);
    return { ...rooted, units: rooted.units.filter((unit) => configured.units.includes(unit)) };
  }
}

async function readStretch(
  entry: EvidenceFile["configuration"][number],
  before: Stretch | undefined,
  channel: string,
  verify: Crypto["verify"],
): Promise<{ stretch: Stretch; hash: string }> {
  const config = readConfig(entry.envelope);
  if (config.channel !== channel) throw new WintersealError("BLOCK_MALFORMED", `it is of channel ${config.channel.slice(0, 64)}`);
  const header = { number: entry.block, previousHash: hexToBytes(entry.previous), dataHash: dataHash([entry.envelope]) };
  if (before === undefined) {
    if (entry.block !== 0 || config.sequence !== 0) throw new WintersealError("BLOCK_MALFORMED", "it is not the channel's first one");
  } else {
    if (config.sequence !== before.config.sequence + 1 || entry.block <= before.from)
      throw new WintersealError("BLOCK_MALFORMED", `its number is ${config.sequence}, after ${before.config.sequence}`);
    const signatures = new ProtoReader(entry.metadata).repeated(1)[SIGNATURES] ?? new Uint8Array();
    await verifyBlockSignature(header, signatures, before.config, before.members, verify);
  }
  const members = await Members.ofConfig(config);
  return { stretch: { from: entry.block, config, members }, hash: bytesToHex(headerHash(header)) };
}

/** Every root of every organisation that uses the channel must stand in the file's list, which the reader compares with the pins. */
function expectRoots({ organisations }: ChannelConfig, roots: EvidenceFile["roots"]): void {
  const listed = new Set(roots.map(({ mspId, certificate }) => `${mspId} ${fingerprintOf(certificate)}`));
  for (const { mspId, roots: own } of organisations.values()) {
    for (const root of own) {
      if (!listed.has(`${mspId} ${fingerprintOf(new TextDecoder().decode(root))}`))
        throw new WintersealError("BLOCK_MALFORMED", `a root of ${mspId} in the configuration is not among the file's roots`);
    }
  }
}
