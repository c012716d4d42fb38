/** Which organisations to ask: the contract's own policy, and the key-level policies of what the first endorser wrote (Fabric's discovery does this). */
import { peer } from "@hyperledger/fabric-protos";
import type { StateReader } from "../store/state-view";
import { holds, policyIn } from "../validator/key-policy";
import { decodeReadWriteSet } from "../wire/rwset";

/** Policies of the keys that an endorsed answer writes, as committed now. */
export function policiesOf(payload: Uint8Array, state: StateReader): Uint8Array[] {
  const action = peer.ChaincodeAction.deserializeBinary(peer.ProposalResponsePayload.deserializeBinary(payload).getExtension_asU8());
  return decodeReadWriteSet(action.getResults_asU8()).flatMap(({ namespace, writes }) =>
    writes.flatMap(({ key }) => policyIn(state, namespace, key) ?? []),
  );
}

/**
 * Smallest sets of organisations whose peers satisfy everything, those with the first endorser's before the others.
 * @param organisations in the order in which they are to be preferred
 */
export function layouts(organisations: readonly string[], first: string, threshold: number, policies: readonly Uint8Array[]): string[][] {
  const sets = subsets(organisations).filter((set) => {
    const endorsed = set.map((mspId) => ({ mspId, role: "peer" }));
    return set.length >= threshold && policies.every((policy) => holds(policy, endorsed));
  });
  const minimal = sets.filter((set) => !sets.some((other) => other.length < set.length && other.every((mspId) => set.includes(mspId))));
  const rank = (set: readonly string[]): number => set.length * 2 + (set.includes(first) ? 0 : 1);
  return minimal.sort((left, right) => rank(left) - rank(right));
}

function subsets(organisations: readonly string[]): string[][] {
  const sets: string[][] = [[]];
  for (const mspId of organisations) sets.push(...sets.map((set) => [...set, mspId]));
  return sets;
}
