import { expect, it, describe as suite } from "vitest";
import { type Statement, type StatementName, statements } from "../../lib/messages/statements";
import { describe } from "./describe";
import { celsius, fingerprint, instant, moment } from "./words";

const HASH = "0123456789abcdef".repeat(4);
const T = 1_795_000_000_000;
const calibration = { number: "KL-1", hash: HASH, laboratory: "Kander", from: T, to: T + 1, min: -30_000, max: 50_000, uncertainty: 200 };
const excursion = { shipment: "s-1", sensor: "ws-1", rule: "upper", number: 1 };
const samples: { readonly [N in StatementName]: readonly Statement<N>[] } = {
  "sensor:Register": [{ sensor: "ws-1", thumbprint: HASH, model: "T2", owner: "ShipperMSP", calibration }],
  "sensor:Renew": [{ sensor: "ws-1", thumbprint: HASH, calibration }],
  "sensor:Revoke": [{ sensor: "ws-1", reason: "stolen", doubtfulSince: T }],
  "sensor:Command": [
    { sensor: "ws-1", counter: 1, expires: T, command: { kind: "interval", ms: 60_000 } },
    { sensor: "ws-1", counter: 1, expires: T, command: { kind: "profile", profile: "fridge-2-8/1" } },
    { sensor: "ws-1", counter: 1, expires: T, command: { kind: "identify", ms: 30_000 } },
    { sensor: "ws-1", counter: 1, expires: T, command: { kind: "stop" } },
    { sensor: "ws-1", counter: 1, expires: T, command: { kind: "start" } },
  ],
  "shipment:Create": [
    {
      shipment: "s-1",
      sscc: "106141411234567897",
      title: "Vaccines",
      origin: "Basel",
      destination: "Bern",
      recipient: "RecipientMSP",
      profile: "fridge-2-8/1",
      lot: "AB-1",
    },
  ],
  "shipment:Assign": [{ shipment: "s-1", sensor: "ws-1", place: "top", start: T }],
  "shipment:EndAssignment": [{ shipment: "s-1", sensor: "ws-1", end: T }],
  "shipment:Handover": [{ shipment: "s-1", giver: "A", taker: "B", place: "dock", arrival: true }],
  "shipment:Decide": [{ shipment: "s-1", decision: "accepted", reason: "", through: [{ sensor: "ws-1", sequence: 4, hash: HASH }] }],
  "excursion:Acknowledge": [{ ...excursion, comment: "Seen" }],
  "excursion:Assign": [{ ...excursion, organisation: "ShipperMSP", person: "lena@shipper" }],
  "excursion:Investigate": [
    { ...excursion, note: "Door open\nfor ten minutes", attachments: [{ name: "report", type: "application/pdf", size: 12, hash: HASH }] },
  ],
  "excursion:Decide": [
    {
      ...excursion,
      meaning: "released for use",
      reason: "Stable",
      signer: { person: "lena@shipper", name: "Lena" },
      through: { length: 3, head: HASH },
    },
  ],
  "seal:Apply": [
    { shipment: "s-1", seal: "CH 1", class: "H", on: { container: "C1" } },
    { shipment: "s-1", seal: "CH 1", class: "H", on: { sensor: "ws-1", thumbprint: HASH } },
  ],
  "seal:Inspect": [
    {
      shipment: "s-1",
      seal: "CH 1",
      result: "intact",
      checks: { number: true, pull: true, twist: true, surface: true, shaft: true },
      sensors: [{ sensor: "ws-1", thumbprint: HASH, sequence: 4, hash: HASH }],
      photo: HASH,
      note: "",
    },
  ],
  "governance:Agree": [
    {
      version: 1,
      terms: {
        organisations: ["AuthorityMSP", "RecipientMSP", "ShipperMSP"],
        groups: {
          registration: { named: ["AuthorityMSP"], others: 1 },
          revocation: { named: ["AuthorityMSP", "ShipperMSP"], others: 0 },
          shipment: { named: ["AuthorityMSP"], others: 1 },
          seal: { named: ["ShipperMSP"], others: 2 },
          inspection: { named: ["RecipientMSP"], others: 1 },
          decision: { named: ["AuthorityMSP", "RecipientMSP", "ShipperMSP"], others: 0 },
        },
      },
    },
  ],
};

