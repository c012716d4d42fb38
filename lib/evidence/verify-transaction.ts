/**
 * The proof that one transaction carries in itself: its creator signed the arguments, and enough organisations signed this answer to them.
 * What it does not carry: that it was committed (validation codes stand outside every signature) and that the answer is the contract's;
 * the first takes two organisations' blocks or an attested read, the second a re-execution.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Crypto } from "../../device/ts/crypto";
import { derToRaw } from "../../device/ts/der";
import { bytesToHex } from "../domain/bytes";
import { WintersealError } from "../messages/errors";
import { organisationKind } from "../messages/names";
import type { Member, Members } from "./members";

interface Signer {
  readonly mspId: string;
  readonly pem: string;
}

/** The parts of a transaction that signatures bind, as the bytes that were signed. */
export interface SignedTransaction {
  readonly id: string;
  readonly channel: string;
  readonly nonce: Uint8Array;
  readonly creatorBytes: Uint8Array;
  readonly creator: Signer;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly chaincode: { readonly header: string; readonly invoked: string; readonly endorsed: string };
  readonly responsePayload: Uint8Array;
  readonly proposalHash: { readonly endorsed: Uint8Array; readonly actual: Uint8Array };
  readonly endorsements: readonly { readonly endorser: Uint8Array; readonly identity: Signer; readonly signature: Uint8Array }[];
}

/** Who is behind a certificate ({@link Members.identify}). */
export type Identities = Pick<Members, "identify">;

export interface TransactionRules {
  readonly channel: string;
  readonly chaincode: string;
  /** Distinct organisations that must have endorsed. */
  readonly endorsements: number;
  readonly members: Identities;
  readonly verify: Crypto["verify"];
}

/** What a sound transaction proves. */
export interface Proof {
  /** Organisations whose peers endorsed, in order of the endorsements, each once. */
  readonly endorsers: readonly string[];
}

/** More than any policy of ours needs: a bound on the work that one transaction can cause. */
const MAX_ENDORSEMENTS = 16;

/**
 * @throws WintersealError SIGNATURE_INVALID (creator), PROPOSAL_REFUSED (another channel or contract), ENDORSED_HEADER (endorsed for
 * another proposal), ENDORSERS_TOO_FEW
 */
export async function verifyTransaction(transaction: SignedTransaction, rules: TransactionRules): Promise<Proof> {
  const { chaincode, channel } = transaction;
  const names = [chaincode.header, chaincode.invoked, chaincode.endorsed];
  if (channel !== rules.channel || names.some((name) => name !== rules.chaincode)) throw new WintersealError("PROPOSAL_REFUSED");
  if (transaction.id !== transactionId(transaction.nonce, transaction.creatorBytes))
    throw new WintersealError("SIGNATURE_INVALID", "the transaction's id is not that of its creator and nonce");
  if (!equal(transaction.proposalHash.endorsed, transaction.proposalHash.actual)) throw new WintersealError("ENDORSED_HEADER");
  const [, endorsers] = await Promise.all([verifyCreator(transaction, rules), verifyEndorsements(transaction, rules)]);
  return { endorsers };
}

/** hex(SHA-256(nonce ‖ creator)) */
function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return bytesToHex(sha256.create().update(nonce).update(creator).digest());
}

async function verifyCreator({ creator, payload, signature }: SignedTransaction, { members, verify }: TransactionRules): Promise<void> {
  const member = await members.identify(creator.mspId, creator.pem);
  if (!member.units.includes("client")) throw new WintersealError("SIGNATURE_INVALID", "the creator's certificate is not a client's");
  if (!(await signed(verify, member, payload, signature)))
    throw new WintersealError("SIGNATURE_INVALID", "the creator did not sign the transaction");
}

/**
 * Organisations whose peers signed one answer, each once.
 * @throws WintersealError ENDORSERS_TOO_FEW
 */
export async function verifyEndorsements(
  transaction: Pick<SignedTransaction, "responsePayload" | "endorsements">,
  rules: Pick<TransactionRules, "members" | "verify" | "endorsements">,
): Promise<string[]> {
  const checked = transaction.endorsements.slice(0, MAX_ENDORSEMENTS).map((endorsement) => endorsedBy(transaction, endorsement, rules));
  const organisations = new Set((await Promise.all(checked)).filter((mspId) => mspId !== undefined));
  if (organisations.size < rules.endorsements)
    throw new WintersealError("ENDORSERS_TOO_FEW", undefined, { organisations: organisations.size, wanted: rules.endorsements });
  return [...organisations];
}

/** The operator relays and reads: a root of its that somebody pinned for other reasons makes no endorser of it. */
const endorses = (mspId: string): boolean => (organisationKind(mspId) ?? "operator") !== "operator";

/** Organisation whose peer endorsed. A stranger's endorsement counts for nothing and harms nothing, as in Fabric. */
async function endorsedBy(
  { responsePayload }: Pick<SignedTransaction, "responsePayload">,
  { endorser, identity, signature }: SignedTransaction["endorsements"][number],
  { members, verify }: Pick<TransactionRules, "members" | "verify">,
): Promise<string | undefined> {
  const member = await members.identify(identity.mspId, identity.pem).catch(asStranger);
  if (!member?.units.includes("peer") || !endorses(member.mspId)) return undefined;
  const message = new Uint8Array(responsePayload.length + endorser.length);
  message.set(responsePayload);
  message.set(endorser, responsePayload.length);
  return (await signed(verify, member, message, signature)) ? member.mspId : undefined;
}

function asStranger(error: unknown): undefined {
  if (!(error instanceof WintersealError)) throw error;
  return undefined;
}

async function signed(verify: Crypto["verify"], member: Member, message: Uint8Array, der: Uint8Array): Promise<boolean> {
  let raw: Uint8Array;
  try {
    raw = derToRaw(der);
  } catch (error) {
    if (error instanceof WintersealError) return false;
    throw error;
  }
  return verify(member.spki, message, raw);
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);
