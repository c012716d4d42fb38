import { peer } from "@hyperledger/fabric-protos";
import { describe, expect, test } from "vitest";
import { isWireFormat, unmarshal } from "./unmarshal";

const proposal = new peer.Proposal();
proposal.setHeader(Buffer.from("header"));
proposal.setPayload(Buffer.alloc(300, 7));
const bytes = proposal.serializeBinary();

describe("a message is read whole or not at all", () => {
  test("when it is whole, and when it is empty", () => {
    expect(unmarshal("Proposal", peer.Proposal, bytes).getPayload_asU8()).toHaveLength(300);
    expect(isWireFormat(new Uint8Array())).toBe(true);
  });

  test("not when a byte is missing at any place that cuts a field", () => {
    const whole = new Set([0, bytes.length, 8]); // Behind the header's field the rest may be absent.
    for (let length = 0; length <= bytes.length; length++) expect(isWireFormat(bytes.subarray(0, length))).toBe(whole.has(length));
  });

  test("not when something senseless stands behind it: what the runtime alone would overlook", () => {
    for (const tail of ["t", "\u0000", "\u000b", "\u000f", "\u0007"]) {
      expect(() => unmarshal("Proposal", peer.Proposal, Buffer.concat([bytes, Buffer.from(tail)]))).toThrow(
        "error unmarshalling Proposal: proto: cannot parse invalid wire-format data",
      );
    }
  });

  test("unknown fields of every kind and closed groups are no harm", () => {
    const unknown = Buffer.from([0x98, 0x06, 0x01, 0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0x9d, 0x06, 1, 2, 3, 4, 0x9b, 0x06, 0x9c, 0x06]);
    expect(isWireFormat(Buffer.concat([bytes, unknown]))).toBe(true);
  });

  test("groups within groups without end are refused without descending", () => {
    expect(isWireFormat(Buffer.alloc(1024 * 1024, 0x0b))).toBe(false);
  });
});
