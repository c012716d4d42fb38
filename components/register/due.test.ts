import { describe, expect, it } from "vitest";
import { dueBy } from "./due";

const owner = { mspId: "ShipperMSP", name: "Rheinhafen Pharma", months: 6 };

describe("a calibration's due date", () => {
  it("is the certificate's own where it names one, and says on whose word", () => {
    const stated = { value: "2027-11-09", path: "administrativeData/statements/statement[3]/date", by: "Kunde GmbH" };
    expect(dueBy(stated, "2026-11-09", owner)).toEqual({ day: "2027-11-09", rule: "The certificate says so, on the word of Kunde GmbH" });
    expect(dueBy({ ...stated, by: null }, "2026-11-09", owner)?.rule).toBe("The certificate says so");
  });
  it("is the owner's rule otherwise, counted in calendar months", () => {
    expect(dueBy(null, "2026-08-31", owner)).toEqual({ day: "2027-02-28", rule: "Rheinhafen Pharma’s rule: 6 months" });
  });
  it("is a year where the owner has set no rule, and says that none is set", () => {
    expect(dueBy(null, "2028-02-29", { ...owner, months: null })).toMatchObject({
      day: "2029-02-28",
      rule: expect.stringContaining("has set no rule"),
    });
  });
  it("is not known without a day or an owner", () => {
    expect(dueBy(null, "", owner)).toBeNull();
    expect(dueBy(null, "2026-08-31", null)).toBeNull();
  });
});
