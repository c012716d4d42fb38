import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../domain/canonical-json";
import { appendLog, EMPTY_LOG } from "./log";
import { shipper, T0 } from "./testing/book";
import type { Call } from "./types";

const call: Call = { name: "shipment:Handover", args: [], creator: shipper, transactionId: "ab".repeat(32), timestamp: T0 };

describe("a shipment's log", () => {
  it("hashes the head before it and the entry with transaction, time and caller, as anyone can recompute", () => {
    const entry = { type: "shipment:Handover", statement: { arrival: true } };
    const full = { ...entry, at: T0, by: shipper.commonName, organisation: shipper.mspId, transaction: call.transactionId };
    const expected = createHash("sha256").update(Buffer.alloc(32)).update(canonicalJson(full)).digest("hex");
    expect(appendLog(EMPTY_LOG, call, entry)).toEqual({ length: 1, head: expected });
  });

  it("has another head for another past, however equal its last entry is", () => {
    const [a, b] = ["a", "b"].map((type) => appendLog(appendLog(EMPTY_LOG, call, { type }), call, { type: "same" }));
    expect(a?.length).toBe(2);
    expect(a?.head).not.toBe(b?.head);
  });
});
