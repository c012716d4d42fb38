import { execute, isFunctionName } from "../contract/execute";
import type { Facts } from "../contract/facts";
import { parseIdentity } from "../contract/identity";
import type { Identity, Outcome } from "../contract/types";
import type { EndorserTransaction, NamespaceSet } from "../fabric/block-transaction";
import { WintersealError } from "../messages/errors";
import { Contradiction, type Place } from "./contradiction";
import type { StateCopy } from "./state-copy";

/** Status of a contract's answer that endorsers may sign into a transaction (Fabric: `shim.OK`). */
const OK = 200;

export interface ReExecuted {
  readonly creator: Identity;
  readonly writes: ReadonlyMap<string, Uint8Array>;
  readonly facts: Facts | undefined;
  /** State records that the call read, as they were before it. */
  readonly before: ReadonlyMap<string, Uint8Array | undefined>;
}

/**
 * Runs a valid transaction's call again on the projection's own state and compares everything that the ledger says came of it: read versions, write
 * set, result and event, byte for byte.
 * @param namespace the contract's name on the channel.
 * @throws Contradiction naming the first difference; nothing is put into the state.
 */
export async function reExecute(
  transaction: EndorserTransaction & { readonly id: string },
  namespace: string,
  state: StateCopy,
  place: Place,
): Promise<ReExecuted> {
  const before = new Map<string, Uint8Array | undefined>();
  const view = {
    async get(key: string) {
      const value = await state.get(key);
      before.set(key, value);
      return value;
    },
  };
  const { creator, outcome } = await run(transaction, view, place);
  const set = contractSet(transaction.sets, namespace, place);
  await compareReads(set, state, place);
  compareWrites(set, outcome, place);
  comparePolicies(set, outcome, place);
  compareAnswer(transaction, namespace, outcome, place);
  return { creator, writes: outcome.writes, facts: outcome.facts, before };
}

type View = Parameters<typeof execute>[1];

async function run(
  transaction: EndorserTransaction & { readonly id: string },
  view: View,
  place: Place,
): Promise<{ creator: Identity; outcome: Outcome }> {
  const name = transaction.function;
  if (!isFunctionName(name)) throw new Contradiction(`the contract has no function ${name.slice(0, 64)}`, place);
  try {
    const creator = parseIdentity(transaction.creator.mspId, transaction.creator.pem);
    const call = { name, args: transaction.args, creator, transactionId: transaction.id, timestamp: transaction.timestamp };
    // Without `now` the window is not judged again: it was the endorsers' clocks that decided.
    return { creator, outcome: await execute(call, view, { windowMs: 0 }) };
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
      throw new Contradiction(`the rules cannot be applied to what the ledger took: ${error.message}`, place, { cause: error });
    if (!(error instanceof WintersealError)) throw error;
    throw new Contradiction(`the ledger took what the rules refuse with ${error.code}: ${error.message}`, place, { cause: error });
  }
}

const EMPTY: Omit<NamespaceSet, "namespace"> = { reads: [], writes: [], policies: [], other: false };

/** The contract's own namespace; any other may be read (the definition in `_lifecycle`), never written. */
function contractSet(sets: readonly NamespaceSet[], namespace: string, place: Place): Omit<NamespaceSet, "namespace"> {
  const own = sets.filter((set) => set.namespace === namespace);
  if (own.length > 1) throw new Contradiction("two write sets for one contract", place);
  for (const set of sets) {
    if (set.namespace !== namespace && set.writes.length + set.policies.length > 0)
      throw new Contradiction(`it writes into the state of ${set.namespace}`, place);
    if (set.other) throw new Contradiction("range reads, other key metadata or private collections, which the contract never uses", place);
  }
  return own[0] ?? EMPTY;
}

/** What the endorsers read must be what the rules' own history wrote last. */
async function compareReads(set: Pick<NamespaceSet, "reads">, state: StateCopy, place: Place): Promise<void> {
  for (const { key, version } of set.reads) {
    const own = await state.version(key);
    if (own?.block !== version?.block || own?.position !== version?.position)
      throw new Contradiction("it was endorsed on another state than the rules give", { ...place, key });
  }
}

function compareWrites(set: Pick<NamespaceSet, "writes">, outcome: Outcome, place: Place): void {
  const written = new Map(set.writes.map(({ key, value }) => [key, value]));
  if (written.size !== set.writes.length) throw new Contradiction("one key is written twice", place);
  for (const [key, value] of outcome.writes) {
    const actual = written.get(key);
    if (!actual || !same(actual, value)) throw new Contradiction("the written value is not what the rules give", { ...place, key });
  }
  for (const key of written.keys()) {
    if (!outcome.writes.has(key)) throw new Contradiction("a value was written that the rules do not give", { ...place, key });
  }
}

/** Who must endorse a key's next change is as much a result of the call as its value. */
function comparePolicies(set: Pick<NamespaceSet, "policies">, outcome: Outcome, place: Place): void {
  const written = new Map(set.policies.map(({ key, value }) => [key, value]));
  for (const [key, policy] of outcome.policies) {
    const actual = written.get(key);
    if (!actual || !same(actual, policy))
      throw new Contradiction("a key's endorsement policy is not what the rules give", { ...place, key });
  }
  for (const key of written.keys()) {
    if (!outcome.policies.has(key))
      throw new Contradiction("a key got an endorsement policy that the rules do not give", { ...place, key });
  }
}

function compareAnswer(
  transaction: EndorserTransaction & { readonly id: string },
  namespace: string,
  outcome: Outcome,
  place: Place,
): void {
  const { response, event } = transaction;
  if (response.status !== OK || !same(response.payload, outcome.result))
    throw new Contradiction("the result is not what the rules give", place);
  if (!event !== !outcome.event) throw new Contradiction("an event is missing or too many", place);
  if (!event || !outcome.event) return;
  const named = event.name === outcome.event.name && event.chaincode === namespace && event.transaction === transaction.id;
  if (!named || !same(event.payload, outcome.event.payload)) throw new Contradiction("the event is not what the rules give", place);
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
