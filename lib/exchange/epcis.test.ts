import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { type EpcisShipment, epcisDocument, READINGS_PER_EVENT } from "./epcis";
import type { ReadingRow } from "./reading-row";

const START = Date.UTC(2026, 10, 18);
const MINUTE = 60_000;
const shipment: EpcisShipment = {
  id: "basel-lisbon",
  sscc: "106141411234567897",
  title: "Influenza vaccine",
  profile: "fridge-2-8/1",
  shipper: "Rheinhafen Pharma",
  recipient: "Hospital Santa Aurélia",
  violations: [
    {
      sensor: "ws-2",
      rule: "upper",
      direction: "above",
      from: START,
      found: START + MINUTE,
      to: START + 2 * MINUTE,
      peak: 10_300,
      transaction: "cd",
    },
    { sensor: "ws-2", rule: "lower", direction: "below", from: START, found: START, to: null, peak: 1_000, transaction: "ce" },
  ],
  happenings: [
    { kind: "departed", at: START - MINUTE, text: "Basel “dock 3”", transaction: "aa" },
    { kind: "seal-broken", at: START + 5 * MINUTE, text: "seal CH 1", transaction: "ab" },
    { kind: "rejected", at: START + 6 * MINUTE, text: "", transaction: "ac" },
  ],
};
const row = (sensor: string, index: number, change: Partial<ReadingRow> = {}): ReadingRow => ({
  sensor,
  sequence: Math.floor(index / 3) + 1,
  index: index % 3,
  at: START + index * MINUTE,
  temperature: 5_125,
  humidity: index % 2 === 0 ? 451 : null,
  standing: "anchored",
  calibration: "calibrated",
  calibrationNumber: "KL 2026/1",
  transaction: `tx${index}`,
  block: 4,
  recordedAt: START + index * MINUTE + 500,
  ...change,
});
const settings = { origin: "https://winterseal.example", now: START };

interface Report {
  readonly type: string;
  readonly time?: string;
  readonly value?: number;
  readonly exception?: string;
}
interface Document {
  readonly epcisBody: {
    readonly eventList: readonly { readonly sensorElementList?: readonly { readonly sensorReport: readonly Report[] }[] }[];
  };
}

async function write(rows: readonly ReadingRow[]): Promise<Document> {
  async function* pages() {
    yield rows;
  }
  let text = "";
  for await (const piece of epcisDocument(shipment, pages(), settings)) text += piece;
  return JSON.parse(text) as Document;
}

const rows = [
  ...Array.from({ length: READINGS_PER_EVENT + 7 }, (_, index) => row("ws-1", index)),
  ...Array.from({ length: 9 }, (_, index) => row("ws-2", index, { standing: "imported", calibration: "after" })),
];
const reportsOf = ({ epcisBody }: Document) =>
  epcisBody.eventList.flatMap(({ sensorElementList = [] }) => sensorElementList.flatMap(({ sensorReport }) => sensorReport));

const folder = fileURLToPath(new URL("../../../shared/data/epcis/", import.meta.url));

describe("a shipment as EPCIS 2.0", () => {
  it("holds every raw reading once, and marks those inside a violation", async () => {
    const reports = reportsOf(await write(rows)).filter((it) => it.type === "Temperature" && it.time !== undefined);
    expect(reports).toHaveLength(rows.length);
    expect(reports[0]).toEqual({ type: "Temperature", time: new Date(START).toISOString(), value: 5.125, uom: "CEL" });
    // A violation that lasts marks all that follows; one that ended does not mark the reading that ended it.
    expect(reports.filter((it) => it.exception === "ALARM_CONDITION")).toHaveLength(9);
  });
  it("writes the same ids for the same shipment", async () => {
    expect(await write(rows)).toEqual(await write(rows));
  });
  it("is a document also without any reading", async () => {
    expect((await write([])).epcisBody.eventList).toHaveLength(5);
  });
});

describe.skipIf(!existsSync(folder))("the official schema", () => {
  const validate = () => {
    const ajv = new Ajv({ allErrors: true, strict: false });
    addFormats(ajv);
    return ajv.compile(JSON.parse(readFileSync(`${folder}EPCIS-JSON-Schema.json`, "utf8")) as object);
  };
  it.each([
    ["with readings", rows],
    ["without readings", []],
  ])("takes the document %s", async (_what, some) => {
    const check = validate();
    check(await write(some));
    expect(check.errors ?? []).toEqual([]);
  });
  it("refuses a document with one event spoiled, so that it says something at all", async () => {
    const check = validate();
    const document = await write(rows);
    expect(check({ ...document, epcisBody: { eventList: [{ ...document.epcisBody.eventList[0], bizStep: "flying" }] } })).toBe(false);
  });
  it("takes its own samples, whose report fields are those written here", async () => {
    const check = validate();
    const names = (document: Document) => new Set(reportsOf(document).flatMap((report) => Object.keys(report)));
    const official = new Set<string>();
    for (let number = 1; number <= 10; number++) {
      const sample = JSON.parse(readFileSync(`${folder}SensorDataExample${number}.jsonld`, "utf8")) as Document;
      expect(check(sample), `sample ${number}`).toBe(true);
      for (const name of names(sample)) official.add(name);
    }
    for (const name of names(await write(rows))) if (!name.startsWith("winterseal:")) expect(official).toContain(name);
  });
});
