/**
 * Compact messages as bytes (lib/messages/link, COMPACT_FROM and COMPACT_TO). Reading checks every length; what the numbers refer to is
 * the two ends' matter (device.ts here, proxy/relay/compact.ts).
 */
import { ByteReader, ByteWriter } from "../../../lib/domain/bytes";
import { DomainError } from "../../../lib/domain/errors";
import { WintersealError } from "../../../lib/messages/errors";
import { COMPACT_FROM, COMPACT_TO, LINK_MAX_BYTES, LINK_VERSION_COMPACT } from "../../../lib/messages/link";
import type { Call } from "./exchange";
import type { Step } from "./next";
import type { Version } from "./predict";

export type CompactFrom =
  | {
      readonly kind: "call";
      readonly request: number;
      /** 0 = a proposal, else an attested read by that many */
      readonly organisations: number;
      readonly call: Call;
      readonly signature: Uint8Array;
    }
  | {
      readonly kind: "next";
      readonly request: number;
      readonly reference: number;
      readonly step: Step;
      readonly signature: Uint8Array;
    }
  | { readonly kind: "transaction"; readonly request: number; readonly reference: number; readonly signature: Uint8Array };

/** Who endorsed: by a name that the device knows, or in full. */
export interface CompactEndorsement {
  readonly endorser: { readonly name: number } | { readonly identity: Uint8Array };
  /** raw */
  readonly signature: Uint8Array;
}

export type CompactTo =
  | {
      readonly kind: "answer";
      readonly request: number;
      readonly endorsements: readonly CompactEndorsement[];
      readonly patch: Uint8Array;
    }
  | {
      readonly kind: "next";
      readonly request: number;
      /** `block` less the highest that the reference read */
      readonly version: Version;
      readonly endorsements: readonly CompactEndorsement[];
      readonly patch: Uint8Array;
    }
  | {
      readonly kind: "committed";
      readonly request: number;
      /** The transaction id's first two bytes */
      readonly transaction: number;
      readonly block: number;
      readonly validationCode: number;
    };

const SIGNATURE = 64;
const MAX_ARGS = 8;
const MAX_ENDORSEMENTS = 16;
const malformed = (why: string) => new WintersealError("MESSAGE_MALFORMED", why);

/** Whether bytes say that they are in compact form. */
export const isCompact = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 0x0f) === LINK_VERSION_COMPACT;

const begin = (kind: number, request: number): ByteWriter => new ByteWriter().byte(LINK_VERSION_COMPACT | (kind << 4)).unsigned(request);

export function encodeCompactFrom(message: CompactFrom): Uint8Array {
  const { request, signature } = message;
  switch (message.kind) {
    case "call": {
      const { nonce, timestamp, args } = message.call;
      const out = begin(COMPACT_FROM.call, request).unsigned(message.organisations).unsigned(timestamp).unsigned(nonce.length).raw(nonce);
      out.unsigned(args.length);
      for (const arg of args) out.unsigned(arg.length).raw(arg);
      return out.raw(signature).finish();
    }
    case "next": {
      const { nonces, ticks, clock, tail } = message.step;
      const out = begin(COMPACT_FROM.next, request).byte(message.reference).unsigned(nonces).unsigned(ticks).signed(clock);
      return out.raw(tail).raw(signature).finish();
    }
    case "transaction":
      return begin(COMPACT_FROM.transaction, request).byte(message.reference).raw(signature).finish();
  }
}

/** @throws WintersealError MESSAGE_MALFORMED, MESSAGE_VERSION, MESSAGE_TOO_LARGE */
export const decodeCompactFrom = (bytes: Uint8Array): CompactFrom => read(bytes, readFrom);

function readFrom(kind: number, request: number, input: ByteReader): CompactFrom {
  switch (kind) {
    case COMPACT_FROM.call: {
      const organisations = within(input.unsigned(), 16, "organisations");
      const timestamp = input.unsigned();
      const nonce = input.raw(within(input.unsigned(), 64, "nonce"));
      const count = within(input.unsigned(), MAX_ARGS, "arguments");
      const args = Array.from({ length: count }, () => input.raw(input.unsigned()));
      return { kind: "call", request, organisations, call: { nonce, timestamp, args }, signature: input.raw(SIGNATURE) };
    }
    case COMPACT_FROM.next: {
      const reference = input.byte();
      const [nonces, ticks, clock] = [input.unsigned(), input.unsigned(), input.signed()];
      const tail = input.allBut(SIGNATURE);
      return { kind: "next", request, reference, step: { nonces, ticks, clock, tail }, signature: input.raw(SIGNATURE) };
    }
    case COMPACT_FROM.transaction:
      return { kind: "transaction", request, reference: input.byte(), signature: input.raw(SIGNATURE) };
    default:
      throw malformed("a compact message of an unknown kind");
  }
}

