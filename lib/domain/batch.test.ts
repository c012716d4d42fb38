import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  batchHash,
  decodeBatch,
  decodeMoment,
  encodeBatch,
  encodeMoment,
  FIRST_PREVIOUS,
  MAX_HUMIDITY,
  MAX_READINGS,
  MAX_SEQUENCE,
  MAX_TEMPERATURE,
  MAX_TICK,
  MAX_TIME,
  MIN_TEMPERATURE,
  MIN_TIME,
} from "./batch";
import { bytesToHex, hexToBytes } from "./bytes";
import { DomainError } from "./errors";

const settings = { seed: 20_240, numRuns: 300 };
const boot = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
const frame = { sequence: 1, previous: FIRST_PREVIOUS, boot };

const frames = fc.record({
  sequence: fc.integer({ min: 1, max: MAX_SEQUENCE }),
  previous: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  boot: fc.uint8Array({ minLength: 8, maxLength: 8 }),
});
const values = {
  temperature: fc.integer({ min: MIN_TEMPERATURE, max: MAX_TEMPERATURE }),
  humidity: fc.option(fc.integer({ min: 0, max: MAX_HUMIDITY })),
};
const tick = fc.integer({ min: 0, max: MAX_TICK });
const batches: fc.Arbitrary<Batch> = frames.chain((base): fc.Arbitrary<Batch> => {
  const readings = fc.record({
    readings: fc.array(fc.record({ tick, ...values }), { minLength: 1, maxLength: 40 }),
    clock: fc.option(fc.record({ tick, at: fc.integer({ min: 0, max: MAX_TIME }) })),
  });
  const imported = fc.array(fc.record({ at: fc.integer({ min: MIN_TIME, max: MAX_TIME }), ...values }), { minLength: 1, maxLength: 40 });
  const lost = fc.record({
    from: fc.integer({ min: 1, max: base.sequence }),
    reason: fc.string({ unit: "grapheme-composite", minLength: 1, maxLength: 12 }),
  });
  return fc.oneof(
    readings.map((body): Batch => ({ ...base, kind: "readings", ...body })),
    imported.map((rows): Batch => ({ ...base, kind: "imported", readings: rows })),
    lost.map((body): Batch => ({ ...base, kind: "lost", to: base.sequence, ...body })),
  );
});

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
  return "accepted";
};

const readings = (count: number): Batch => ({
  ...frame,
  kind: "readings",
  clock: null,
  readings: Array.from({ length: count }, (_, i) => ({
    tick: i * 60_000 + ((i * 7) % 5),
    temperature: 5000 + Math.round(800 * Math.sin(i / 9)) + ((i * 37) % 25),
    humidity: 450 + ((i * 3) % 7),
  })),
});

