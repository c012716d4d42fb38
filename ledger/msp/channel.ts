/**
 * The channel's members and policies. Writers are the organisations' clients and administrators; Readers also those of the reader-only
 * organisations; endorsers are the organisations' peers. The orderer's organisation signs blocks and does nothing else.
 */
import { msp } from "@hyperledger/fabric-protos";
import type { LedgerConfig } from "../config";
import { endOfCreator, type Identity, verifyBy } from "./identity";
import { Membership } from "./membership";

export type ChannelPolicy = "Readers" | "Writers";

const MAX_CACHED_IDENTITIES = 5_000;

/** Fabric's words. Writers names organisations in a signature policy; Readers is any organisation's own Readers. */
const UNSATISFIED: Readonly<Record<ChannelPolicy, string>> = {
  Writers: "signature set did not satisfy policy",
  Readers:
    "implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Readers' sub-policies to be satisfied",
};

export class ChannelMembers {
  readonly #memberships: ReadonlyMap<string, Membership>;
  readonly #organisations: ReadonlySet<string>;
  readonly #readers: ReadonlySet<string>;
  readonly #cache = new Map<string, Identity>();

  private constructor(memberships: readonly Membership[], organisations: readonly string[], readers: readonly string[]) {
    this.#memberships = new Map(memberships.map((membership) => [membership.mspId, membership]));
    this.#organisations = new Set(organisations);
    this.#readers = new Set([...organisations, ...readers]);
  }

  static async load(config: LedgerConfig): Promise<ChannelMembers> {
    const memberships = await Promise.all(
      [config.orderer, ...config.organisations, ...config.readers].map((member) => Membership.load(member)),
    );
    return new ChannelMembers(
      memberships,
      config.organisations.map((organisation) => organisation.mspId),
      config.readers.map((reader) => reader.mspId),
    );
  }

  get organisations(): ReadonlySet<string> {
    return this.#organisations;
  }

  membership(mspId: string): Membership | undefined {
    return this.#memberships.get(mspId);
  }

  async refreshRevocations(): Promise<void> {
    await Promise.all([...this.#memberships.values()].map((membership) => membership.refreshRevocations()));
  }

  /**
   * The identity in serialised form, parsed and checked against its chain once per certificate.
   * @throws Error if the organisation is unknown, the bytes are no identity, or the organisation's root did not issue it.
   */
  identify(serialized: Uint8Array): Identity {
    const cacheKey = Buffer.from(serialized.buffer, serialized.byteOffset, serialized.byteLength).toString("latin1");
    const known = this.#cache.get(cacheKey);
    if (known !== undefined) return known;
    const message = msp.SerializedIdentity.deserializeBinary(serialized);
    const membership = this.#memberships.get(message.getMspid());
    if (membership === undefined) throw new Error(`MSP ${message.getMspid()} is unknown`);
    const identity = membership.identify(Buffer.from(message.getIdBytes_asU8()).toString("utf8"));
    if (this.#cache.size >= MAX_CACHED_IDENTITIES) {
      const oldest = this.#cache.keys().next().value;
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    this.#cache.set(cacheKey, identity);
    return identity;
  }

  /** As {@link identify}; undefined if the bytes are nobody's. */
  find(serialized: Uint8Array): Identity | undefined {
    try {
      return this.identify(serialized);
    } catch {
      return undefined; // A stranger counts for nothing; whoever asks says so in the words of the question.
    }
  }

  /**
   * End of a creator's certificate, ms UTC, whoever issued it; undefined = it has no readable certificate. Known identities are not parsed again:
   * for every transaction that would be a millisecond.
   */
  endOf(serialized: Uint8Array): number | undefined {
    return this.find(serialized)?.certificate.notAfter ?? endOfCreator(serialized);
  }

  /** Why an identity does not satisfy a policy; undefined = it does. */
  refusal(policy: ChannelPolicy, identity: Identity): string | undefined {
    const allowed = policy === "Writers" ? this.#organisations : this.#readers;
    const mayWrite = identity.role === "client" || identity.role === "admin";
    const suits = policy === "Readers" || mayWrite;
    if (allowed.has(identity.mspId) && suits && identity.problem() === undefined) return undefined;
    return UNSATISFIED[policy];
  }

  /** Checks a signed request against a policy, signature included; undefined = allowed. A policy does not tell which part failed. */
  refusalOfSigned(policy: ChannelPolicy, creator: Uint8Array, data: Uint8Array, signature: Uint8Array): string | undefined {
    const identity = this.find(creator);
    if (identity === undefined) return UNSATISFIED[policy];
    return this.refusal(policy, identity) ?? (verifyBy(identity, data, signature) ? undefined : UNSATISFIED[policy]);
  }

  /** A refusal as a peer words it (Fabric `core/policy`); the orderer gives it bare. */
  static onChannel(policy: ChannelPolicy, refusal: string, channel: string): string {
    return `Failed evaluating policy on signed data during check policy on channel [${channel}] with policy [/Channel/Application/${policy}]: [${refusal}]`;
  }
}
