import { isAgreed, lackingAgreement } from "../contract/agreement";
import { isFunctionName } from "../contract/execute";
import { type AgreementRecord, keys } from "../contract/state";
import { type TransactionRules, verifyTransaction } from "../evidence/verify-transaction";
import type { DecodedBlock, DecodedTransaction } from "../fabric/block";
import { VALID } from "../fabric/block";
import type { EndorserTransaction } from "../fabric/block-transaction";
import { WintersealError } from "../messages/errors";
import { Contradiction, type Place } from "./contradiction";
import { type ReExecuted, reExecute } from "./re-execute";
import type { StateCopy } from "./state-copy";

type Endorsed = DecodedTransaction & { readonly kind: "endorser" };

/** What the projection found a transaction to be. */
export type Judged =
  /** The contract's, valid, verified and re-executed. */
  | { readonly kind: "executed"; readonly transaction: Endorsed; readonly endorsers: readonly string[]; readonly result: ReExecuted }
  /** Valid, but nothing of ours: configuration, or another contract (Fabric's lifecycle). */
  | { readonly kind: "foreign"; readonly transaction: DecodedTransaction; readonly name: string; readonly mspId: string }
  /** Refused at commit. Nothing that it says counts, not even who made it. */
  | { readonly kind: "invalid"; readonly transaction: DecodedTransaction };

/** What a transaction's own signatures say: settled later, never rejected, so that many can be under way at once. */
export type Verification = Promise<{ readonly endorsers: readonly string[] } | { readonly error: unknown }>;

/** Starts to verify a transaction that claims to be our contract's; undefined for any other. */
export function startVerification(transaction: DecodedTransaction, rules: TransactionRules): Verification | undefined {
  if (transaction.validationCode !== VALID || transaction.kind !== "endorser" || !concerns(transaction, rules.chaincode)) return undefined;
  return verifyTransaction(transaction, rules).catch((error: unknown) => ({ error }));
}

/**
 * Judges one transaction and re-executes it when it is our contract's. Its writes go to `state` as pending.
 * @throws Contradiction
 */
export async function judge(
  transaction: DecodedTransaction,
  verification: Verification | undefined,
  block: number,
  rules: TransactionRules,
  state: StateCopy,
): Promise<Judged> {
  if (transaction.validationCode !== VALID) return { kind: "invalid", transaction };
  const place: Place = { block, ...(transaction.id === "" ? {} : { transaction: transaction.id }) };
  if (transaction.kind === "unreadable") throw new Contradiction(`a valid transaction cannot be read: ${transaction.problem}`, place);
  if (transaction.kind === "other") return { kind: "foreign", transaction, name: `configuration (type ${transaction.type})`, mspId: "" };
  if (!verification) {
    const name = `${transaction.chaincode.endorsed}:${transaction.function}`;
    return { kind: "foreign", transaction, name, mspId: transaction.creator.mspId };
  }
  const endorsers = await endorsersOf(verification, place);
  const result = await reExecute(transaction, rules.chaincode, state, place);
  await checkAgreement(transaction.function, endorsers, state, place);
  for (const [key, value] of result.writes) state.put(key, value, { block, position: transaction.position });
  return { kind: "executed", transaction, endorsers, result };
}

/**
 * The agreement in force before the transaction. The ledger asks for it too, by the guards that the contract writes (docs/decisions/0140): what lacks
 * it here was not written by the contract.
 */
async function checkAgreement(name: string, endorsers: readonly string[], state: StateCopy, place: Place): Promise<void> {
  if (!isFunctionName(name) || !isAgreed(name)) return;
  const bytes = await state.get(keys.agreement());
  const agreement = bytes && (JSON.parse(Buffer.from(bytes).toString("utf8")) as AgreementRecord);
  const lacking = lackingAgreement(name, agreement, endorsers);
  if (lacking === undefined) return;
  const cause = new WintersealError("AGREEMENT_LACKING", lacking);
  throw new Contradiction(`the ledger took what the organisations had not agreed to (${cause.code}): ${lacking}`, place, { cause });
}

/** Whether it names our contract anywhere or writes into its state: then it has to be ours in every respect. */
function concerns({ chaincode, sets }: EndorserTransaction, ours: string): boolean {
  const named = [chaincode.header, chaincode.invoked, chaincode.endorsed].includes(ours);
  return named || sets.some(({ namespace, writes, policies }) => namespace === ours && writes.length + policies.length > 0);
}

async function endorsersOf(verification: Verification, place: Place): Promise<readonly string[]> {
  const outcome = await verification;
  if ("endorsers" in outcome) return outcome.endorsers;
  const { error } = outcome;
  if (!(error instanceof WintersealError)) throw error;
  throw new Contradiction(`the ledger took what does not verify (${error.code}): ${error.message}`, place, { cause: error });
}

/** What one block must be to follow another. @throws Contradiction */
export function checkLink(block: DecodedBlock, previous: { readonly block: number; readonly headerHash: Uint8Array }): void {
  const place = { block: block.number };
  if (block.number !== previous.block + 1) throw new Contradiction(`it does not follow block ${previous.block}`, place);
  if (previous.block >= 0 && Buffer.compare(block.previousHash, previous.headerHash) !== 0)
    throw new Contradiction("it does not link to the block before: another chain, or an altered one", place);
  if (!block.dataHashHolds) throw new Contradiction("its data is not what its header says", place);
}

/** Keys that the block's transactions read, by their own account: enough to read them at once. */
export function* keysRead(block: DecodedBlock, namespace: string): Generator<string> {
  for (const transaction of block.transactions) {
    if (transaction.kind !== "endorser" || transaction.validationCode !== VALID) continue;
    for (const set of transaction.sets) if (set.namespace === namespace) for (const { key } of set.reads) yield key;
  }
}
