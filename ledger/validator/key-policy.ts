/**
 * Key-level endorsement policies (Fabric `core/common/validation/statebased`): a written key that has one asks for it in place of the contract's
 * own. In one block, a key whose policy an earlier transaction sets cannot be written by a later one.
 */
import { common, msp } from "@hyperledger/fabric-protos";
import type { StateReader } from "../store/state-view";
import { decodeMetadata, type NamespaceSet, VALIDATION_PARAMETER } from "../wire/rwset";

/** An endorser whose signature holds; each stands once. */
export interface Endorsed {
  readonly mspId: string;
  readonly role: string | undefined;
}

export interface KeyPolicies {
  /** Serialised policy of a key, "changed" when an earlier transaction of the block sets it, undefined when the key has none. */
  of(namespace: string, key: string): Uint8Array | "changed" | undefined;
}

export function policyIn(state: StateReader, namespace: string, key: string): Uint8Array | undefined {
  const metadata = state.metadata(namespace, key);
  const policy = metadata && decodeMetadata(metadata).find(({ name }) => name === VALIDATION_PARAMETER)?.value;
  return policy?.length === 0 ? undefined : policy;
}

/** The policies that one block's transactions meet, in their order. */
export class BlockKeyPolicies implements KeyPolicies {
  readonly #state: StateReader;
  readonly #changed = new Set<string>();

  constructor(state: StateReader) {
    this.#state = state;
  }

  of(namespace: string, key: string): Uint8Array | "changed" | undefined {
    return this.#changed.has(`${namespace}\0${key}`) ? "changed" : policyIn(this.#state, namespace, key);
  }

  /** A transaction whose endorsements hold sets these, also when its reads turn out stale: Fabric judges endorsements first. */
  note(sets: readonly NamespaceSet[]): void {
    for (const { namespace, metadata } of sets) for (const { key } of metadata) this.#changed.add(`${namespace}\0${key}`);
  }
}

const ROLES: Readonly<Record<number, string>> = { 1: "admin", 2: "client", 3: "peer", 4: "orderer" };

/** Whether a signature policy holds; one that cannot be read never does. */
export function holds(policy: Uint8Array, endorsed: readonly Endorsed[]): boolean {
  try {
    const envelope = common.SignaturePolicyEnvelope.deserializeBinary(policy);
    const rule = envelope.getRule();
    const principals = envelope.getIdentitiesList().map(fits);
    return rule !== undefined && evaluate(rule, principals, endorsed, new Set()) !== undefined;
  } catch {
    return false; // Fabric counts a policy that it cannot read as not satisfied.
  }
}

type Fits = (endorsed: Endorsed) => boolean;

function fits(principal: msp.MSPPrincipal): Fits {
  if (principal.getPrincipalClassification() !== msp.MSPPrincipal.Classification.ROLE) return () => false;
  const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
  const [mspId, wanted] = [role.getMspIdentifier(), role.getRole()];
  return (endorsed) => endorsed.mspId === mspId && (wanted === msp.MSPRole.MSPRoleType.MEMBER || endorsed.role === ROLES[wanted]);
}

/** A signature stands for one principal (Fabric `common/cauthdsl`). @returns those used up, undefined when the rule does not hold */
function evaluate(
  rule: common.SignaturePolicy,
  principals: readonly Fits[],
  endorsed: readonly Endorsed[],
  used: ReadonlySet<number>,
): ReadonlySet<number> | undefined {
  const outOf = rule.getNOutOf();
  if (outOf === undefined) {
    const index = endorsed.findIndex((each, at) => !used.has(at) && principals[rule.getSignedBy()]?.(each) === true);
    return index < 0 ? undefined : new Set([...used, index]);
  }
  let [held, taken] = [0, used];
  for (const inner of outOf.getRulesList()) {
    const after = evaluate(inner, principals, endorsed, taken);
    if (after === undefined) continue;
    taken = after;
    held++;
  }
  return held >= outOf.getN() ? taken : undefined;
}
