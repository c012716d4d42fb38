/**
 * The proxy's end of the compact form: makes a device's messages whole before anybody looks at them, and shortens what goes back. What comes out is the
 * full form, and is held against the same rules: a device that guessed wrong about what this proxy knows has signed other bytes, and its signature says so.
 */
import { Endorsers } from "../../device/ts/compact/endorsers";
import {
  closeProposal,
  closeTransaction,
  type Exchange,
  type Frame,
  formCall,
  type Opened,
  openProposal,
  referenceOf,
} from "../../device/ts/compact/exchange";
import { stepFrom } from "../../device/ts/compact/next";
import { makePatch } from "../../device/ts/compact/patch";
import { dictionaryOf, highestRead, versionRead } from "../../device/ts/compact/predict";
import { type CompactFrom, decodeCompactFrom, encodeCompactTo, isCompact, orMalformed } from "../../device/ts/compact/wire";
import { decodeFrom, encodeTo, type FromMessage, type ToMessage } from "../../device/ts/link-messages";
import { WintersealError } from "../../lib/messages/errors";
import { COMPACT_LEVEL, FROM_TYPES, TO_TYPES } from "../../lib/messages/link";

/** An answer for the wire: the topic's last level and the body. */
export interface Reply {
  readonly level: string;
  readonly bytes: Uint8Array;
}

/** A message made whole, and the form that its answer takes. */
export interface Opening {
  readonly message: FromMessage;
  reply(answer: ToMessage): Reply;
}

type Answer = Extract<ToMessage, { readonly endorsements: unknown }>;

/** What this proxy remembers of a device. Forgetting costs the device one message in full form. */
interface Session {
  readonly frame: Frame;
  readonly endorsers: Endorsers;
  /** Newest last. */
  readonly exchanges: Exchange[];
  bytes: number;
}

/** Devices send the batch after the last one that they signed; the answer to one more may have been lost. */
const EXCHANGES = 3;
/** A payload larger than this is not referred to: violations by the dozen, or somebody who wants memory. bytes */
const MAX_PAYLOAD = 8 * 1024;
/** All sessions together, bytes; about 5 KB a device. */
const BUDGET = 32 * 1024 * 1024;

const full = (answer: ToMessage): Reply => ({ level: answer.type, bytes: encodeTo(answer) });

export class CompactProxy {
  readonly #lane: string;
  readonly #id: string | undefined;
  readonly #sessions = new Map<string, Session>();
  #bytes = 0;

  /**
   * @param lane the topic level on which this proxy hears
   * @param id how it calls itself towards devices
   */
  constructor(lane: string, id?: string) {
    this.#lane = lane;
    this.#id = id;
  }

