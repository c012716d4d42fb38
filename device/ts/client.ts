/**
 * The light client: forms, signs, checks and sends transactions through a proxy that it does not trust (proxy paper, section VI).
 * It keeps no state between calls; the sensor's loop and a person's signer stand on it.
 */
import { type CanonicalValue, canonicalBytes, canonicalJson } from "../../lib/domain/canonical-json";
import { lacking as lackingOf, type Terms } from "../../lib/messages/agreement";
import { WintersealError } from "../../lib/messages/errors";
import { ATTESTED_READ_DOMAIN, type AttestedAnswer, FUNCTIONS, type FunctionName, type Question } from "../../lib/messages/functions";
import { FROM_TYPES, type FromType, TO_TYPES, type ToType } from "../../lib/messages/link";
import { equal, fromHex, fromUtf8, toHex, utf8 } from "./bytes";
import { readCertificate } from "./certificate";
import type { Crypto } from "./crypto";
import { rawToDer } from "./der";
import { EndorsementCheck, type Lacking, type Trust } from "./endorsed";
import { envelope, formProposal, formTransaction, invocationArgs, type Proposal, serializedIdentity, signedProposal } from "./fabric";
import type { Link } from "./link";
import type { ToMessage } from "./link-messages";
import type { Signer } from "./signer";

/** How long each stage may take, ms. */
export interface Deadlines {
  readonly endorse: number;
  readonly commit: number;
  readonly status: number;
  readonly read: number;
  readonly hello: number;
}
export const DEFAULT_DEADLINES: Deadlines = { endorse: 15_000, commit: 20_000, status: 15_000, read: 15_000, hello: 10_000 };

/** What a device holds by configuration: where it writes and whom it believes. */
export interface ClientSettings extends Trust {
  readonly channel: string;
  /** Distinct organisations that must endorse. */
  readonly endorsements: number;
  /** Who must endorse what, as this client's organisation agreed to (docs/decisions/0140); unchecked when left out, and for readings. */
  readonly agreement?: Terms;
  readonly deadlines?: Partial<Deadlines>;
}

export interface ClientParts {
  readonly signer: Signer;
  readonly link: Link;
  readonly crypto: Crypto;
  /** ms UTC; becomes the transaction's timestamp */
  readonly now: () => number;
  /** Nonces, each new for the key for ever; 24 random bytes when left out. Sensors count (nonces.ts), so that little has to travel. */
  readonly nonce?: () => Uint8Array;
}

/** That the proxy says so; proof is an attested read, or an endorsement on top of it. */
export interface Committed {
  /** hex */
  readonly transactionId: string;
  readonly block: number;
}

/** Reads a contract's result; throws ENDORSED_RESULT when it is not the expected one. */
export type Expect<T> = (result: Uint8Array) => T;

/** An endorsed transaction that is not sent yet. */
export interface Endorsed<T> {
  /** How the proxy that brought it calls itself, or null. */
  readonly proxy: string | null;
  readonly transactionId: string;
  /** protos.SignedProposal as sent: the caller's own signature over what it asked for (an approval, for a certificate authority). */
  readonly signedProposal: Uint8Array;
  /** The result, signed by n organisations over their committed state. */
  readonly value: T;
  /**
   * Signs the transaction, sends it, waits for the commit notice and asks for the status when none comes.
   * @throws WintersealError COMMIT_INVALID (final for this transaction id), COMMIT_UNKNOWN (it may still come), or the proxy's refusal
   */
  submit(): Promise<Committed>;
}

/** An attested read as it travels: `protos.SignedProposal`, `protos.ProposalResponsePayload`, `protos.Endorsement`s. */
export interface Attested {
  readonly answer: AttestedAnswer;
  readonly proposal: Uint8Array;
  readonly payload: Uint8Array;
  readonly endorsements: readonly Uint8Array[];
}

export type Transacted<T> = Committed & Pick<Endorsed<T>, "value" | "signedProposal">;

/** The founding of an agreement is endorsed as the ledger then asks; whom it binds must sign it themselves. */
function lackingFor(name: FunctionName, terms: Terms, organisations: readonly string[]): string | undefined {
  const { group } = FUNCTIONS[name];
  return group === null || group === "readings" || group === "governance"
    ? undefined
    : lackingOf(terms, terms.groups[group], organisations);
}

/** What endorsers answer, to a proposal or a question. */
interface Answered {
  readonly payload: Uint8Array;
  readonly endorsements: readonly Uint8Array[];
  /** How the proxy calls itself. */
  readonly proxy?: string;
}

