import { createHash } from "node:crypto";
import { isCompact } from "../../device/ts/compact/wire";
import { decodeFrom, encodeTo, peekRequest, type ToBody, type ToMessage } from "../../device/ts/link-messages";
import { FabricError } from "../../lib/fabric/errors";
import { type ErrorCode, RETRYABLE, WintersealError } from "../../lib/messages/errors";
import { COMPACT_LEVEL, type Stage, TO_TYPES } from "../../lib/messages/link";
import type { CompactProxy, Opening, Reply } from "./compact";
import type { FairQueue } from "./queue";
import type { Relay, Who } from "./relay";

export interface DeskEvents {
  /** Every message that came in. */
  readonly received?: (type: string, who: Who) => void;
  /** Every refusal that goes out. */
  readonly refused?: (code: ErrorCode, stage: Stage, error: unknown) => void;
  /** Every transaction that was found committed. */
  readonly committed?: (validationCode: number) => void;
}

/**
 * One queue for each way in. By MQTT come only those whom the broker knows; over HTTPS comes anybody, also with somebody else's certificate
 * and no signature: neither lanes nor turns may be shared.
 */
export type Queues = Readonly<Record<Who["transport"], FairQueue>>;

export interface Taken {
  /** Never rejects: a failure is a refusal, and that is an answer. */
  readonly answer: Promise<ToMessage>;
  /** The answer for the wire, in the form in which the question came. */
  readonly reply: Promise<Reply>;
  /** The same bytes of the same sender are being answered already. */
  readonly repeated: boolean;
}

/** Words for people that a refusal carries at most. */
const MESSAGE_LENGTH = 400;
/** Advice when nothing better is known, ms. */
const RETRY_AFTER = 1_000;

/** Where both transports hand in messages: bytes in, one answer out. */
export class Desk {
  readonly #relay: Relay;
  readonly #queues: Queues;
  readonly #events: DeskEvents;
  readonly #compact: CompactProxy | undefined;
  readonly #inFlight = new Map<string, Pick<Taken, "answer" | "reply">>();

  /** @param compact the compact form for sensors; without it they stay with the full one */
  constructor(relay: Relay, queues: Queues, events: DeskEvents = {}, compact?: CompactProxy) {
    this.#relay = relay;
    this.#queues = queues;
    this.#events = events;
    this.#compact = compact;
  }

  take(who: Who, type: string, bytes: Uint8Array): Taken {
    this.#events.received?.(isCompact(bytes) ? COMPACT_LEVEL : type, who);
    const sender = who.transport === "mqtt" ? who.name : "";
    const key = `${sender} ${type} ${createHash("sha256").update(bytes).digest("base64")}`;
    const before = this.#inFlight.get(key);
    if (before !== undefined) return { ...before, repeated: true };
    const answered = this.#answer(who, type, bytes).finally(() => this.#inFlight.delete(key));
    const taken = { answer: answered.then(({ message }) => message), reply: answered.then(({ message, form }) => form(message)) };
    this.#inFlight.set(key, taken);
    return { ...taken, repeated: false };
  }

  /** A refusal of something that never became a message, counted like any other. */
  refuse(error: unknown, request = 0, transactionId = ""): ToMessage {
    return { request, ...this.#refusal(error, transactionId) };
  }

  #open(who: Who, type: string, bytes: Uint8Array): Opening {
    if (who.transport === "mqtt" && this.#compact !== undefined) return this.#compact.open(who.name, type, bytes);
    return { message: decodeFrom(type, bytes), reply: inFull };
  }

  async #answer(who: Who, type: string, bytes: Uint8Array): Promise<{ message: ToMessage; form: Opening["reply"] }> {
    let request = 0;
    let transactionId: string | undefined;
    try {
      const { message, reply } = this.#open(who, type, bytes);
      request = message.request;
      const admitted = this.#relay.admit(message, who);
      transactionId = admitted.transactionId;
      const body = admitted.lane === "" ? await admitted.run() : await this.#queues[who.transport].run(admitted.lane, admitted.run);
      if (body.type === TO_TYPES.committed) this.#events.committed?.(body.validationCode);
      return { message: { ...body, request }, form: reply };
    } catch (error) {
      return { message: this.refuse(error, request === 0 ? peekRequest(bytes) : request, transactionId), form: inFull };
    }
  }

  #refusal(error: unknown, transactionId: string): ToBody {
    const code: ErrorCode = error instanceof WintersealError ? error.code : "INTERNAL";
    const stage: Stage = error instanceof FabricError ? error.stage : "receive";
    this.#events.refused?.(code, stage, error);
    const text = error instanceof WintersealError ? error.message : "";
    return {
      type: TO_TYPES.refused,
      code,
      stage,
      message: text.slice(0, MESSAGE_LENGTH),
      retryAfter: retryAfter(error, code),
      transactionId: Buffer.from(transactionId, "hex"),
    };
  }
}

const inFull = (message: ToMessage): Reply => ({ level: message.type, bytes: encodeTo(message) });

function retryAfter(error: unknown, code: ErrorCode): number {
  const advised = error instanceof WintersealError ? error.facts.retryAfter : undefined;
  if (typeof advised === "number") return advised;
  return RETRYABLE.has(code) ? RETRY_AFTER : 0;
}
