import { describe, expect, test } from "vitest";
import { judge, type SensorFacts, type ShipmentFacts, type ViolationFacts } from "@/lib/domain/verdict";
import { keptWords, type Reading, stretchWords } from "./kept-words";
import { reasonSentence, trustWords } from "./trust-words";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const reader: Reading = { unit: "C", zone: "Europe/Zurich", now: Date.UTC(2026, 10, 20, 10) };
const at = (day: number, hour: number, minute = 0) => Date.UTC(2026, 10, day, hour - 1, minute);
const START = at(16, 9);
const END = at(20, 10, 50);
/** Non-breaking spaces read as spaces. */
const plain = (text: string) => text.replace(/\u00a0/g, " ");

const sensor = (id: string, change: Partial<SensorFacts> = {}): SensorFacts => ({
  sensor: id,
  rides: [{ from: START, to: null }],
  readings: 588,
  first: START,
  last: END,
  lowest: { value: 3_400, at: START },
  highest: { value: 7_200, at: START },
  gaps: [],
  uncertainty: 300,
  standings: { anchored: 588, claimed: 0, unknown: 0, imported: 0 },
  calibration: { covered: 588, before: 0, after: 0, outsideRange: 0, endedFrom: null, validTo: END + 1_000 * HOUR },
  status: "active",
  equivocated: false,
  doubtfulSince: null,
  doubtful: 0,
  batches: 588,
  lost: 0,
  inspected: { sequence: 588, prefix: "same", at: END, beyond: 0 },
  ...change,
});
const facts = (change: Partial<ShipmentFacts> = {}): ShipmentFacts => ({
  upper: 8_000,
  lower: 2_000,
  noData: 35 * MINUTE,
  halted: false,
  closed: END,
  sensors: [sensor("ws-0427"), sensor("ws-0412")],
  violations: [],
  seals: [{ seal: "CH 0048213", standing: "intact" }],
  ...change,
});
const violation: ViolationFacts = {
  sensor: "ws-0427",
  rule: "upper",
  direction: "above",
  from: at(18, 3, 10),
  found: at(18, 4, 10),
  to: at(18, 8, 20),
  peak: 10_300,
  readings: 31,
};
const kept = (it: ShipmentFacts, now = END) => {
  const words = keptWords(judge(it, now).kept, it, reader);
  return {
    kind: words.kind,
    answer: plain(words.answer),
    says: plain(words.sentences.join(" ")),
    proofs: words.proofs.map((proof) => plain(proof.text)),
  };
};
const trust = (it: ShipmentFacts, now = END) => {
  const words = trustWords(judge(it, now).trust, it, { seal: "CH 0048213", result: "intact", at: END, by: "Inês Duarte" }, reader);
  return {
    kind: words.kind,
    answer: plain(words.answer),
    says: plain(words.sentences.join(" ")),
    proofs: words.proofs.map((proof) => plain(proof.text)),
  };
};

describe("what the sequence tells", () => {
  test("is since when a sensor is silent, in the verdict itself", () => {
    const open = facts({ closed: null, seals: [{ seal: "A", standing: "applied" }] });
    expect(trust(open, END + 60 * MINUTE).says).toMatch(/ws-0427 is silent since .+ and may still owe batches/);
    expect(trust(open, END + 10 * MINUTE).says).not.toContain("silent");
  });

  test("is that one number was signed twice, also after the sensor got another key", () => {
    const renewed = facts({ sensors: [sensor("ws-0427", { equivocated: true }), sensor("ws-0412")] });
    const { kind, answer, says } = trust(renewed);
    expect([kind, answer]).toEqual(["untrusted", "No, sensor suspended"]);
    expect(says).toContain("ws-0427 signed two contents under one sequence number");
  });

  test("is how many batches the sensor itself declared lost", () => {
    expect(trust(facts({ sensors: [sensor("ws-0427", { lost: 3 }), sensor("ws-0412")] })).says).toContain("declared 3 batches lost");
  });
});