const KEY_CHECK = "winterseal/key-check/1";
/** After these answers to a sent transaction nobody knows whether it will be committed: the status decides. */
const UNSETTLED: ReadonlySet<string> = new Set(["DEADLINE", "UNAVAILABLE", "COMMIT_UNKNOWN", "DUPLICATE", "NOTICE_FOREIGN", "INTERNAL"]);

export class LightClient {
  readonly #parts: ClientParts;
  readonly #settings: ClientSettings;
  readonly #deadlines: Deadlines;
  readonly #creator: Uint8Array;
  readonly #check: EndorsementCheck;

  private constructor(parts: ClientParts, settings: ClientSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#deadlines = { ...DEFAULT_DEADLINES, ...settings.deadlines };
    this.#creator = serializedIdentity(parts.signer.mspId, parts.signer.certificate);
    this.#check = new EndorsementCheck(settings, parts.crypto);
  }

  /**
   * Makes a client after its signer has proved that the certificate is for its key.
   * @throws WintersealError KEY_MISMATCH, ARGUMENT_INVALID (a certificate that cannot be read)
   */
  static async open(parts: ClientParts, settings: ClientSettings): Promise<LightClient> {
    const message = utf8(`${KEY_CHECK} ${toHex(parts.crypto.random(16))}`);
    const { spki } = readCertificate(parts.signer.certificate);
    if (!(await parts.crypto.verify(spki, message, await parts.signer.sign(message)))) throw new WintersealError("KEY_MISMATCH");
    return new LightClient(parts, settings);
  }

