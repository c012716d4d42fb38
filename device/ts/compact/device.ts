/**
 * The device's end of the compact form. It shortens messages on their way out and makes answers whole again, so that the client above it checks and
 * signs the same Fabric bytes as in the full form: no check knows of this file.
 *
 * It begins in full form. A full answer names a lane: the proxy has the certificate now, and what was just endorsed can be referred to. Whatever
 * a proxy cannot expand, whatever does not come out right here, goes in full form again; that costs bytes and nothing else.
 */
import { WintersealError } from "../../../lib/messages/errors";
import { COMPACT_LEVEL, FROM_TYPES, LINK_MAX_BYTES, TO_TYPES } from "../../../lib/messages/link";
import { fromHex } from "../bytes";
import { decodeTo, encodeFrom, type FromMessage, type ToMessage } from "../link-messages";
import { Endorsers } from "./endorsers";
import { type Exchange, type Opened, openProposal, referenceOf, signatureOf } from "./exchange";
import { stepBetween } from "./next";
import { applyPatch } from "./patch";
import { dictionaryOf, highestRead } from "./predict";
import { type CompactTo, decodeCompactTo, encodeCompactFrom, isCompact, orMalformed } from "./wire";

/** A message for the wire: the topic's last level and the body. */
export interface Outgoing {
  readonly level: string;
  readonly bytes: Uint8Array;
  readonly compact: boolean;
}

/** What an open question was about. */
interface Asked {
  readonly type: FromMessage["type"];
  readonly opened?: Opened;
  readonly reference?: Exchange;
  /** hex */
  readonly transactionId?: string;
  readonly compact: boolean;
}

export class CompactDevice {
  readonly #sensor: string;
  readonly #asked = new Map<number, Asked>();
  readonly #endorsers = new Endorsers();
  #lane: string | undefined;
  /** How the proxy on that lane calls itself: compact answers do not repeat it. */
  #proxy: string | undefined;
  /** The last answer to a proposal; not yet believed. */
  #answered: Exchange | undefined;
  /** The last one whose transaction the client signed: every check has passed. */
  #reference: Exchange | undefined;
  /** A compact answer was given to the client, and no transaction came of it yet. */
  #unproven = false;

  /** @param sensor the device id of its topics */
  constructor(sensor: string) {
    this.#sensor = sensor;
  }

  /** Goes back to the full form until a proxy offers a lane again. */
  reset(): void {
    this.#lane = undefined;
    this.#reference = undefined;
    this.#unproven = false;
  }

  /** @param full whether to use the full form, whatever is known @throws WintersealError MESSAGE_TOO_LARGE */
  encode(message: FromMessage, full = false): Outgoing {
    // A compact answer that came to nothing may have been made whole wrongly, for ever: the full form cannot be.
    if (message.type === FROM_TYPES.proposal && this.#unproven) this.reset();
    const short = full || this.#lane === undefined ? undefined : this.#shorten(message, this.#lane);
    if (short !== undefined) return short;
    this.#asked.set(message.request, { type: message.type, compact: false, ...this.#opened(message) });
    if (message.type === FROM_TYPES.transaction) this.#believe(message.envelope);
    return { level: message.type, bytes: encodeFrom(message), compact: false };
  }

  /** Forgets a question that is not waited for any more. */
  settle(request: number): void {
    this.#asked.delete(request);
  }

  /**
   * An answer in either form, whole.
   * @throws WintersealError when it cannot be made whole: {@link needsFull} says of which question
   */
  decode(level: string, bytes: Uint8Array): ToMessage {
    if (level !== COMPACT_LEVEL || !isCompact(bytes)) return this.#learn(decodeTo(level, bytes));
    const message = decodeCompactTo(bytes);
    const asked = this.#asked.get(message.request);
    try {
      return { ...this.#expand(message, asked), request: message.request };
    } catch (error) {
      if (error instanceof WintersealError) throw new NotWhole(message.request, error);
      throw error;
    }
  }

  /** Whether a refusal is of the compact form itself, so that the same question has to go in full. */
  needsFull(answer: ToMessage): boolean {
    if (answer.type !== TO_TYPES.refused || this.#asked.get(answer.request)?.compact !== true) return false;
    return OF_THE_FORM.has(answer.code);
  }

  #shorten(message: FromMessage, lane: string): Outgoing | undefined {
    const { request } = message;
    if (message.type === FROM_TYPES.transaction) return this.#shortenTransaction(request, message.envelope, lane);
    if (message.type !== FROM_TYPES.proposal && message.type !== FROM_TYPES.read) return undefined;
    const opened = openProposal(message.signedProposal);
    if (opened === undefined) return undefined;
    const { call, signature } = opened;
    const reference = message.type === FROM_TYPES.proposal ? this.#reference : undefined;
    const step = reference && stepBetween(this.#sensor, reference.call, call);
    const asked = { type: message.type, opened, compact: true };
    if (reference === undefined || step === undefined) {
      const organisations = message.type === FROM_TYPES.read ? message.organisations : 0;
      this.#asked.set(request, asked);
      return { level: lane, bytes: encodeCompactFrom({ kind: "call", request, organisations, call, signature }), compact: true };
    }
    this.#asked.set(request, { ...asked, reference });
    const bytes = encodeCompactFrom({ kind: "next", request, reference: referenceOf(reference), step, signature });
    return { level: lane, bytes, compact: true };
  }

  #shortenTransaction(request: number, envelope: Uint8Array, lane: string): Outgoing | undefined {
    const exchange = this.#answered;
    const signature = exchange && signatureOf(exchange, envelope);
    if (exchange === undefined || signature === undefined) return undefined;
    this.#reference = exchange;
    this.#unproven = false;
    const { transactionId } = exchange.proposal;
    this.#asked.set(request, { type: FROM_TYPES.transaction, transactionId, compact: true });
    return {
      level: lane,
      bytes: encodeCompactFrom({ kind: "transaction", request, reference: referenceOf(exchange), signature }),
      compact: true,
    };
  }

  #opened(message: FromMessage): { opened?: Opened } {
    if (message.type !== FROM_TYPES.proposal) return {};
    const opened = openProposal(message.signedProposal);
    return opened === undefined ? {} : { opened };
  }

  /** The client signs a transaction over nothing that it has not checked: its answer can be referred to from now on. */
  #believe(envelope: Uint8Array): void {
    const exchange = this.#answered;
    if (exchange === undefined || signatureOf(exchange, envelope) === undefined) return;
    this.#reference = exchange;
    this.#unproven = false;
  }

