/**
 * Runs the signed inputs of a file again, in ledger order, on nothing but their own results, and compares what the rules give with what the
 * endorsers signed: reads, writes, answer and event. So neither two colluding organisations' state nor a left-out transaction passes.
 */
import { isAgreed, lackingAgreement } from "../contract/agreement";
import { execute, isFunctionName } from "../contract/execute";
import type { Facts } from "../contract/facts";
import { parseIdentity } from "../contract/identity";
import { type AgreementRecord, keys } from "../contract/state";
import type { Call, Outcome } from "../contract/types";
import { batchHash, decodeBatch } from "../domain/batch";
import { bytesToHex } from "../domain/bytes";
import { canonicalBytes } from "../domain/canonical-json";
import { DomainError } from "../domain/errors";
import { WintersealError } from "../messages/errors";
import { EVENTS } from "../messages/functions";
import type { EndorsedTransaction, StateSet, Version } from "./decode";
import type { Scope } from "./scope";

/** A transaction with the place that the file gives it. */
export type Placed = EndorsedTransaction & { readonly place: Version };

/** What one transaction did to the shipment. */
export interface Replayed {
  readonly call: Call;
  readonly facts: Facts | undefined;
}

/** The check that a difference breaks. */
export type Broken = "sequence" | "rules" | "start" | "endorsements";

