import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ERROR_CODES, type ErrorCode, WintersealError } from "../../lib/messages/errors";
import { LINK_MAX_BYTES, STAGES } from "../../lib/messages/link";
import { decodeFrom, decodeTo, encodeFrom, encodeTo, type FromMessage, peekRequest, type ToMessage } from "./link-messages";
import { ProtoWriter } from "./proto";

const some = fc.uint8Array({ minLength: 1, maxLength: 200 });
const id = fc.uint8Array({ minLength: 32, maxLength: 32 });
const request = fc.integer({ min: 0, max: 0xffff_ffff });

const fromMessage: fc.Arbitrary<FromMessage> = fc.oneof(
  fc.record({ type: fc.constant("sendTXP" as const), request, signedProposal: some }),
  fc.record({ type: fc.constant("sendTX" as const), request, envelope: some }),
  fc.record({ type: fc.constant("status" as const), request, transactionId: id }),
  fc.record({ type: fc.constant("read" as const), request, signedProposal: some, organisations: fc.integer({ min: 1, max: 16 }) }),
  fc.record({ type: fc.constant("hello" as const), request }),
);
const toMessage: fc.Arbitrary<ToMessage> = fc.oneof(
  fc.record({ type: fc.constantFrom("endorsed" as const, "answer" as const), request, payload: some, endorsements: fc.array(some) }),
  fc.record({
    type: fc.constant("committed" as const),
    request,
    transactionId: id,
    block: fc.nat(Number.MAX_SAFE_INTEGER),
    validationCode: fc.nat(255),
  }),
  fc.record({ type: fc.constant("time" as const), request, milliseconds: fc.nat(Number.MAX_SAFE_INTEGER) }),
  fc.record({
    type: fc.constant("refused" as const),
    request,
    code: fc.constantFrom(...(Object.keys(ERROR_CODES) as ErrorCode[])),
    stage: fc.constantFrom(...STAGES),
    message: fc.string(),
    retryAfter: fc.nat(0xffff_ffff),
    transactionId: fc.oneof(id, fc.constant(new Uint8Array(0))),
  }),
);

test("every message from a device survives its bytes", () => {
  fc.assert(
    fc.property(fromMessage, (message) => {
      const bytes = encodeFrom(message);
      expect(decodeFrom(message.type, bytes)).toEqual(message);
      expect(peekRequest(bytes)).toBe(message.request);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("every message to a device survives its bytes", () => {
  fc.assert(
    fc.property(toMessage, (message) => {
      expect(decodeTo(message.type, encodeTo(message))).toEqual(message);
    }),
    { seed: 2, numRuns: 500 },
  );
});

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof WintersealError) return error.code;
    throw error;
  }
  return "none";
};

test("refuses an unknown version byte, an unknown type, an empty and an oversized message by code", () => {
  const hello = encodeFrom({ type: "hello", request: 1 });
  expect(codeOf(() => decodeFrom("hello", Uint8Array.of(2, ...hello.subarray(1))))).toBe("MESSAGE_VERSION");
  expect(codeOf(() => decodeFrom("goodbye", hello))).toBe("MESSAGE_TYPE");
  expect(codeOf(() => decodeTo("sendTXP", hello))).toBe("MESSAGE_TYPE");
  expect(codeOf(() => decodeFrom("hello", new Uint8Array(0)))).toBe("MESSAGE_MALFORMED");
  expect(codeOf(() => decodeFrom("hello", new Uint8Array(LINK_MAX_BYTES + 1)))).toBe("MESSAGE_TOO_LARGE");
});

test("refuses a transaction id that has not 32 bytes and an empty proposal", () => {
  const short = Uint8Array.of(1, ...new ProtoWriter().bytes(2, new Uint8Array(31).fill(1)).finish());
  expect(codeOf(() => decodeFrom("status", short))).toBe("MESSAGE_MALFORMED");
  expect(codeOf(() => decodeFrom("sendTXP", Uint8Array.of(1)))).toBe("MESSAGE_MALFORMED");
  expect(codeOf(() => decodeTo("endorsed", Uint8Array.of(1)))).toBe("MESSAGE_MALFORMED");
});

test("a refusal with a code that this device does not know is still a refusal", () => {
  const body = new ProtoWriter().uint(1, 9).string(2, "FROM_THE_FUTURE").string(3, "orbit").string(4, "no").finish();
  expect(decodeTo("refused", Uint8Array.of(1, ...body))).toMatchObject({ request: 9, code: "INTERNAL", stage: "receive", message: "no" });
});

test("any bytes on any type are decoded or refused with a code", () => {
  const types = fc.constantFrom("sendTXP", "sendTX", "status", "read", "hello", "endorsed", "committed", "answer", "time", "refused");
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 120 }), (type, noise) => {
      const bytes = Uint8Array.of(1, ...noise);
      for (const decode of [decodeFrom, decodeTo]) {
        try {
          decode(type, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WintersealError);
        }
      }
      expect(peekRequest(bytes)).toBeGreaterThanOrEqual(0);
    }),
    { seed: 3, numRuns: 3000 },
  );
});

test("a message that is cut off or too large still tells its number, and none is sent that is too large", () => {
  const bytes = encodeFrom({ type: "sendTX", request: 0xffff_fffe, envelope: new Uint8Array(50) });
  for (let length = 7; length <= bytes.length; length++) expect(peekRequest(bytes.subarray(0, length))).toBe(0xffff_fffe);
  for (let length = 0; length < 7; length++) expect(peekRequest(bytes.subarray(0, length))).toBe(0);
  expect(peekRequest(Uint8Array.from({ length: LINK_MAX_BYTES + 9 }, (_, at) => bytes[at] ?? 0))).toBe(0xffff_fffe);
  const envelope = new Uint8Array(LINK_MAX_BYTES);
  expect(() => encodeFrom({ type: "sendTX", request: 1, envelope })).toThrow(expect.objectContaining({ code: "MESSAGE_TOO_LARGE" }));
});