  /** Devices that it could go on with. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * @param device the sender, as the broker authenticated it
   * @throws WintersealError MESSAGE_…, SIGNATURE_INVALID, CONTEXT_UNKNOWN
   */
  open(device: string, level: string, bytes: Uint8Array): Opening {
    if (!isCompact(bytes)) return this.#openFull(device, decodeFrom(level, bytes));
    if (level !== this.#lane) throw new WintersealError("MESSAGE_TYPE", undefined, { type: level.slice(0, 32) });
    const session = this.#sessions.get(device);
    if (session === undefined) throw new WintersealError("CONTEXT_UNKNOWN");
    return this.#openCompact(device, session, decodeCompactFrom(bytes));
  }

  #openFull(device: string, message: FromMessage): Opening {
    if (message.type !== FROM_TYPES.proposal && message.type !== FROM_TYPES.read) return { message, reply: full };
    return {
      message,
      reply: (answer) => {
        if (answer.type !== TO_TYPES.endorsed && answer.type !== TO_TYPES.answer) return full(answer);
        // The relay has checked name and signature by now, or there would be no such answer.
        const opened = openProposal(message.signedProposal);
        if (opened === undefined) return full(answer);
        this.#begin(device, opened, answer);
        return full({ ...answer, lane: this.#lane, ...(this.#id !== undefined && { proxy: this.#id }) });
      },
    };
  }

  #openCompact(device: string, session: Session, message: CompactFrom): Opening {
    const { request, signature } = message;
    switch (message.kind) {
      case "call": {
        const proposal = orMalformed(() => formCall(session.frame, message.call));
        const opened = { frame: session.frame, call: message.call, proposal, signature };
        const signedProposal = closeProposal(proposal, signature);
        const { organisations } = message;
        const whole: FromMessage =
          organisations === 0
            ? { type: FROM_TYPES.proposal, request, signedProposal }
            : { type: FROM_TYPES.read, request, signedProposal, organisations };
        return { message: whole, reply: (answer) => this.#reply(device, session, opened, answer) };
      }
      case "next": {
        const reference = find(session, message.reference);
        const call = orMalformed(() => stepFrom(device, reference.call, message.step));
        if (call === undefined) throw new WintersealError("CONTEXT_UNKNOWN");
        const proposal = formCall(session.frame, call);
        const opened = { frame: session.frame, call, proposal, signature };
        const whole = { type: FROM_TYPES.proposal, request, signedProposal: closeProposal(proposal, signature) } as const;
        return { message: whole, reply: (answer) => this.#reply(device, session, opened, answer, reference) };
      }
      case "transaction": {
        const exchange = find(session, message.reference);
        const envelope = closeTransaction(exchange, signature);
        return { message: { type: FROM_TYPES.transaction, request, envelope }, reply: committed };
      }
    }
  }

  #reply(device: string, session: Session, opened: Opened, answer: ToMessage, reference?: Exchange): Reply {
    if (answer.type !== TO_TYPES.endorsed && answer.type !== TO_TYPES.answer) return full(answer);
    try {
      return this.#short(device, session, opened, answer, reference);
    } catch (error) {
      // A signature that has no raw form, for one: the device shall see it as it is.
      if (error instanceof WintersealError) return full(answer);
      throw error;
    }
  }

  #short(device: string, session: Session, opened: Opened, answer: Answer, reference?: Exchange): Reply {
    const { request, payload } = answer;
    const version = reference && versionRead(payload, reference.payload);
    const known = reference && version && { exchange: reference, version };
    const patch = makePatch(dictionaryOf(device, opened, known), payload);
    const endorsements = answer.endorsements.map((each) => session.endorsers.shorten(each));
    if (answer.type === TO_TYPES.endorsed) this.#remember(device, session, { ...opened, payload, endorsements: answer.endorsements });
    if (reference === undefined || version === undefined) {
      return { level: COMPACT_LEVEL, bytes: encodeCompactTo({ kind: "answer", request, endorsements, patch }) };
    }
    const step = { block: version.block - highestRead(reference.payload), transaction: version.transaction };
    return { level: COMPACT_LEVEL, bytes: encodeCompactTo({ kind: "next", request, version: step, endorsements, patch }) };
  }

  #begin(device: string, opened: Opened, answer: Answer): void {
    const before = this.#sessions.get(device);
    const same = before !== undefined && Buffer.compare(before.frame.creator, opened.frame.creator) === 0;
    const session: Session = same ? before : { frame: opened.frame, endorsers: new Endorsers(), exchanges: [], bytes: 0 };
    session.endorsers.learn(answer.endorsements);
    const { payload, endorsements } = answer;
    this.#remember(device, session, answer.type === TO_TYPES.endorsed ? { ...opened, payload, endorsements } : undefined);
  }

  #remember(device: string, session: Session, exchange: Exchange | undefined): void {
    if (exchange !== undefined && exchange.payload.length <= MAX_PAYLOAD) session.exchanges.push(exchange);
    if (session.exchanges.length > EXCHANGES) session.exchanges.shift();
    const before = this.#sessions.get(device);
    this.#bytes -= before?.bytes ?? 0;
    session.bytes = sizeOf(session);
    this.#bytes += session.bytes;
    this.#sessions.delete(device);
    this.#sessions.set(device, session);
    for (const [name, oldest] of this.#sessions) {
      if (this.#bytes <= BUDGET) return;
      this.#sessions.delete(name);
      this.#bytes -= oldest.bytes;
    }
  }
}

/** The newest exchange that a device means. @throws WintersealError CONTEXT_UNKNOWN */
function find({ exchanges }: Session, reference: number): Exchange {
  const found = exchanges.findLast((exchange) => referenceOf(exchange) === reference);
  if (found === undefined) throw new WintersealError("CONTEXT_UNKNOWN");
  return found;
}

function committed(answer: ToMessage): Reply {
  if (answer.type !== TO_TYPES.committed) return full(answer);
  const { request, transactionId, block, validationCode } = answer;
  const transaction = (transactionId[0] ?? 0) * 256 + (transactionId[1] ?? 0);
  return { level: COMPACT_LEVEL, bytes: encodeCompactTo({ kind: "committed", request, transaction, block, validationCode }) };
}

/** Roughly what a session holds: proposal bytes twice, certificates and payloads. */
const sizeOf = ({ frame, exchanges }: Session): number =>
  2_000 +
  frame.creator.length +
  exchanges.reduce(
    (sum, { proposal, payload, endorsements }) =>
      sum + 3 * proposal.bytes.length + payload.length + endorsements.reduce((all, { length }) => all + length, 0),
    0,
  );
