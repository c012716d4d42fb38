/** What each signed input proves by itself: its form, its creator's signature, its endorsers'. */
import { WintersealError } from "../messages/errors";
import { decodeEnvelope } from "./decode";
import type { EvidenceFile } from "./file";
import type { Placed } from "./replay";
import type { Findings } from "./report";
import { type TransactionRules, verifyTransaction } from "./verify-transaction";

/** MSP ids of everybody who signed a transaction or an endorsement. */
export function signersOf(transactions: readonly Placed[]): ReadonlySet<string> {
  const signers = transactions.flatMap(({ creator, endorsements }) => [
    creator.mspId,
    ...endorsements.map(({ identity }) => identity.mspId),
  ]);
  return new Set(signers);
}

export function decodeAll(file: EvidenceFile, findings: Findings): Placed[] {
  const placed: Placed[] = [];
  for (const { block, position, envelope } of file.transactions) {
    const before = placed.at(-1)?.place;
    if (before && (block < before.block || (block === before.block && position <= before.position)))
      findings.fail("sequence", { code: "order", detail: `block ${block}, transaction ${position} stands after a later one` });
    try {
      placed.push({ ...decodeEnvelope(envelope), place: { block, position } });
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      findings.fail("signatures", { code: "unreadable", detail: `block ${block}, transaction ${position}: ${error.message}` });
    }
  }
  return placed;
}

/** @returns organisations whose endorsement of it holds */
export async function verifySignatures(transaction: Placed, rules: TransactionRules, findings: Findings): Promise<readonly string[]> {
  try {
    return (await verifyTransaction(transaction, rules)).endorsers;
  } catch (error) {
    if (!(error instanceof WintersealError)) throw error;
    const { id } = transaction;
    const detail = `${transaction.function.slice(0, 64)}: ${error.message}`;
    if (error.code === "ENDORSERS_TOO_FEW" || error.code === "ENDORSED_HEADER")
      findings.fail("endorsements", { code: "endorsers", detail, transaction: id });
    else findings.fail("signatures", { code: error.code === "PROPOSAL_REFUSED" ? "other-contract" : "signature", detail, transaction: id });
    return [];
  }
}