  #learn(answer: ToMessage): ToMessage {
    if (answer.type !== TO_TYPES.endorsed && answer.type !== TO_TYPES.answer) return answer;
    const asked = this.#asked.get(answer.request);
    if (asked === undefined) return answer;
    this.#lane = answer.lane;
    this.#proxy = answer.proxy;
    this.#endorsers.learn(answer.endorsements);
    if (asked.opened !== undefined) this.#answered = { ...asked.opened, payload: answer.payload, endorsements: answer.endorsements };
    return answer;
  }

  #expand(message: CompactTo, asked: Asked | undefined) {
    if (asked === undefined) throw new WintersealError("MESSAGE_TYPE", "an answer to no question");
    if (message.kind === "committed") {
      const { block, validationCode } = message;
      return { type: TO_TYPES.committed, transactionId: whole(message.transaction, asked.transactionId), block, validationCode };
    }
    const { opened, reference, type } = asked;
    if (opened === undefined || (message.kind === "next") !== (reference !== undefined)) {
      throw new WintersealError("MESSAGE_TYPE", "an answer to another question");
    }
    const known = reference && { exchange: reference, version: versionAfter(message, reference) };
    const payload = orMalformed(() => applyPatch(dictionaryOf(this.#sensor, opened, known), message.patch, LINK_MAX_BYTES));
    const endorsements = message.endorsements.map((each) => this.#endorsers.restore(each));
    const named = this.#proxy === undefined ? {} : { proxy: this.#proxy };
    if (type === FROM_TYPES.read) return { type: TO_TYPES.answer, payload, endorsements, ...named };
    this.#answered = { ...opened, payload, endorsements };
    this.#unproven = true;
    return { type: TO_TYPES.endorsed, payload, endorsements, ...named };
  }
}

/** An answer that could not be made whole. */
export class NotWhole extends WintersealError {
  constructor(
    readonly request: number,
    cause: WintersealError,
  ) {
    super(cause.code, cause.message, cause.facts, { cause });
  }
}

/** Refusals that the full form of the same question may not meet. */
const OF_THE_FORM: ReadonlySet<string> = new Set([
  "CONTEXT_UNKNOWN",
  "SIGNATURE_INVALID",
  "CREATOR_MISMATCH",
  "PROPOSAL_REFUSED",
  "MESSAGE_MALFORMED",
  "MESSAGE_VERSION",
  "MESSAGE_TYPE",
]);

const versionAfter = (message: CompactTo, reference: Exchange) =>
  message.kind === "next"
    ? { block: Math.max(0, message.version.block + highestRead(reference.payload)), transaction: message.version.transaction }
    : { block: 0, transaction: 0 };

/** The whole id where its beginning is right; else one that is nobody's, which the client finds to be foreign. */
function whole(first: number, transactionId: string | undefined): Uint8Array {
  const id = transactionId === undefined ? new Uint8Array(32) : fromHex(transactionId);
  return (id[0] ?? 0) * 256 + (id[1] ?? 0) === first ? id : new Uint8Array(32);
}