describe("kept cold, in words", () => {
  test("a violation: direction and length, then sensor, times and peak, then who stayed inside where it measured", () => {
    const hot = facts({
      violations: [violation],
      sensors: [sensor("ws-0427", { highest: { value: 10_300, at: at(18, 6) } }), sensor("ws-0412")],
    });
    expect(kept(hot)).toEqual({
      kind: "violation",
      answer: "No, too warm for 5 h 10 min",
      says: "ws-0427 was at 8.0 °C or above on Wed 18 Nov from 03:10 to 08:20, highest 10.3 °C. ws-0412 stayed between 2 and 8 °C wherever it measured.",
      proofs: ["Upper bound: 1 violation", "Lower bound kept", "No gap"],
    });
  });
  test("a violation that lies within the sensor's uncertainty stays one, and says that either side is possible", () => {
    const slight = facts({ violations: [{ ...violation, peak: 8_300 }] });
    expect(kept(slight).answer).toBe("No, too warm for 5 h 10 min");
    expect(kept(slight).says).toContain(
      "That lies within the uncertainty of ws-0427 (±0.3 K), so the true temperature may not have reached the bound",
    );
    expect(kept(facts({ violations: [{ ...violation, peak: 8_301 }] })).says).not.toContain("uncertainty");
  });
  test("a violation that lasts says so", () => {
    const words = kept(facts({ closed: null, violations: [{ ...violation, to: null, from: END - HOUR, found: END - HOUR }] }));
    expect(words.answer).toBe("No, too warm for 1 h so far");
    expect(words.says).toContain("ws-0427 has been at 8.0 °C or above since Fri 20 Nov 09:50");
  });
  test("a plain yes only when nothing is near or missing, and so far while it rides", () => {
    expect(kept(facts()).answer).toBe("Yes");
    expect(kept(facts({ closed: null })).answer).toBe("Yes, so far");
    const near = kept(facts({ sensors: [sensor("ws-0427", { highest: { value: 7_900, at: at(18, 6) } })] }));
    expect(near).toMatchObject({ kind: "warning", answer: "Yes, but close: 7.9 °C" });
    expect(near.says).toContain("within its own uncertainty, ±0.3 K, of 8.0 °C");
  });
  test("gaps that sensors share are told once", () => {
    const gap = [{ from: at(17, 14, 20), to: at(17, 18) }];
    const words = kept(facts({ sensors: [sensor("ws-0427", { gaps: gap }), sensor("ws-0412", { gaps: gap })] }));
    expect(words.answer).toBe("Not known for 3 h 40 min");
    expect(words.says).toBe(
      "ws-0427 and ws-0412 took no reading on Tue 17 Nov from 14:20 to 18:00. What was measured stayed between 2 and 8 °C.",
    );
  });
  test("silence and absence never read as cold", () => {
    expect(kept(facts({ closed: null }), END + HOUR)).toMatchObject({ kind: "unknown", answer: "Not known for 1 h" });
    expect(kept(facts({ sensors: [] }))).toMatchObject({ kind: "unknown", answer: "Not known, no sensor" });
    const none = sensor("ws-0427", { readings: 0, first: null, last: null, lowest: null, highest: null, rides: [{ from: END, to: null }] });
    expect(kept(facts({ closed: null, sensors: [none] }))).toMatchObject({
      answer: "Not known yet",
      says: "ws-0427 has brought no reading to the ledger.",
    });
  });
  test("stretches over midnight name both days", () => {
    expect(stretchWords(at(18, 23, 50), at(19, 0, 10), reader)).toBe("on Wed 18 Nov from 23:50 to Thu 19 Nov 00:10");
  });
});

describe("trustworthy, in words", () => {
  test("vouched: who, when, how many readings of how many sensors", () => {
    expect(trust(facts())).toEqual({
      kind: "vouched",
      answer: "Yes, vouched by the recipient",
      says: "Inês Duarte found the seal intact on Fri 20 Nov at 10:50. All 1,176 readings up to what the sensors showed then come from 2 calibrated sensors, and no batch is missing.",
      proofs: ["Identity", "Calibration", "Sequence", "Time", "Seal"],
    });
  });
  test("attested: the seal is still to be inspected", () => {
    const words = trust(facts({ seals: [{ seal: "A", standing: "applied" }], sensors: [sensor("ws-0427", { inspected: null })] }));
    expect(words).toMatchObject({
      kind: "attested",
      answer: "Yes, attested by the sensors",
      says: "All checks hold so far. The seal is not inspected yet.",
    });
    expect(words.proofs).toContain("Seal not inspected");
  });
  test("contested stays visible and is not vouched", () => {
    const words = trust(facts({ seals: [{ seal: "A", standing: "broken" }] }));
    expect(words).toMatchObject({ kind: "untrusted", answer: "No, seal contested" });
    expect(words.says).toContain("Readings stay visible and stay recorded, but are not vouched.");
  });
  test("a calibration that ended says from when, and that earlier readings keep their standing", () => {
    const ended = { covered: 500, before: 0, after: 88, outsideRange: 0, endedFrom: at(18, 12), validTo: at(18, 12) };
    const words = trust(facts({ sensors: [sensor("ws-0427", { calibration: ended })] }));
    expect(words.answer).toBe("Not after 18 Nov, calibration ended");
    expect(words.says).toContain("for 88 readings from Wed 18 Nov at 12:00 on. Earlier readings keep their standing.");
  });
  test("imported times, lost batches and revoked identities each have their own sentence", () => {
    const imported = sensor("ws-0427", { standings: { anchored: 0, claimed: 0, unknown: 0, imported: 588 } });
    expect(trust(facts({ sensors: [imported] })).answer).toBe("No, times come from a file");
    expect(trust(facts({ sensors: [sensor("ws-0427", { lost: 2 })] })).answer).toBe("No, 2 batches lost");
    expect(trust(facts({ sensors: [sensor("ws-0427", { status: "revoked" })] })).says).toContain("all its readings are doubtful");
    expect(plain(reasonSentence({ code: "times-claimed", sensor: "ws-1", since: null, count: 1 }, reader))).toContain("1 reading of ws-1");
  });
});
