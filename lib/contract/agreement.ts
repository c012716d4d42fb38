/** `governance:Agree` and the guards: who must endorse what (docs/decisions/0140). */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "../domain/bytes";
import { canonicalBytes } from "../domain/canonical-json";
import { AGREED_GROUPS, FOUNDERS, lacking, requirementOf, type Terms } from "../messages/agreement";
import { EVENTS, FUNCTIONS, type FunctionName } from "../messages/functions";
import type { Statement } from "../messages/statements";
import { refuse, stating } from "./call";
import { keyPolicy } from "./policy";
import { type AgreementRecord, type ConsentRecord, keys } from "./state";
import type { World } from "./world";

const GUARDED = [...AGREED_GROUPS, "governance"] as const;

/**
 * Writes the guard of the function's group, without a read: writes alone never conflict. Fabric then asks for the endorsements that the
 * guard's policy names. Readings have none: their policy is the contract's own.
 */
export function guard(name: FunctionName, world: World): void {
  const { group } = FUNCTIONS[name];
  if (group !== null && group !== "readings") world.put(keys.guard(group), {});
}

/** Whose signature a new agreement needs: all who are bound now, and all who will be. Ascending. */
const signatoriesOf = (current: AgreementRecord | undefined, terms: Terms): string[] =>
  [...new Set([...(current?.terms.organisations ?? FOUNDERS), ...terms.organisations])].sort();

const hashOf = (statement: Statement<"governance:Agree">): string =>
  bytesToHex(sha256(canonicalBytes(statement as unknown as Parameters<typeof canonicalBytes>[0])));

export const agree = stating("governance:Agree", async (statement, call, world) => {
  const { version, terms } = statement;
  const current = await world.get<AgreementRecord>(keys.agreement());
  const expected = (current?.version ?? 0) + 1;
  if (version !== expected) refuse("AGREEMENT_VERSION", undefined, { version, expected });
  const { mspId, commonName } = call.creator;
  const signatories = signatoriesOf(current, terms);
  if (!signatories.includes(mspId)) refuse("ACCESS_DENIED", "the organisation is bound by neither agreement", { organisation: mspId });
  const hash = hashOf(statement);
  const own: ConsentRecord = {
    version,
    organisation: mspId,
    hash,
    by: commonName,
    at: call.timestamp,
    transaction: call.transactionId,
  };
  world.put(keys.consent(version, mspId), own);
  const consents = await Promise.all(signatories.map((id) => world.get<ConsentRecord>(keys.consent(version, id))));
  const alike = consents.filter((consent) => consent?.hash === hash).flatMap((consent) => consent ?? []);
  const facts = { version, hash, organisation: mspId };
  if (alike.length < signatories.length) {
    return { event: { name: EVENTS.consentGiven, payload: { ...facts, missing: signatories.length - alike.length } } };
  }
  const inForce: AgreementRecord = {
    version,
    hash,
    terms,
    consents: alike.map(({ organisation, by, at, transaction }) => ({ organisation, by, at, transaction })),
    at: call.timestamp,
  };
  bind(world, inForce);
  return { event: { name: EVENTS.agreementInForce, payload: facts } };
});

/** From the next block on the ledger itself asks for these endorsements; the record can be changed by all organisations only. */
function bind(world: World, record: AgreementRecord): void {
  world.put(keys.agreement(), record);
  for (const group of GUARDED) {
    const requirement = requirementOf(record.terms, group);
    if (requirement === undefined) continue;
    const policy = keyPolicy(requirement, record.terms.organisations);
    world.put(keys.guard(group), {});
    world.protect(keys.guard(group), policy);
    if (group === "governance") world.protect(keys.agreement(), policy);
  }
}

/** Whether an agreement says anything of the function: of readings it does not. */
export function isAgreed(name: FunctionName): boolean {
  const { group } = FUNCTIONS[name];
  return group !== null && group !== "readings";
}

/**
 * What a transaction lacks of the agreement in force at its position, in words; undefined = nothing. For verifiers: the contract itself cannot see who endorses.
 * @param agreement record `agreement` in the state that the call ran on
 */
export function lackingAgreement(
  name: FunctionName,
  agreement: AgreementRecord | undefined,
  endorsers: readonly string[],
): string | undefined {
  const { group } = FUNCTIONS[name];
  if (agreement === undefined || group === null) return undefined;
  const requirement = requirementOf(agreement.terms, group);
  return requirement === undefined ? undefined : lacking(agreement.terms, requirement, endorsers);
}