export class Difference extends Error {
  override readonly name = "Difference";
  constructor(
    readonly check: Broken,
    message: string,
    readonly transaction: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface Entry {
  readonly value: Uint8Array;
  readonly version: Version;
}

/** Records that are taken from what endorsers signed instead of being recomputed. */
type Given = ReadonlyMap<string, Uint8Array>;
const NOTHING: Given = new Map();

interface SuspendedEvent {
  readonly sensor: string;
  readonly sequence: number;
  readonly hashes: readonly string[];
}

/** Refusals that mean: something before is missing. */
const OUT_OF_ORDER: ReadonlySet<string> = new Set([
  "SEQUENCE_GAP",
  "SEQUENCE_PAST",
  "PREVIOUS_HASH",
  "SENSOR_UNKNOWN",
  "SHIPMENT_UNKNOWN",
  "SEAL_UNKNOWN",
  "ASSIGNMENT_UNKNOWN",
  "PREFIX_UNKNOWN",
  "EXCURSION_UNKNOWN",
  "EXCURSION_ORDER",
  "EXCURSION_STALE",
  "IDENTITY_NOT_ACTIVE",
]);

export class Replay {
  readonly #scope: Scope;
  readonly #state = new Map<string, Entry>();
  /** Batches before the first one that is recomputed: sensor → number and hash. */
  readonly starts = new Map<string, { readonly sequence: number; readonly hash: string }>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** The record as the rules left it, without what concerns other shipments. */
  record<T>(key: string): T | undefined {
    const entry = this.#state.get(key);
    return entry && (JSON.parse(new TextDecoder().decode(entry.value)) as T);
  }

  /** Transaction place that wrote the key last. */
  version(key: string): Version | undefined {
    return this.#state.get(key)?.version;
  }

  /**
   * Takes the sensor's last batch before the shipment as its endorsers wrote it. Its content is checked by the next batch, which names its hash;
   * what the ledger had computed from it (time of its last reading, ticks) is not computed again.
   * @throws Difference
   */
  adopt(transaction: Placed, sensor: string): void {
    const [bytes] = transaction.args;
    const hash = bytes && bytesToHex(batchHash(sensor, bytes));
    const { sequence } = this.#decode(transaction, bytes ?? new Uint8Array());
    for (const key of [keys.head(sensor), keys.batch(sensor, sequence)]) {
      const value = transaction.writes.get(key);
      if (value === undefined) throw new Difference("start", `the endorsers wrote no ${key}`, transaction.id);
      this.#put(key, this.#scope.restrict(key, value), transaction.place);
    }
    const head = this.record<{ hash: string; assignments: Record<string, unknown> }>(keys.head(sensor));
    if (hash === undefined || head?.hash !== hash || Object.keys(head.assignments).length > 0)
      throw new Difference("start", `the state of ${sensor} before the shipment is not that of its batch ${sequence}`, transaction.id);
    this.starts.set(sensor, { sequence, hash });
  }

  #decode(transaction: Placed, bytes: Uint8Array) {
    try {
      return decodeBatch(bytes);
    } catch (cause) {
      if (!(cause instanceof DomainError)) throw cause;
      throw new Difference("start", cause.message, transaction.id, { cause });
    }
  }

  /**
   * @param endorsers organisations whose endorsement of it holds
   * @throws Difference naming the first thing that does not fit; the state stays as it was before
   */
  async apply(transaction: Placed, endorsers: readonly string[]): Promise<Replayed> {
    this.#expectAgreement(transaction, endorsers);
    const given = this.#given(transaction);
    this.expectReads(transaction, transaction.place, transaction.id, given);
    const { call, outcome } = await this.#run(transaction, given);
    this.#compareWrites(transaction, outcome);
    this.#comparePolicies(transaction, outcome);
    this.#compareAnswer(transaction, outcome);
    for (const [key, value] of outcome.writes) if (this.#scope.holds(key)) this.#put(key, value, transaction.place);
    return { call, facts: outcome.facts };
  }

  /**
   * What endorsers read must have been written last by the transaction that the file says: a left-out one in between shows here.
   * @throws Difference
   */
  expectReads({ reads }: Pick<StateSet, "reads">, place: Version | undefined, transaction: string, given: Given = NOTHING): void {
    for (const [key, version] of reads) {
      if (!this.#scope.holds(key) || given.has(key)) continue;
      const own = this.version(key);
      const later = this.#scope.isShared(key) && version !== undefined && own !== undefined && isBefore(own, version);
      const known = later ? place === undefined || isBefore(version, place) : sameVersion(own, version);
      if (!known) throw new Difference("sequence", wording(key, own, version), transaction);
    }
  }

  /**
   * A second content under an old number suspends its sensor, long before the shipment perhaps or after it. The first content is not in the file
   * then; its hash stands in the endorsed event. All that can be got by it is a suspended sensor.
   */
  #given({ event, reads }: Placed): Given {
    if (event?.name !== EVENTS.sensorSuspended) return NOTHING;
    const { sensor, sequence, hashes } = JSON.parse(new TextDecoder().decode(event.payload)) as SuspendedEvent;
    const [batch, head] = [keys.batch(sensor, sequence), keys.head(sensor)];
    const isKnown = sameVersion(this.version(head), reads.get(head)) && this.version(batch) !== undefined;
    if (isKnown) return NOTHING;
    return new Map([
      [batch, canonicalBytes({ hash: hashes[0] ?? "" })],
      [head, canonicalBytes({ sequence })],
    ]);
  }

  async #run(transaction: Placed, given: Given): Promise<{ call: Call; outcome: Outcome }> {
    const { id, creator, args, timestamp, function: name } = transaction;
    if (!isFunctionName(name)) throw new Difference("rules", `the contract has no function ${name.slice(0, 64)}`, id);
    try {
      const call = { name, args, creator: parseIdentity(creator.mspId, creator.pem), transactionId: id, timestamp };
      // Without `now` the window is not judged again: it was the endorsers' clocks that decided.
      return { call, outcome: await execute(call, this.#view(given), { windowMs: 0 }) };
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
        throw new Difference("rules", `the rules cannot be applied: ${error.message}`, id, { cause: error });
      if (!(error instanceof WintersealError)) throw error;
      const check = OUT_OF_ORDER.has(error.code) ? "sequence" : "rules";
      throw new Difference(check, `the rules refuse it here (${error.code}): ${describe(error)}`, id, { cause: error });
    }
  }

  #view(given: Given) {
    const get = (key: string) => given.get(key) ?? (this.#scope.holds(key) ? this.#state.get(key)?.value : undefined);
    return { get: (key: string) => Promise.resolve(get(key)) };
  }

  #compareWrites({ writes, id }: Placed, outcome: Outcome): void {
    for (const [key, value] of outcome.writes) {
      if (!this.#scope.holds(key)) continue;
      const endorsed = writes.get(key);
      if (endorsed === undefined || !same(this.#scope.restrict(key, endorsed), value))
        throw new Difference("rules", `what was endorsed for ${key} is not what the rules give`, id);
    }
    for (const key of writes.keys()) {
      if (this.#scope.holds(key) && !outcome.writes.has(key)) throw new Difference("rules", `${key} was written, and the rules do not`, id);
    }
  }

  #comparePolicies({ policies, id }: Placed, outcome: Outcome): void {
    const isSame =
      policies.size === outcome.policies.size && [...outcome.policies].every(([key, policy]) => same(policy, policies.get(key) ?? NONE));
    if (!isSame) throw new Difference("rules", "who must endorse a record's next change is not what the rules give", id);
  }

  #compareAnswer({ result, event, id }: Placed, outcome: Outcome): void {
    if (!same(result, outcome.result)) throw new Difference("rules", "the answer is not what the rules give", id);
    if (!event !== !outcome.event) throw new Difference("rules", "an event is missing or too many", id);
    if (!event || !outcome.event) return;
    const named = event.name === outcome.event.name && event.transaction === id;
    if (!named || !same(this.#scope.restrictEvent(event.payload), this.#scope.restrictEvent(outcome.event.payload)))
      throw new Difference("rules", "the event is not what the rules give", id);
  }

  /** The agreement in force before the transaction names who must have endorsed it (docs/decisions/0140). */
  #expectAgreement({ function: name, id }: Placed, endorsers: readonly string[]): void {
    if (!isFunctionName(name) || !isAgreed(name)) return;
    const lacking = lackingAgreement(name, this.record<AgreementRecord>(keys.agreement()), endorsers);
    if (lacking !== undefined) throw new Difference("endorsements", `${name}: ${lacking}`, id);
  }

  #put(key: string, value: Uint8Array, version: Version): void {
    this.#state.set(key, { value, version });
  }
}

const describe = ({ message, facts }: WintersealError): string => {
  const named = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return named.length > 0 ? `${message} (${named.join(", ")})` : message;
};

const isBefore = (a: Version, b: Version): boolean => a.block < b.block || (a.block === b.block && a.position < b.position);
const sameVersion = (a: Version | undefined, b: Version | undefined): boolean => a?.block === b?.block && a?.position === b?.position;

const placeOf = (version: Version | undefined): string =>
  version === undefined ? "no transaction" : `block ${version.block}, transaction ${version.position}`;
const wording = (key: string, own: Version | undefined, read: Version | undefined): string =>
  `the endorsers read ${key} as ${placeOf(read)} left it; the file's last change is of ${placeOf(own)}: one is left out, or out of place`;

const NONE = new Uint8Array();
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);
