/**
 * One transaction's validity apart from the state: form, creator, transaction id, contract and endorsement policies. Codes and order
 * follow Fabric's `core/common/validation` and `txvalidator/v20`. Expiry is not looked at here, as in Fabric.
 */
import { common, peer } from "@hyperledger/fabric-protos";
import type { ChannelMembers } from "../msp/channel";
import { verifyBy } from "../msp/identity";
import { isCanonicalEnvelope } from "../wire/block";
import { decodeReadWriteSet, type NamespaceSet } from "../wire/rwset";
import {
  CODE,
  type Code,
  type EndorsedAction,
  type EnvelopeHeader,
  HEADER_TYPE,
  MalformedTransactionError,
  transactionId,
  unpackAction,
  unpackEnvelope,
} from "../wire/transaction";
import { holds, type KeyPolicies } from "./key-policy";
import { type EndorsementPolicy, endorsedBy, satisfies } from "./policy";

export interface TransactionRules {
  readonly channel: string;
  readonly members: ChannelMembers;
  /** Policy of each namespace that may be written. */
  readonly policies: ReadonlyMap<string, EndorsementPolicy>;
  /** Whether the ledger holds the transaction id already. */
  readonly isKnown: (transactionId: string) => boolean;
}

export interface BlockEnvelope {
  readonly bytes: Uint8Array;
  /**
   * Given by the orderer of the same process, which unpacked the same bytes and verified their signature: both are then not done a second
   * time. What may have changed since, as a revocation, is asked again.
   */
  readonly header?: EnvelopeHeader;
}

export interface CheckedTransaction {
  readonly code: Code;
  /** The id, if the transaction proves that it is its own. */
  readonly id?: string;
  readonly type?: number;
  readonly sets: readonly NamespaceSet[];
}

class Invalid extends Error {
  constructor(readonly code: Code) {
    super(`validation code ${code}`);
  }
}

const HEADER_TYPES: ReadonlySet<number> = new Set([HEADER_TYPE.ENDORSER_TRANSACTION, HEADER_TYPE.CONFIG, HEADER_TYPE.CONFIG_UPDATE]);

function readHeader(bytes: Uint8Array): EnvelopeHeader {
  if (!isCanonicalEnvelope(bytes)) throw new Invalid(CODE.MARSHAL_TX_ERROR);
  try {
    return unpackEnvelope(common.Envelope.deserializeBinary(bytes));
  } catch {
    throw new Invalid(CODE.BAD_PAYLOAD);
  }
}

function checkHeader(header: EnvelopeHeader): void {
  const whole = header.nonce.length > 0 && header.creator.length > 0;
  if (!HEADER_TYPES.has(header.type) || header.epoch !== 0 || !whole) throw new Invalid(CODE.BAD_COMMON_HEADER);
}

function checkCreator(header: EnvelopeHeader, verified: boolean, rules: TransactionRules): void {
  const creator = rules.members.find(header.creator);
  const valid = creator !== undefined && header.channel === rules.channel && creator.problem() === undefined;
  if (!valid || !(verified || verifyBy(creator, header.payload, header.signature))) throw new Invalid(CODE.BAD_CREATOR_SIGNATURE);
}

function chaincodeName(header: EnvelopeHeader, action: peer.ChaincodeAction): string {
  const named = peer.ChaincodeHeaderExtension.deserializeBinary(header.extension).getChaincodeId();
  const endorsed = action.getChaincodeId();
  if (named === undefined || endorsed === undefined) throw new Invalid(CODE.INVALID_OTHER_REASON);
  const name = named.getName();
  if (name === "" || name !== endorsed.getName() || endorsed.getVersion() === "") throw new Invalid(CODE.INVALID_CHAINCODE);
  const event = action.getEvents_asU8();
  if (event.length > 0 && peer.ChaincodeEvent.deserializeBinary(event).getChaincodeId() !== name)
    throw new Invalid(CODE.INVALID_OTHER_REASON);
  return name;
}

function readSets(action: peer.ChaincodeAction): NamespaceSet[] {
  let sets: NamespaceSet[];
  try {
    sets = decodeReadWriteSet(action.getResults_asU8());
  } catch {
    throw new Invalid(CODE.BAD_RWSET);
  }
  if (new Set(sets.map((set) => set.namespace)).size !== sets.length) throw new Invalid(CODE.ILLEGAL_WRITESET);
  return sets;
}

function checkPolicies(
  name: string,
  sets: readonly NamespaceSet[],
  action: EndorsedAction,
  rules: TransactionRules,
  keyPolicies: KeyPolicies,
): void {
  const written = new Set([name, ...sets.filter((set) => set.writes.length > 0).map((set) => set.namespace)]);
  for (const namespace of written) {
    const policy = rules.policies.get(namespace);
    if (policy === undefined) throw new Invalid(CODE.INVALID_CHAINCODE);
    const keys = sets.find((set) => set.namespace === namespace)?.writes.map((write) => write.key) ?? [];
    const ofKeys = keys.map((key) => keyPolicies.of(namespace, key));
    checkKeyPolicies(ofKeys, action, rules);
    // The contract's own policy holds for whatever has none of its own, and for a transaction that writes nothing.
    const own = ofKeys.length === 0 || ofKeys.includes(undefined);
    if (own && !satisfies(policy, action, rules.members)) throw new Invalid(CODE.ENDORSEMENT_POLICY_FAILURE);
  }
}

function checkKeyPolicies(policies: readonly ReturnType<KeyPolicies["of"]>[], action: EndorsedAction, { members }: TransactionRules): void {
  const asked = policies.filter((policy) => policy !== undefined);
  if (asked.length === 0) return;
  const endorsed = endorsedBy(action, members);
  const failed = asked.some((policy) => policy === "changed" || !holds(policy, endorsed));
  if (failed) throw new Invalid(CODE.ENDORSEMENT_POLICY_FAILURE);
}

/** Checks one envelope of a block. Never throws for what a transaction holds: it answers with the code. */
export function checkTransaction(envelope: BlockEnvelope, rules: TransactionRules, keyPolicies: KeyPolicies): CheckedTransaction {
  let id: string | undefined;
  let type: number | undefined;
  const result = (code: Code, sets: readonly NamespaceSet[] = []): CheckedTransaction => ({
    code,
    sets,
    ...(id !== undefined && { id }),
    ...(type !== undefined && { type }),
  });
  try {
    const header = envelope.header ?? readHeader(envelope.bytes);
    type = header.type;
    checkHeader(header);
    checkCreator(header, envelope.header !== undefined, rules);
    if (type !== HEADER_TYPE.ENDORSER_TRANSACTION) return result(CODE.UNSUPPORTED_TX_PAYLOAD);
    if (header.transactionId !== transactionId(header.nonce, header.creator)) return result(CODE.BAD_PROPOSAL_TXID);
    id = header.transactionId;
    const action = unpackAction(header);
    if (rules.isKnown(id)) return result(CODE.DUPLICATE_TXID);
    const name = chaincodeName(header, action.action);
    const sets = readSets(action.action);
    checkPolicies(name, sets, action, rules, keyPolicies);
    return result(CODE.VALID, sets);
  } catch (error) {
    if (error instanceof Invalid || error instanceof MalformedTransactionError) return result(error.code);
    return result(id === undefined ? CODE.BAD_PAYLOAD : CODE.INVALID_OTHER_REASON);
  }
}
