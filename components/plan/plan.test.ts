import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROFILES, profileById } from "@/lib/domain/profiles";
import { isSscc } from "@/lib/domain/sscc";
import { SHIPMENT_ID } from "@/lib/messages/names";
import type { FreeSensor } from "@/lib/store/plan";
import { readOpenPlan } from "../pack/open-plan";
import { createStatement, type Draft, draftErrors, missing, packAddress } from "./draft";
import { shipmentId } from "./shipment-id";
import { readSscc } from "./sscc";
import { unsuited } from "./suit";

const seed = { seed: 20261122 };
const DRAFT: Draft = {
  title: "Influenza vaccine",
  sscc: "10614141123456789",
  profile: "fridge-2-8/1",
  lot: "",
  origin: "Basel",
  destination: "Zürich",
  recipient: "RecipientMSP",
  arrival: "",
  sensors: {},
  seal: "",
  sealClass: "",
};

describe("SSCC", () => {
  it("adds the check digit to 17 digits and checks it on 18", () => {
    expect(readSscc("1 0614141 12345678 9")).toMatchObject({ sscc: "106141411234567897", added: 7 });
    expect(readSscc("(00)106141411234567897")).toMatchObject({ sscc: "106141411234567897", added: null });
    expect(readSscc("106141411234567896").error).toContain("would be 7, not 6");
  });

  it("gives a valid SSCC or a reason, never both", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9 ]{0,22}$/), (text) => {
        const { sscc, error } = readSscc(text);
        expect(sscc === null).toBe(error !== undefined);
        if (sscc !== null) expect(isSscc(sscc)).toBe(true);
      }),
      seed,
    );
  });
});

describe("plan", () => {
  it("makes an id that the ledger takes from any two places", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (origin, destination) => {
        expect(shipmentId(origin, destination, "ab12cd")).toMatch(SHIPMENT_ID);
      }),
      seed,
    );
    expect(shipmentId("Zürich", "São Paulo", "ab12cd")).toBe("zurich-sao-paulo-ab12cd");
  });

  it("has no error when all is said, and names what is missing when it is not", () => {
    const id = "basel-zurich-ab12cd";
    expect(draftErrors(DRAFT, id)).toEqual({});
    expect(createStatement(DRAFT, id).sscc).toBe("106141411234567897");
    const empty = draftErrors({ ...DRAFT, title: " ", recipient: "", sensors: { "ws-1": "" }, seal: "CH 1" }, id);
    expect(Object.keys(empty).sort()).toEqual(["recipient", "sealClass", "sensors.ws-1", "title"]);
    expect(missing(empty)).toContain("goods");
  });

  it("carries what is still to be signed to the next page and back", () => {
    const place = fc
      .string({ minLength: 1, maxLength: 60 })
      .map((text) => text.trim())
      .filter((text) => text !== "");
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z0-9-]{1,32}$/), place, { noNullPrototype: true }), place, (sensors, seal) => {
        const address = new URL(packAddress("s-1", { ...DRAFT, sensors, seal, sealClass: "H" }), "http://x");
        const query = { sensor: address.searchParams.getAll("sensor"), seal: address.searchParams.getAll("seal") };
        const plan = readOpenPlan(query);
        expect(Object.fromEntries(plan.sensors.map(({ sensor, place: its }) => [sensor, its]))).toEqual(sensors);
        expect(plan.seal).toEqual({ seal: seal.trim(), class: "H" });
      }),
      seed,
    );
  });
});

describe("sensors for a trip", () => {
  const now = Date.UTC(2026, 10, 20);
  const day = 86_400_000;
  const sensor: FreeSensor = {
    id: "ws-1",
    model: "T",
    validFrom: now - day,
    validTo: now + 10 * day,
    min: -30_000,
    max: 50_000,
    lastAt: null,
    lastTemperature: null,
  };
  const fridge = profileById("fridge-2-8/1");

  it("are offered only when the calibration holds from now to the arrival and over the profile's range", () => {
    expect(unsuited(sensor, fridge, now + 5 * day, now)).toBeNull();
    expect(unsuited(sensor, fridge, now + 11 * day, now)).toBe("ends-on-the-way");
    expect(unsuited({ ...sensor, validTo: now }, fridge, null, now)).toBe("ended");
    expect(unsuited({ ...sensor, validFrom: now + 1 }, fridge, null, now)).toBe("not-begun");
    expect(unsuited({ ...sensor, min: 5_000 }, fridge, null, now)).toBe("range");
  });

  it("are never offered for a profile that judges by a bound outside their calibrated range", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PROFILES),
        fc.integer({ min: -100_000, max: 60_000 }),
        fc.integer({ min: -100_000, max: 60_000 }),
        (profile, a, b) => {
          const range = { min: Math.min(a, b), max: Math.max(a, b) };
          const inside = profile.rules.every(({ bound }) => bound >= range.min && bound <= range.max);
          expect(unsuited({ ...sensor, ...range }, profile, null, now)).toBe(inside ? null : "range");
        },
      ),
      seed,
    );
  });
});
