import { beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "../../device/ts/bytes";
import { formProposal, invocationArgs, signedProposal } from "../../device/ts/fabric";
import { Hints } from "./hints";

const question = (value: unknown, name: "attest:Read" | "batch:Record" = "attest:Read") => {
  const args = invocationArgs(name, [utf8(typeof value === "string" ? value : JSON.stringify(value)), utf8("ab".repeat(16))]);
  const { bytes } = formProposal(utf8("creator"), { channel: "coldchain", chaincode: "winterseal", args }, new Uint8Array(12), 1);
  return signedProposal(bytes, new Uint8Array(8));
};

let sent: string[];
let hints: Hints;
beforeEach(() => {
  sent = [];
  hints = new Hints((device) => sent.push(device));
});

describe("a hint", () => {
  it("goes to the sensor that was told something, and to nobody else", () => {
    hints.asked("lamp-1", question({ kind: "shipment", shipment: "trip-1" }));
    hints.tell({ commanded: ["ws-1", "ws-2"], violated: [] });
    expect(sent).toEqual(["ws-1", "ws-2"]);
  });

  it("of a violation goes to whoever asked about that shipment last", () => {
    hints.asked("lamp-1", question({ kind: "shipment", shipment: "trip-1" }));
    hints.asked("lamp-2", question({ kind: "shipment", shipment: "trip-1" }));
    hints.asked("lamp-2", question({ kind: "shipment", shipment: "trip-2" }));
    hints.tell({ commanded: [], violated: ["trip-1"] });
    expect(sent).toEqual(["lamp-1"]);
  });

  it("goes to no topic that is no device's", () => {
    hints.tell({ commanded: ["#", "a/b", "+", "", "UPPER"], violated: [] });
    expect(sent).toEqual([]);
  });

  it.each([
    ["another function", question({ kind: "shipment", shipment: "trip-1" }, "batch:Record")],
    ["another question", question({ kind: "sensor", sensor: "ws-1" })],
    ["what is no question", question("{")],
    ["null", question("null")],
    ["a shipment that none can be", question({ kind: "shipment", shipment: "A/#" })],
  ])("is not promised by %s", (_, proposal) => {
    hints.asked("lamp-1", proposal);
    hints.tell({ commanded: [], violated: ["trip-1", "A/#"] });
    expect(sent).toEqual([]);
  });

  it("is promised to ten thousand devices at most, the newest", () => {
    for (let index = 0; index < 10_050; index++) hints.asked(`d-${index}`, question({ kind: "shipment", shipment: "trip-1" }));
    hints.tell({ commanded: [], violated: ["trip-1"] });
    expect([sent.length, sent[0]]).toEqual([10_000, "d-50"]);
  });
});