export function encodeCompactTo(message: CompactTo): Uint8Array {
  const { request } = message;
  switch (message.kind) {
    case "answer":
      return writeEndorsed(begin(COMPACT_TO.answer, request), message);
    case "next": {
      const { block, transaction } = message.version;
      return writeEndorsed(begin(COMPACT_TO.next, request).signed(block).unsigned(transaction), message);
    }
    case "committed": {
      const out = begin(COMPACT_TO.committed, request)
        .byte(message.transaction >> 8)
        .byte(message.transaction & 0xff);
      return out.unsigned(message.block).unsigned(message.validationCode).finish();
    }
  }
}

function writeEndorsed(
  out: ByteWriter,
  { endorsements, patch }: Pick<CompactTo & { kind: "answer" }, "endorsements" | "patch">,
): Uint8Array {
  out.unsigned(endorsements.length);
  for (const { endorser, signature } of endorsements) {
    if ("name" in endorser) out.byte(endorser.name >> 8).byte(endorser.name & 0xff);
    else out.byte(0).byte(0).unsigned(endorser.identity.length).raw(endorser.identity);
    out.raw(signature);
  }
  return out.raw(patch).finish();
}

/** @throws WintersealError MESSAGE_MALFORMED, MESSAGE_VERSION, MESSAGE_TOO_LARGE */
export const decodeCompactTo = (bytes: Uint8Array): CompactTo => read(bytes, readTo);

function readTo(kind: number, request: number, input: ByteReader): CompactTo {
  switch (kind) {
    case COMPACT_TO.answer:
      return { kind: "answer", request, ...readEndorsed(input) };
    case COMPACT_TO.next: {
      const version = { block: input.signed(), transaction: input.unsigned() };
      return { kind: "next", request, version, ...readEndorsed(input) };
    }
    case COMPACT_TO.committed: {
      const transaction = input.byte() * 256 + input.byte();
      return {
        kind: "committed",
        request,
        transaction,
        block: input.unsigned(),
        validationCode: within(input.unsigned(), 255, "validation code"),
      };
    }
    default:
      throw malformed("a compact message of an unknown kind");
  }
}

function readEndorsed(input: ByteReader): { endorsements: CompactEndorsement[]; patch: Uint8Array } {
  const count = within(input.unsigned(), MAX_ENDORSEMENTS, "endorsements");
  const endorsements = Array.from({ length: count }, () => {
    const name = input.byte() * 256 + input.byte();
    const endorser = name === 0 ? { identity: input.raw(input.unsigned()) } : { name };
    return { endorser, signature: input.raw(SIGNATURE) };
  });
  return { endorsements, patch: input.allBut(0) };
}

function read<T>(bytes: Uint8Array, body: (kind: number, request: number, input: ByteReader) => T): T {
  if (bytes.length > LINK_MAX_BYTES)
    throw new WintersealError("MESSAGE_TOO_LARGE", undefined, { bytes: bytes.length, limit: LINK_MAX_BYTES });
  return orMalformed(() => {
    const input = new ByteReader(bytes);
    const first = input.byte();
    if ((first & 0x0f) !== LINK_VERSION_COMPACT) throw new WintersealError("MESSAGE_VERSION", undefined, { version: first & 0x0f });
    const message = body(first >> 4, within(input.unsigned(), 0xffff_ffff, "request"), input);
    input.end();
    return message;
  });
}

/** What the readers of lib/domain refuse is a malformed message here. */
export function orMalformed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DomainError) throw new WintersealError("MESSAGE_MALFORMED", error.message, {}, { cause: error });
    throw error;
  }
}

function within(value: number, max: number, what: string): number {
  if (value > max) throw malformed(`${what} out of range`);
  return value;
}
