/** A block's transactions in their order: form and policies first, then reads, each seeing the valid ones before it. */
import type { BlockEffect, IndexedTransaction } from "../store/chain-store";
import type { StateReader } from "../store/state-view";
import { CODE, type Code } from "../wire/transaction";
import { BlockKeyPolicies } from "./key-policy";
import { BlockUpdates, checkReads } from "./mvcc";
import { type BlockEnvelope, type CheckedTransaction, checkTransaction, type TransactionRules } from "./transaction";

export interface BlockVerdict extends BlockEffect {
  readonly codes: readonly Code[];
}

/** Transactions that are found by id: those that prove it is theirs, each id once. */
export function indexOf(checked: readonly CheckedTransaction[], codes: readonly Code[]): IndexedTransaction[] {
  return checked.flatMap(({ id }, position) => {
    const code = codes[position] ?? CODE.NOT_VALIDATED;
    return id === undefined || code === CODE.DUPLICATE_TXID ? [] : [{ id, position, code }];
  });
}

export async function validateBlock(
  number: number,
  envelopes: readonly BlockEnvelope[],
  rules: TransactionRules,
  state: StateReader,
): Promise<BlockVerdict> {
  const updates = new BlockUpdates();
  const keyPolicies = new BlockKeyPolicies(state);
  const seen = new Set<string>();
  const codes: Code[] = [];
  const checked: CheckedTransaction[] = [];
  for (const [position, envelope] of envelopes.entries()) {
    const transaction = checkTransaction(envelope, rules, keyPolicies);
    let { code } = transaction;
    if (code === CODE.VALID) keyPolicies.note(transaction.sets);
    if (code === CODE.VALID && transaction.id !== undefined) {
      code = seen.has(transaction.id) ? CODE.DUPLICATE_TXID : await checkReads(transaction.sets, state, updates);
      seen.add(transaction.id);
      if (code === CODE.VALID) updates.apply(transaction.sets, { block: number, transaction: position });
    }
    codes.push(code);
    checked.push(transaction);
  }
  return { codes, updates: updates.sorted(), transactions: indexOf(checked, codes) };
}
