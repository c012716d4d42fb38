import { common, peer } from "@hyperledger/fabric-protos";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WintersealError } from "../../lib/messages/errors";
import { ProtoReader, ProtoWriter } from "./proto";

const bytes = fc.uint8Array({ maxLength: 300 });

test("writes the bytes that google-protobuf writes, defaults left out", () => {
  fc.assert(
    fc.property(fc.nat(), fc.string({ unit: "binary" }), bytes, fc.bigInt(0n, 0xffff_ffffn), (type, channel, extension, epoch) => {
      const header = new common.ChannelHeader();
      header.setType(type);
      header.setChannelId(channel);
      header.setEpoch(Number(epoch));
      header.setExtension$(extension);
      const ours = new ProtoWriter().uint(1, type).string(4, channel).uint(6, epoch).bytes(7, extension).finish();
      expect(ours).toEqual(header.serializeBinary());
    }),
    { seed: 1 },
  );
});

test("writes repeated elements even when they are empty", () => {
  const input = new peer.ChaincodeInput();
  input.setArgsList([new Uint8Array(0), Uint8Array.of(1)]);
  expect(new ProtoWriter().element(1, new Uint8Array(0)).element(1, Uint8Array.of(1)).finish()).toEqual(input.serializeBinary());
});

test("reads what google-protobuf writes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 600 }), fc.string({ unit: "binary" }), bytes, (status, message, payload) => {
      const response = new peer.Response();
      response.setStatus(status);
      response.setMessage(message);
      response.setPayload(payload);
      const reader = new ProtoReader(response.serializeBinary());
      expect([reader.uint(1), reader.string(2), reader.bytes(3)]).toEqual([status, message, payload]);
    }),
    { seed: 2 },
  );
});

test("refuses a single field that stands twice, since parsers differ on which one counts", () => {
  const twice = new ProtoWriter().element(3, Uint8Array.of(1)).element(3, Uint8Array.of(2)).finish();
  expect(() => new ProtoReader(twice).bytes(3)).toThrow("stands 2 times");
  expect(new ProtoReader(twice).repeated(3)).toHaveLength(2);
});

test("refuses a field of another wire type than the one that is read", () => {
  const number = new ProtoReader(new ProtoWriter().uint(1, 7).finish());
  expect(() => number.bytes(1)).toThrow("another type");
  expect(() => number.repeated(1)).toThrow("another type");
  const text = new ProtoReader(new ProtoWriter().string(1, "x").finish());
  expect(() => text.uint(1)).toThrow("another type");
});

test.each([
  ["a field longer than its message", [0x0a, 0x05, 0x01]],
  ["a length of 2^63", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ["a number cut off", [0x08, 0x80]],
  ["a number of eleven bytes", [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ["field number zero", [0x00, 0x01]],
  ["a group", [0x0b, 0x0c]],
  ["a cut fixed field", [0x0d, 0x01]],
])("refuses %s", (_what, input) => {
  expect(() => new ProtoReader(Uint8Array.from(input))).toThrow(WintersealError);
});

test("any bytes are read or refused with a code, and nothing else happens", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      try {
        const reader = new ProtoReader(input);
        for (const element of reader.repeated(1)) expect(element.length).toBeLessThan(input.length);
      } catch (error) {
        expect(error).toBeInstanceOf(WintersealError);
      }
    }),
    { seed: 3, numRuns: 2000 },
  );
});
