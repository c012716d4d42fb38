import { expect, it } from "vitest";
import type { NotifyFacts } from "../domain/notifications";
import { noticeMail } from "./mail";
import { wordsOf } from "./words";

const AT = Date.UTC(2026, 11, 1, 13, 3);
const trip = { title: "Insulin", origin: "Basel", destination: "Bern" };
const say = (facts: NotifyFacts, zone = "Europe/Zurich") => wordsOf({ shipment: "s-1", sensor: "ws-1", facts }, { zone, unit: "C" });

it("says a violation with rule, sensor, value and the reader's time", () => {
  const facts = { type: "violation", ...trip, rule: "upper", severity: "critical", from: AT, found: AT, peak: -9_140 } as const;
  expect(say(facts)).toEqual({
    title: "Violation on Insulin, Basel to Bern",
    text: "Sensor ws-1: rule “upper bound” (critical) is violated since 1 Dec 2026, 14:03 (Europe/Zurich); −9.1 °C at its furthest. The ledger found it 1 Dec 2026, 14:03 (Europe/Zurich).",
    path: "/shipments/s-1",
  });
  expect(wordsOf({ shipment: "s-1", sensor: "ws-1", facts }, { zone: "UTC", unit: "F" }).text).toContain("15.5 °F");
});

it("leads to where it is settled", () => {
  expect(say({ type: "arrival", ...trip, place: "Dock 4" }).path).toBe("/shipments/s-1/receive");
  expect(say({ type: "halt", reason: "x", block: 7 }).path).toBe("/ledger");
  expect(
    wordsOf(
      { shipment: null, sensor: "ws/1", facts: { type: "calibration", step: "day", validTo: AT, number: "C" } },
      { zone: "UTC", unit: "C" },
    ).path,
  ).toBe("/sensors/ws%2F1");
});

it("puts no line of a sender's choosing into an e-mail's head or between its facts", () => {
  const facts = { type: "arrival", ...trip, title: "A\r\nBcc: x@y.example", place: "Dock\n\nhttps://evil.example" } as const;
  const mail = noticeMail("a@b.example", "http://site.example", [
    { ...say(facts), id: "1" },
    { ...say(facts), id: "2" },
  ]);
  expect(mail.text.split("\n").some((line) => /^(Bcc:|https:\/\/evil)/.test(line))).toBe(false);
  expect(mail.subject.length).toBeLessThanOrEqual(200);
});