  /**
   * Has one call endorsed and checks the answer. Nothing is on the ledger yet.
   * @throws WintersealError the contract's or proxy's refusal, or ENDORSED_…, ENDORSER_…, ENDORSERS_TOO_FEW when the answer is not to be believed
   */
  async endorse<T>(name: FunctionName, args: readonly Uint8Array[], expect: Expect<T>): Promise<Endorsed<T>> {
    const proposal = this.#propose(name, args);
    const signed = await this.#sign(proposal);
    const answer: Answered = await this.#ask(
      { type: FROM_TYPES.proposal, signedProposal: signed },
      TO_TYPES.endorsed,
      this.#deadlines.endorse,
    );
    const { payload, endorsements } = answer;
    const { endorsements: organisations, agreement } = this.#settings;
    const lacking = (mspIds: readonly string[]) => agreement && lackingFor(name, agreement, mspIds);
    const value = await this.#believed(proposal, answer, organisations, expect, lacking);
    return {
      proxy: answer.proxy ?? null,
      transactionId: proposal.transactionId,
      signedProposal: signed,
      value,
      submit: () => this.#submit(proposal, formTransaction(proposal, payload, endorsements)),
    };
  }

  /** {@link endorse}, then submit. */
  async transact<T>(name: FunctionName, args: readonly Uint8Array[], expect: Expect<T>): Promise<Transacted<T>> {
    const { value, signedProposal, submit } = await this.endorse(name, args, expect);
    return { ...(await submit()), value, signedProposal };
  }

  /**
   * What became of a transaction, as the proxy tells.
   * @throws WintersealError COMMIT_UNKNOWN, COMMIT_INVALID, NOTICE_FOREIGN, or the proxy's refusal
   */
  async status(transactionId: string): Promise<Committed> {
    const body = { type: FROM_TYPES.status, transactionId: fromHex(transactionId) } as const;
    return settled(transactionId, await this.#ask(body, TO_TYPES.committed, this.#deadlines.status));
  }

  /**
   * Reads committed state, signed by k organisations over a nonce of this client (design, "Attested read").
   * @throws WintersealError ENDORSED_RESULT when the answer is to another question, and as {@link endorse}
   */
  async read(question: Question, organisations: number = this.#settings.endorsements): Promise<AttestedAnswer> {
    return (await this.attest(question, organisations)).answer;
  }

  /** {@link read} with what was signed, so that others can check it too. */
  async attest(question: Question, organisations: number = this.#settings.endorsements): Promise<Attested> {
    const nonce = toHex(this.#parts.crypto.random(16));
    const proposal = this.#propose("attest:Read", [canonicalBytes(question as CanonicalValue), utf8(nonce)]);
    const signed = await this.#sign(proposal);
    const body = { type: FROM_TYPES.read, signedProposal: signed, organisations } as const;
    const given: Answered = await this.#ask(body, TO_TYPES.answer, this.#deadlines.read);
    const answer = await this.#believed(proposal, given, organisations, (result) => readAnswer(result, question, nonce));
    return { answer, proposal: signed, payload: given.payload, endorsements: given.endorsements };
  }

  /** What the proxy said was not so: the next message goes to any proxy, not to this one. */
  distrust(): void {
    this.#parts.link.doubt?.();
  }

  /** The time that the proxy hints at, ms UTC. Unauthenticated: see DeviceClock for the bounds. */
  async time(): Promise<number> {
    return (await this.#ask({ type: FROM_TYPES.hello }, TO_TYPES.time, this.#deadlines.hello)).milliseconds;
  }

  /** Every check of an answer; one that fails is told to the link, which may have made the answer whole wrongly. */
  async #believed<T>(
    { hash }: Proposal,
    { payload, endorsements }: Answered,
    organisations: number,
    expect: Expect<T>,
    lacking?: Lacking,
  ): Promise<T> {
    try {
      return expect(await this.#check.result(hash, payload, endorsements, organisations, lacking));
    } catch (error) {
      this.#parts.link.doubt?.();
      throw error;
    }
  }

  #propose(name: FunctionName, args: readonly Uint8Array[]): Proposal {
    const { channel, chaincode } = this.#settings;
    const invocation = { channel, chaincode, args: invocationArgs(name, args) };
    const nonce = this.#parts.nonce?.() ?? this.#parts.crypto.random(24);
    return formProposal(this.#creator, invocation, nonce, Math.floor(this.#parts.now()));
  }

  async #sign(proposal: Proposal): Promise<Uint8Array> {
    return signedProposal(proposal.bytes, rawToDer(await this.#parts.signer.sign(proposal.bytes)));
  }

  async #submit(proposal: Proposal, payload: Uint8Array): Promise<Committed> {
    const signed = envelope(payload, rawToDer(await this.#parts.signer.sign(payload)));
    const { transactionId } = proposal;
    try {
      const body = { type: FROM_TYPES.transaction, envelope: signed } as const;
      return settled(transactionId, await this.#ask(body, TO_TYPES.committed, this.#deadlines.commit));
    } catch (error) {
      if (!(error instanceof WintersealError) || !UNSETTLED.has(error.code)) throw error;
      return await this.#settle(transactionId);
    }
  }

  /** The status after an answer that settled nothing; whatever prevents that one too leaves the transaction unknown. */
  async #settle(transactionId: string): Promise<Committed> {
    try {
      return await this.status(transactionId);
    } catch (error) {
      if (error instanceof WintersealError && error.code === "COMMIT_INVALID") throw error;
      throw new WintersealError("COMMIT_UNKNOWN", undefined, { transactionId }, { cause: error });
    }
  }

  async #ask<T extends ToType>(
    body: Parameters<Link["request"]>[0],
    type: T,
    deadlineMs: number,
  ): Promise<Extract<ToMessage, { type: T }>> {
    const answer = await this.#parts.link.request(body, deadlineMs);
    if (answer.type === TO_TYPES.refused) throw refusal(answer, body.type);
    if (answer.type !== type) throw new WintersealError("MESSAGE_TYPE", "an answer to another question", { type: answer.type });
    return answer as Extract<ToMessage, { type: T }>;
  }
}

function refusal(answer: Extract<ToMessage, { type: typeof TO_TYPES.refused }>, asked: FromType): WintersealError {
  const facts = { stage: answer.stage, asked, ...(answer.retryAfter > 0 && { retryAfter: answer.retryAfter }) };
  return new WintersealError(answer.code, answer.message || undefined, facts);
}

function settled(transactionId: string, notice: Extract<ToMessage, { type: typeof TO_TYPES.committed }>): Committed {
  if (!equal(notice.transactionId, fromHex(transactionId))) throw new WintersealError("NOTICE_FOREIGN", undefined, { transactionId });
  const { block, validationCode } = notice;
  if (validationCode !== 0) throw new WintersealError("COMMIT_INVALID", undefined, { transactionId, block, validationCode });
  return { transactionId, block };
}

/** Parses a contract's JSON result. @throws WintersealError ENDORSED_RESULT */
export function parseResult(result: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(result));
  } catch (cause) {
    throw new WintersealError("ENDORSED_RESULT", "the result is not JSON", {}, { cause });
  }
}

function readAnswer(result: Uint8Array, question: Question, nonce: string): AttestedAnswer {
  const answer = parseResult(result) as Partial<AttestedAnswer> | null;
  if (typeof answer !== "object" || answer === null) throw new WintersealError("ENDORSED_RESULT", "the answer is no object");
  if (answer.domain !== ATTESTED_READ_DOMAIN || answer.nonce !== nonce || !sameQuestion(answer.question, question)) {
    throw new WintersealError("ENDORSED_RESULT", "an answer to another question");
  }
  return answer as AttestedAnswer;
}

function sameQuestion(answered: unknown, asked: Question): boolean {
  try {
    return canonicalJson(answered as CanonicalValue) === canonicalJson(asked as CanonicalValue);
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
