/**
 * Codec of the device link (lib/messages/link.ts), both directions; the proxy uses the same one.
 * A message is one version byte and a body. Version 1 bodies are protobuf: the full form, which needs nothing but itself to be read. The compact form
 * (compact/) has another version byte and ends in the same message objects, since both ends rebuild the full Fabric bytes.
 */
import type { ErrorCode } from "../../lib/messages/errors";
import { ERROR_CODES, WintersealError } from "../../lib/messages/errors";
import type { FromType, Stage, ToType } from "../../lib/messages/link";
import {
  FROM_TYPES,
  LANE,
  LINK_MAX_BYTES,
  LINK_VERSION_COMPACT,
  LINK_VERSION_FULL,
  PROXY_ID,
  STAGES,
  TO_TYPES,
} from "../../lib/messages/link";
import { concat } from "./bytes";
import { ProtoReader, ProtoWriter } from "./proto";

/** What a device asks; `request` pairs the answer with it. */
export type FromBody =
  | { readonly type: typeof FROM_TYPES.proposal; readonly signedProposal: Uint8Array }
  | { readonly type: typeof FROM_TYPES.transaction; readonly envelope: Uint8Array }
  | { readonly type: typeof FROM_TYPES.status; readonly transactionId: Uint8Array }
  | { readonly type: typeof FROM_TYPES.read; readonly signedProposal: Uint8Array; readonly organisations: number }
  | { readonly type: typeof FROM_TYPES.hello };
export type FromMessage = FromBody & { readonly request: number };

/** What the proxy answers. */
export type ToBody =
  | {
      readonly type: typeof TO_TYPES.endorsed | typeof TO_TYPES.answer;
      readonly payload: Uint8Array;
      readonly endorsements: readonly Uint8Array[];
      /** Where the proxy takes compact messages of this device from now on; absent when it takes none. */
      readonly lane?: string;
      /** How the proxy calls itself; absent when it does not say. */
      readonly proxy?: string;
    }
  | {
      readonly type: typeof TO_TYPES.committed;
      readonly transactionId: Uint8Array;
      readonly block: number;
      /** 0 = VALID */
      readonly validationCode: number;
    }
  | { readonly type: typeof TO_TYPES.time; readonly milliseconds: number }
  | { readonly type: typeof TO_TYPES.news }
  | {
      readonly type: typeof TO_TYPES.refused;
      readonly code: ErrorCode;
      readonly stage: Stage;
      readonly message: string;
      /** ms; 0 = no advice */
      readonly retryAfter: number;
      /** Empty when there is none. */
      readonly transactionId: Uint8Array;
    };
export type ToMessage = ToBody & { readonly request: number };

const MAX_REQUEST = 0xffff_ffff;

/**
 * One message for the wire, version byte included.
 * @throws WintersealError MESSAGE_TOO_LARGE: nobody would read it, and a broker cuts the connection of whoever sends it
 */
export function encodeFrom(message: FromMessage): Uint8Array {
  const bytes = frame(encodeFullFrom(message));
  if (bytes.length > LINK_MAX_BYTES) throw tooLarge(bytes.length);
  return bytes;
}

/** @throws WintersealError MESSAGE_TOO_LARGE, MESSAGE_VERSION, MESSAGE_TYPE, MESSAGE_MALFORMED */
export function decodeFrom(type: string, bytes: Uint8Array): FromMessage {
  return decodeFullFrom(type, new ProtoReader(unframe(bytes)));
}

/** One message for the wire, version byte included. */
export function encodeTo(message: ToMessage): Uint8Array {
  return frame(encodeFullTo(message));
}

/** @throws WintersealError MESSAGE_TOO_LARGE, MESSAGE_VERSION, MESSAGE_TYPE, MESSAGE_MALFORMED */
export function decodeTo(type: string, bytes: Uint8Array): ToMessage {
  return decodeFullTo(type, new ProtoReader(unframe(bytes)));
}

/** Tag of field 1 as a number: every sender writes it first. */
const REQUEST_TAG = 0x08;

/**
 * The request number alone, for an answer to a message whose body is no good: read from the front, so that a message that is cut off or too
 * large still tells it. 0 when even that cannot be read.
 */
export function peekRequest(bytes: Uint8Array): number {
  const compact = ((bytes[0] ?? 0) & 0x0f) === LINK_VERSION_COMPACT;
  if (!compact && (bytes[0] !== LINK_VERSION_FULL || bytes[1] !== REQUEST_TAG)) return 0;
  const begin = compact ? 1 : 2;
  let request = 0;
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at + begin];
    if (byte === undefined) return 0;
    request += (byte & 0x7f) * 128 ** at;
    if (byte < 0x80) return request <= MAX_REQUEST ? request : 0;
  }
  return 0;
}

const tooLarge = (bytes: number) => new WintersealError("MESSAGE_TOO_LARGE", undefined, { bytes, limit: LINK_MAX_BYTES });

const frame = (body: Uint8Array): Uint8Array => concat(Uint8Array.of(LINK_VERSION_FULL), body);

function unframe(bytes: Uint8Array): Uint8Array {
  if (bytes.length > LINK_MAX_BYTES) throw tooLarge(bytes.length);
  const version = bytes[0];
  if (version === undefined) throw new WintersealError("MESSAGE_MALFORMED", "the message is empty");
  if (version !== LINK_VERSION_FULL) throw new WintersealError("MESSAGE_VERSION", undefined, { version });
  return bytes.subarray(1);
}

