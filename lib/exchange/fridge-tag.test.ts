import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isFridgeTag, readFridgeTag } from "./fridge-tag";

const day = (number: number, date: string, min: string, max: string) =>
  ` ${number}:\n  Date: ${date}\n  ${min}\n  ${max}\n  Avrg T: +4.0\n`;
const tag = (...days: string[]) =>
  `Device: Q-tag Fridge-tag 2\nConf:\n Serial: 160400000001\n Temp unit: C\n Report history length: 60\nHist:\n TS Actv: 2026-01-20 11:51\n${days.join("")}Cert:\n Vers: 1.0\nSig: 00\n`;
const good = tag(
  day(1, "2026-04-29", "Min T: +3.8, TS Min T: 09:49", "Max T: +9.5, TS Max T: 15:49"),
  day(2, "2026-04-28", "Min T: -0.6, TS Min T: 23:59", "Max T: +4.6, TS Max T: 00:10"),
);

describe("readFridgeTag", () => {
  it("gives each day's extremes in the order in which they were measured", () => {
    const file = readFridgeTag(good, { timeZone: "Europe/Zurich" });
    expect(file.serial).toBe("160400000001");
    expect(file.rows.map(({ at, temperature }) => [new Date(at).toISOString(), temperature])).toEqual([
      ["2026-04-27T22:10:00.000Z", 4600],
      ["2026-04-28T21:59:00.000Z", -600],
      ["2026-04-29T07:49:00.000Z", 3800],
      ["2026-04-29T13:49:00.000Z", 9500],
    ]);
  });

  it.each([
    ["another device", "Device: Thermometer\n", 1],
    ["cut off inside a day", good.slice(0, good.indexOf("  Max T: +4.6")), 16],
    ["without its signature", good.replace("Sig: 00\n", ""), 20],
    ["a day without its highest", good.replace("  Max T: +9.5, TS Max T: 15:49\n", ""), 8],
    ["an extreme without time", good.replace("TS Min T: 09:49", "TS Min T: --:--"), 10],
    ["no such day", good.replace("2026-04-28", "2026-04-31"), 15],
    ["no unit", good.replace(" Temp unit: C\n", ""), 1],
  ])("refuses a file that is %s", (_, text, line) => {
    expect(() => readFridgeTag(text, { timeZone: "UTC" })).toThrow(expect.objectContaining({ code: "FILE_MALFORMED", facts: { line } }));
  });

  const real = fileURLToPath(new URL("../../../shared/data/fridgetag/sample-fridge-tag.txt", import.meta.url));
  it.skipIf(!existsSync(real))("reads a real export of 60 days", () => {
    const text = readFileSync(real, "utf8");
    expect(isFridgeTag(text)).toBe(true);
    const { rows } = readFridgeTag(text, { timeZone: "UTC" });
    expect(rows).toHaveLength(120);
    expect(rows[0]).toMatchObject({ at: Date.UTC(2026, 2, 1, 15, 12), temperature: 22_800 });
    expect(Math.max(...rows.map(({ temperature }) => temperature))).toBe(31_000);
  });
});