describe("a batch", () => {
  it("comes back from its bytes unchanged", () => {
    fc.assert(
      fc.property(batches, (batch) => {
        expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
      }),
      settings,
    );
  });

  it("has one encoding: whatever decodes, encodes to the same bytes", () => {
    const mutated = fc
      .tuple(batches, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), fc.nat(3))
      .map(([batch, changes, cut]) => {
        const bytes = encodeBatch(batch);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes.slice(0, bytes.length - cut);
      });
    let decoded = 0;
    fc.assert(
      fc.property(mutated, (bytes) => {
        if (codeOf(() => decodeBatch(bytes)) !== "accepted") return;
        decoded += 1;
        expect(bytesToHex(encodeBatch(decodeBatch(bytes)))).toBe(bytesToHex(bytes));
      }),
      { ...settings, numRuns: 3000 },
    );
    expect(decoded).toBeGreaterThan(300);
  });

  it("refuses any bytes with a code and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, framed) => {
        if (framed && bytes.length > 2) {
          bytes[0] = 1;
          bytes[1] = ((bytes[1] ?? 0) % 3) + 1;
        }
        expect(["accepted", "BATCH_MALFORMED", "BATCH_VERSION", "BATCH_TOO_LARGE", "VALUE_RANGE"]).toContain(
          codeOf(() => decodeBatch(bytes)),
        );
      }),
      { ...settings, numRuns: 2000 },
    );
  });

  it("refuses an unknown version by that name", () => {
    const bytes = encodeBatch(readings(1));
    bytes[0] = 2;
    expect(codeOf(() => decodeBatch(bytes))).toBe("BATCH_VERSION");
  });

  it("refuses a number that is not in its shortest form", () => {
    // sequence 1 written in two bytes
    const bytes = encodeBatch(readings(1));
    const longer = Uint8Array.from([...bytes.slice(0, 2), 0x81, 0x00, ...bytes.slice(3)]);
    expect(codeOf(() => decodeBatch(longer))).toBe("BATCH_MALFORMED");
  });

  it("holds at most a thousand readings", () => {
    expect(codeOf(() => encodeBatch(readings(MAX_READINGS)))).toBe("accepted");
    expect(codeOf(() => encodeBatch(readings(MAX_READINGS + 1)))).toBe("BATCH_TOO_LARGE");
    expect(codeOf(() => encodeBatch(readings(0)))).toBe("BATCH_MALFORMED");
  });

  it.each([
    ["not a number", Number.NaN],
    ["infinite", Number.POSITIVE_INFINITY],
    ["a fraction", 5000.5],
    ["below absolute zero", MIN_TEMPERATURE - 1],
    ["too hot", MAX_TEMPERATURE + 1],
  ])("refuses a temperature that is %s", (_, temperature) => {
    const batch: Batch = { ...frame, kind: "readings", clock: null, readings: [{ tick: 0, temperature, humidity: null }] };
    expect(codeOf(() => encodeBatch(batch))).toBe("VALUE_RANGE");
  });

  it("refuses a lost range that does not end at its own number", () => {
    const lost: Batch = { ...frame, sequence: 9, kind: "lost", from: 3, to: 8, reason: "journal damaged" };
    expect(codeOf(() => encodeBatch(lost))).toBe("BATCH_MALFORMED");
    expect(codeOf(() => encodeBatch({ ...lost, to: 9 }))).toBe("accepted");
    for (const reason of ["", "\ud800", "a\0b", "line\nbreak", "\u202egood", "x".repeat(201)]) {
      expect(codeOf(() => encodeBatch({ ...lost, to: 9, reason }))).toBe("BATCH_MALFORMED");
    }
  });

  it("takes at most 6 bytes a reading, frame included, at sixty readings with humidity", () => {
    const each = encodeBatch(readings(60)).length / 60;
    expect(each).toBeLessThanOrEqual(6);
  });

  it("has bytes that do not change between releases", () => {
    const batch: Batch = {
      ...frame,
      kind: "readings",
      clock: { tick: 5, at: 1_700_000_000_000 },
      readings: [
        { tick: 1000, temperature: 5000, humidity: 450 },
        { tick: 61_000, temperature: 4990, humidity: null },
      ],
    };
    expect(bytesToHex(encodeBatch(batch))).toBe(
      ["010101", "00".repeat(32), "0102030405060708", "05", "0580d095ffbc31", "02", "e807c0a907", "904e13", "01", "8407"].join(""),
    );
    expect(bytesToHex(batchHash("sensor-1", encodeBatch(batch)))).toBe("9ec94be88f342c017982fe01d2e6a000ae578093ae8568ba9a41481225e3898f");
  });

  it("hashes differently for another sensor", () => {
    const bytes = encodeBatch(readings(1));
    expect(bytesToHex(batchHash("a", bytes))).not.toBe(bytesToHex(batchHash("b", bytes)));
  });
});

describe("a moment", () => {
  it("comes back from its bytes unchanged", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), tick, (id, at) => {
        expect(decodeMoment(encodeMoment({ boot: id, tick: at }))).toEqual({ boot: id, tick: at });
      }),
      settings,
    );
  });

  it("refuses leftovers, short boots, versions and ticks out of range", () => {
    const good = encodeMoment({ boot, tick: 300 });
    expect(codeOf(() => decodeMoment(Uint8Array.from([...good, 0])))).toBe("BATCH_MALFORMED");
    expect(codeOf(() => decodeMoment(good.slice(0, 8)))).toBe("BATCH_MALFORMED");
    expect(codeOf(() => decodeMoment(Uint8Array.from([2, ...good.slice(1)])))).toBe("BATCH_VERSION");
    expect(codeOf(() => encodeMoment({ boot, tick: -1 }))).toBe("VALUE_RANGE");
    expect(codeOf(() => encodeMoment({ boot: boot.slice(1), tick: 1 }))).toBe("BATCH_MALFORMED");
  });
});

describe("hexadecimal", () => {
  it("refuses what is none", () => {
    expect(codeOf(() => hexToBytes("0g"))).toBe("ARGUMENT_INVALID");
    expect(codeOf(() => hexToBytes("012"))).toBe("ARGUMENT_INVALID");
    expect(hexToBytes("00ff")).toEqual(Uint8Array.from([0, 255]));
  });
});