function encodeFullFrom(message: FromMessage): Uint8Array {
  const writer = new ProtoWriter().uint(1, message.request);
  switch (message.type) {
    case FROM_TYPES.proposal:
      return writer.bytes(2, message.signedProposal).finish();
    case FROM_TYPES.transaction:
      return writer.bytes(2, message.envelope).finish();
    case FROM_TYPES.status:
      return writer.bytes(2, message.transactionId).finish();
    case FROM_TYPES.read:
      return writer.bytes(2, message.signedProposal).uint(3, message.organisations).finish();
    case FROM_TYPES.hello:
      return writer.finish();
  }
}

function decodeFullFrom(type: string, fields: ProtoReader): FromMessage {
  const request = requestOf(fields);
  switch (type as FromType) {
    case FROM_TYPES.proposal:
      return { type: FROM_TYPES.proposal, request, signedProposal: present(fields.bytes(2), "proposal") };
    case FROM_TYPES.transaction:
      return { type: FROM_TYPES.transaction, request, envelope: present(fields.bytes(2), "envelope") };
    case FROM_TYPES.status:
      return { type: FROM_TYPES.status, request, transactionId: transactionId(fields.bytes(2)) };
    case FROM_TYPES.read:
      return {
        type: FROM_TYPES.read,
        request,
        signedProposal: present(fields.bytes(2), "proposal"),
        organisations: within(fields.uint(3), 1, 16, "organisations"),
      };
    case FROM_TYPES.hello:
      return { type: FROM_TYPES.hello, request };
    default:
      throw new WintersealError("MESSAGE_TYPE", undefined, { type: type.slice(0, 32) });
  }
}

function encodeFullTo(message: ToMessage): Uint8Array {
  const writer = new ProtoWriter().uint(1, message.request);
  switch (message.type) {
    case TO_TYPES.endorsed:
    case TO_TYPES.answer:
      writer.bytes(2, message.payload);
      for (const endorsement of message.endorsements) writer.element(3, endorsement);
      return writer
        .string(4, message.lane ?? "")
        .string(5, message.proxy ?? "")
        .finish();
    case TO_TYPES.committed:
      return writer.bytes(2, message.transactionId).uint(3, message.block).uint(4, message.validationCode).finish();
    case TO_TYPES.news:
      return writer.finish();
    case TO_TYPES.time:
      return writer.uint(2, message.milliseconds).finish();
    case TO_TYPES.refused:
      return writer
        .string(2, message.code)
        .string(3, message.stage)
        .string(4, message.message)
        .uint(5, message.retryAfter)
        .bytes(6, message.transactionId)
        .finish();
  }
}

function decodeFullTo(type: string, fields: ProtoReader): ToMessage {
  const request = requestOf(fields);
  switch (type as ToType) {
    case TO_TYPES.endorsed:
    case TO_TYPES.answer: {
      const lane = fields.string(4);
      const proxy = fields.string(5);
      return {
        type: type as typeof TO_TYPES.endorsed | typeof TO_TYPES.answer,
        request,
        payload: present(fields.bytes(2), "payload"),
        endorsements: fields.repeated(3),
        // Anything else is a lane of a later version: this device stays with the full form.
        ...(LANE.test(lane) && { lane }),
        ...(PROXY_ID.test(proxy) && { proxy }),
      };
    }
    case TO_TYPES.committed:
      return {
        type: TO_TYPES.committed,
        request,
        transactionId: transactionId(fields.bytes(2)),
        block: fields.uint(3),
        validationCode: within(fields.uint(4), 0, 255, "validation code"),
      };
    case TO_TYPES.time:
      return { type: TO_TYPES.time, request, milliseconds: fields.uint(2) };
    case TO_TYPES.refused:
      return { type: TO_TYPES.refused, request, ...refusal(fields) };
    case TO_TYPES.news:
      return { type: TO_TYPES.news, request };
    default:
      throw new WintersealError("MESSAGE_TYPE", undefined, { type: type.slice(0, 32) });
  }
}

function refusal(fields: ProtoReader) {
  const code = fields.string(2);
  const stage = fields.string(3);
  const id = fields.bytes(6);
  return {
    // A newer proxy may know codes that this device does not: it must still learn that it was refused.
    code: Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : ("INTERNAL" as const),
    stage: STAGES.find((known) => known === stage) ?? ("receive" as const),
    message: fields.string(4),
    retryAfter: within(fields.uint(5), 0, MAX_REQUEST, "retryAfter"),
    transactionId: id.length === 0 ? id : transactionId(id),
  };
}

const requestOf = (fields: ProtoReader): number => within(fields.uint(1), 0, MAX_REQUEST, "request");

function within(value: number, min: number, max: number, what: string): number {
  if (value < min || value > max) throw new WintersealError("MESSAGE_MALFORMED", `${what} is out of range`);
  return value;
}

function present(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length === 0) throw new WintersealError("MESSAGE_MALFORMED", `${what} is missing`);
  return bytes;
}

function transactionId(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 32) throw new WintersealError("MESSAGE_MALFORMED", "a transaction id has 32 bytes");
  return bytes;
}
