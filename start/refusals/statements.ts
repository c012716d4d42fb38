/** What people may not state, and readings outside every assignment. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../../device/ts/bytes";
import { type LightClient, parseResult } from "../../device/ts/client";
import { type CanonicalValue, canonicalBytes } from "../../lib/domain/canonical-json";
import { ssccCheckDigit } from "../../lib/domain/sscc";
import type { ErrorCode } from "../../lib/messages/errors";
import type { Statement, StatementName } from "../../lib/messages/statements";
import { record as state } from "../importer/importer";
import type { TestSensor } from "../testing/sensor";
import { clientOf } from "./parties";
import type { Walk } from "./walk";

/** A shipment that no other test uses. */
const shipmentOf = (shipment: string): Statement<"shipment:Create"> => {
  const digits = `34012345${String(100_000_000 + Number(shipment.slice(-1)))}`;
  return {
    shipment,
    sscc: `${digits}${ssccCheckDigit(digits)}`,
    title: "Refusals",
    origin: "Basel",
    destination: "Lisbon",
    recipient: "RecipientMSP",
    profile: "fridge-2-8/1",
  };
};

export function statementRefusals(the: () => Walk, good: () => TestSensor): void {
  describe("a statement", () => {
    let shipper: LightClient;
    const MINUTE = 60_000;
    const start = Date.now() - 30 * MINUTE;
    const ask = (name: StatementName, json: string) => shipper.endorse(name, [utf8(json)], parseResult);
    const askWith = (name: StatementName, value: object) => shipper.endorse(name, [canonicalBytes(value as CanonicalValue)], parseResult);

    beforeAll(async () => {
      const { layout } = the().stack.context;
      shipper = await clientOf(the().stack, { mspId: "ShipperMSP", folder: join(layout.people, "importer-shipper") });
      await state(shipper, "shipment:Create", shipmentOf("refusals-1"));
    });

    const assign = { shipment: "refusals-1", sensor: "good", place: "top", start };
    const cases: readonly [string, ErrorCode, () => Promise<unknown>][] = [
      ["with NaN", "ARGUMENT_INVALID", () => ask("shipment:Assign", '{"place":"top","sensor":"good","shipment":"refusals-1","start":NaN}')],
      [
        "with a fraction",
        "ARGUMENT_INVALID",
        () => ask("shipment:Assign", '{"place":"top","sensor":"good","shipment":"refusals-1","start":0.5}'),
      ],
      [
        "with a number too large to be whole",
        "ARGUMENT_INVALID",
        () => ask("shipment:Assign", '{"place":"top","sensor":"good","shipment":"refusals-1","start":1e99}'),
      ],
      ["whose time is in seconds", "ARGUMENT_INVALID", () => askWith("shipment:Assign", { ...assign, start: 1_700_000_000 })],
      ["with a field too many", "ARGUMENT_INVALID", () => askWith("shipment:Assign", { ...assign, note: "x" })],
      ["about no shipment", "SHIPMENT_UNKNOWN", () => askWith("shipment:Assign", { ...assign, shipment: "refusals-9" })],
      ["about no sensor", "SENSOR_UNKNOWN", () => askWith("shipment:Assign", { ...assign, sensor: "nobody" })],
      [
        "that ends a ride which never was",
        "ASSIGNMENT_UNKNOWN",
        () => askWith("shipment:EndAssignment", { shipment: "refusals-1", sensor: "good", end: start + MINUTE }),
      ],
      ["made twice", "EXISTS", () => askWith("shipment:Create", shipmentOf("refusals-1"))],
      [
        "of a shipper about a sensor's registration",
        "ACCESS_DENIED",
        () => askWith("sensor:Revoke", { sensor: "good", reason: "x", doubtfulSince: start }),
      ],
    ];
    it.each(cases)("%s is %s", async (_, code, act) => {
      await the().refused(code, act, { sensor: good() });
    });

    it("that ends a ride a second time is ASSIGNMENT_ENDED; readings outside the ride are recorded and belong to no shipment", async () => {
      await good().measure(5_001);
      await good().settle(20_000);
      await state(shipper, "shipment:Assign", { ...assign, start: Date.now() });
      await good().measure(5_002);
      await good().settle(20_000);
      await state(shipper, "shipment:EndAssignment", { shipment: "refusals-1", sensor: "good", end: Date.now() });
      await good().measure(5_003);
      await good().settle(20_000);
      const again = { shipment: "refusals-1", sensor: "good", end: Date.now() + MINUTE };
      await the().refused("ASSIGNMENT_ENDED", () => askWith("shipment:EndAssignment", again), { sensor: good() });
      const rows = await the().rows(
        "SELECT temperature, shipment FROM reading WHERE sensor = 'good' AND temperature > 5000 ORDER BY temperature",
      );
      expect(rows).toEqual([
        { temperature: 5_001, shipment: null },
        { temperature: 5_002, shipment: "refusals-1" },
        { temperature: 5_003, shipment: null },
      ]);
    });
  });
}