const words = { timeZone: "Europe/Zurich", organisation: (mspId: string) => `Organisation ${mspId}` };
const OTHER: Readonly<Record<string, unknown>> = {
  intact: "broken",
  accepted: "rejected",
  "released for use": "rejected",
  "application/pdf": "image/png",
  H: "S",
  ShipperMSP: "AuthorityMSP",
  RecipientMSP: "ShipperMSP",
  "fridge-2-8/1": "frozen-vaccine/1",
  "106141411234567897": "106141411234567804",
};

/** A value of the same kind that differs as little as it can. */
function altered(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string") return value;
  return OTHER[value] ?? (value === HASH ? `${HASH.slice(0, -1)}0` : `${value}x`);
}

/** Every copy of a statement that differs in one leaf. */
function* variants(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) for (const other of variants(item)) yield value.with(index, other);
    yield [];
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) for (const other of variants(item)) yield { ...value, [key]: other };
  } else {
    yield altered(value);
  }
}

const names = Object.keys(samples) as StatementName[];
const text = (name: StatementName, statement: unknown): string =>
  JSON.stringify(describe(name, statements[name].parse(statement) as Statement<typeof name>, words));
/** Of the variants, those that are statements at all: nobody is asked to sign the others. */
const statementsOf = (name: StatementName, sample: unknown): unknown[] =>
  [...variants(sample)].filter((variant) => statements[name].safeParse(variant).success);

suite("describe", () => {
  it("has words for every function that people sign", () => {
    expect(names.sort()).toEqual(Object.keys(statements).sort());
  });

  it.each(names)("shows every field of %s: no two statements read the same", (name) => {
    for (const sample of samples[name]) {
      const seen = new Set([text(name, sample)]);
      const others = statementsOf(name, sample);
      expect(others.length).toBeGreaterThan(2);
      for (const variant of others) {
        const shown = text(name, variant);
        expect(seen.has(shown), `${JSON.stringify(variant)} reads like another one`).toBe(false);
        seen.add(shown);
      }
    }
  });

  it("tells times with UTC beside them and organisations by name", () => {
    const { fields } = describe("shipment:Assign", samples["shipment:Assign"][0] as Statement<"shipment:Assign">, words);
    expect(fields.at(-1)).toEqual({ label: "From", value: "18 Nov 2026, 12:06:40", note: "2026-11-18 11:06:40\u00a0UTC" });
  });

  it("says that a hash is only a hash", () => {
    const { fields } = describe("seal:Inspect", samples["seal:Inspect"][0] as Statement<"seal:Inspect">, words);
    expect(fields.find(({ label }) => label === "Photo’s hash")?.note).toMatch(/Only this hash/);
  });
});

suite("words", () => {
  it("writes temperatures exactly, with a true minus", () => {
    expect([8_000, -500, -30_000, 8_170, 5, 0, -1].map(celsius)).toEqual(
      ["8 °C", "−0.5 °C", "−30 °C", "8.17 °C", "0.005 °C", "0 °C", "−0.001 °C"].map((t) => t.replace(" ", "\u00a0")),
    );
  });

  it("keeps milliseconds in UTC", () => {
    expect(instant(T + 1)).toBe("2026-11-18 11:06:40.001\u00a0UTC");
    expect(moment(T, { timeZone: "UTC" })).toBe("18 Nov 2026, 11:06:40");
  });

  it("groups hashes by eight", () => {
    expect(fingerprint(HASH).split(" ")).toHaveLength(8);
  });
});
