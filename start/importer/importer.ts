import { setTimeout as sleep } from "node:timers/promises";
import { type LightClient, parseResult } from "../../device/ts/client";
import { type CanonicalValue, canonicalBytes } from "../../lib/domain/canonical-json";
import { RETRYABLE, WintersealError } from "../../lib/messages/errors";
import type { Statement, StatementName } from "../../lib/messages/statements";

/** What was committed, and the proposal that its author signed (an authority's approval of a certificate). */
export interface Recorded {
  readonly transactionId: string;
  readonly block: number;
  readonly signedProposal: Uint8Array;
}

const ATTEMPTS = 8;

/**
 * Signs a statement with a command-line identity (role `importer`) and waits until it is committed.
 * What can be tried again (a busy proxy, two writers of one key) is tried again with a new proposal.
 * @throws WintersealError the contract's refusal
 */
export async function record<N extends StatementName>(client: LightClient, name: N, statement: Statement<N>): Promise<Recorded> {
  const args = [canonicalBytes(statement as unknown as CanonicalValue)];
  for (let attempt = 1; ; attempt++) {
    try {
      const { transactionId, block, signedProposal } = await client.transact(name, args, parseResult);
      return { transactionId, block, signedProposal };
    } catch (error) {
      if (!(error instanceof WintersealError) || !RETRYABLE.has(error.code) || attempt === ATTEMPTS) throw error;
      await sleep(Math.min(5_000, 250 * 2 ** attempt) * (0.5 + Math.random()));
    }
  }
}

/** {@link record}, where finding it recorded already is as good: what makes a second run change nothing. */
export async function recordOnce<N extends StatementName>(client: LightClient, name: N, statement: Statement<N>): Promise<boolean> {
  try {
    await record(client, name, statement);
    return true;
  } catch (error) {
    if (error instanceof WintersealError && error.code === "EXISTS") return false;
    throw error;
  }
}
