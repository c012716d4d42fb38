import { describe, expect, it } from "vitest";
import { fieldErrors } from "./field-errors";

const HANDOVER = { shipment: "s-1", giver: "Rheinhafen Pharma", taker: "Lorry 7", place: "Basel", arrival: false };

describe("reasons beside fields", () => {
  it("are none for a statement that the contract takes", () => {
    expect(fieldErrors("shipment:Handover", HANDOVER)).toEqual({});
  });

  it("say what is needed and what is too long", () => {
    expect(fieldErrors("shipment:Handover", { ...HANDOVER, taker: "  ", place: "x".repeat(81) })).toEqual({
      taker: "This is needed",
      place: "At most 80 characters",
    });
  });

  it("say that a character cannot be recorded", () => {
    expect(fieldErrors("shipment:Handover", { ...HANDOVER, giver: "a\u202eb" }).giver).toMatch(/character/);
  });

  it("use the form's own words for what a pattern refuses, by the path of the field", () => {
    const statement = { shipment: "s-1", seal: "A", class: "", on: { container: "" } };
    expect(fieldErrors("seal:Apply", statement, { class: "Choose its class", on: "This is needed" })).toMatchObject({
      class: "Choose its class",
    });
    expect(Object.keys(fieldErrors("seal:Apply", statement))).toContain("class");
  });
});
