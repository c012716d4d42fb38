/** A person's ledger action through the light client. Runs in a browser (the signer page) and on Node (command-line identities). */

import { type ClientSettings, LightClient, parseResult } from "../../device/ts/client";
import type { Crypto } from "../../device/ts/crypto";
import type { Link } from "../../device/ts/link";
import type { Signer } from "../../device/ts/signer";
import { type CanonicalValue, canonicalBytes } from "../../lib/domain/canonical-json";
import { WintersealError } from "../../lib/messages/errors";
import { FROM_TYPES } from "../../lib/messages/link";
import type { AttestedRead, AttestQuestion } from "../../lib/messages/signer";
import { type Statement, type StatementName, statements } from "../../lib/messages/statements";

export interface PersonParts {
  readonly signer: Signer;
  readonly link: Link;
  readonly crypto: Crypto;
  /** ms UTC */
  readonly now: () => number;
}

/** A recorded action. */
export interface Transacted {
  /** hex */
  readonly transactionId: string;
  readonly block: number;
  /** The person's signed proposal (protos.SignedProposal): for `sensor:Register` and `sensor:Renew` the approval that the CA takes. */
  readonly signedProposal: Uint8Array;
}

/**
 * Has one statement endorsed, checks the answer, sends it and waits for the commit.
 * @param beforeSending called when everything is checked and the transaction is about to be signed and sent: from here on an error may mean "unknown"
 * @throws WintersealError ARGUMENT_INVALID when the statement is not its function's, and what {@link LightClient} throws
 */
export async function transact<N extends StatementName>(
  parts: PersonParts,
  settings: ClientSettings,
  name: N,
  statement: Statement<N>,
  beforeSending: () => void = () => undefined,
): Promise<Transacted> {
  const parsed = statements[name].safeParse(statement);
  if (!parsed.success) throw new WintersealError("ARGUMENT_INVALID", parsed.error.issues[0]?.message);
  const kept = keepingProposal(parts.link);
  const client = await LightClient.open({ ...parts, link: kept.link }, settings);
  const endorsed = await client.endorse(name, [canonicalBytes(parsed.data as CanonicalValue)], (result) => expectRecorded(result, name));
  beforeSending();
  const { transactionId, block } = await endorsed.submit();
  return { transactionId, block, signedProposal: kept.proposal() };
}

/**
 * Has questions answered by the endorsers of distinct organisations, one after the other, each with a nonce of its own. Nothing is written.
 * @throws WintersealError what {@link LightClient.attest} throws
 */
export async function attest(parts: PersonParts, settings: ClientSettings, questions: readonly AttestQuestion[]): Promise<AttestedRead[]> {
  const client = await LightClient.open(parts, settings);
  const reads: AttestedRead[] = [];
  for (const question of questions) {
    const { proposal, payload, endorsements } = await client.attest(question);
    reads.push({ proposal: base64(proposal), payload: base64(payload), endorsements: endorsements.map(base64) });
  }
  return reads;
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

function expectRecorded(result: Uint8Array, name: StatementName): void {
  const answer = parseResult(result) as { result?: unknown; function?: unknown } | null;
  if (answer?.result !== "recorded" || answer.function !== name) throw new WintersealError("ENDORSED_RESULT");
}

/** A link that remembers the signed proposal that went through it. */
function keepingProposal(link: Link): { link: Link; proposal: () => Uint8Array } {
  let kept = new Uint8Array();
  return {
    link: {
      request: (body, deadlineMs) => {
        if (body.type === FROM_TYPES.proposal) kept = new Uint8Array(body.signedProposal);
        return link.request(body, deadlineMs);
      },
    },
    proposal: () => kept,
  };
}
