import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CIRCUIT_RULES, Circuit } from "./circuit";

const opened = (now = 0) => {
  const circuit = new Circuit();
  circuit.enter(now);
  circuit.failed(now, 1, true);
  return circuit;
};

describe("a circuit", () => {
  it("opens after failures in a row, not after some with a success between them", () => {
    const circuit = new Circuit();
    for (const outcome of ["failed", "failed", "succeeded", "failed", "failed"] as const) circuit[outcome](0, 0);
    expect(circuit.state(0)).toBe("closed");
    circuit.failed(0, 0);
    expect(circuit.state(0)).toBe("open");
    expect(circuit.admits(0)).toBe(false);
  });

  it("opens at once when there is no doubt", () => {
    expect(opened().state(0)).toBe("open");
  });

  it("lets one call try when its rest is over; a success closes it, a failure makes it rest longer", () => {
    const circuit = opened();
    const rest = circuit.waitMs(0);
    expect(circuit.state(rest)).toBe("half-open");
    expect(circuit.admits(rest)).toBe(true);
    circuit.enter(rest);
    expect(circuit.admits(rest)).toBe(false);
    expect(circuit.waitMs(rest)).toBeGreaterThan(0);
    circuit.failed(rest, 1);
    expect(circuit.waitMs(rest)).toBeGreaterThan(rest);
    const again = rest + circuit.waitMs(rest);
    circuit.enter(again);
    circuit.succeeded();
    expect(circuit.state(again)).toBe("closed");
    expect(opened(again).waitMs(again)).toBeCloseTo(rest);
  });

  it("takes a trial that was called off for none", () => {
    const circuit = opened();
    circuit.enter(CIRCUIT_RULES.restMs);
    circuit.calledOff();
    expect(circuit.admits(CIRCUIT_RULES.restMs)).toBe(true);
  });

  it("whatever happens, admits a call again within the longest rest of the last failure, and one at a time until it is closed", () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 60 }), (steps) => {
        const circuit = new Circuit();
        let now = 0;
        for (const step of steps) {
          now += step.after;
          if (circuit.admits(now)) expectOneCall(circuit, now, step);
          else expect(circuit.waitMs(now)).toBeGreaterThan(0);
          expect(circuit.waitMs(now)).toBeLessThanOrEqual(CIRCUIT_RULES.longestRestMs);
          expect(circuit.admits(now + CIRCUIT_RULES.longestRestMs)).toBe(true);
        }
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });
});

const STEP = fc.record({
  after: fc.nat(5_000),
  outcome: fc.constantFrom("succeeded", "failed", "refused", "calledOff"),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

function expectOneCall(circuit: Circuit, now: number, { outcome, random }: Step): void {
  const trial = circuit.state(now) === "half-open";
  circuit.enter(now);
  expect(circuit.admits(now)).toBe(!trial);
  if (outcome === "succeeded") circuit.succeeded();
  else if (outcome === "calledOff") circuit.calledOff();
  else circuit.failed(now, random, outcome === "refused");
  if (outcome === "succeeded") expect(circuit.state(now)).toBe("closed");
  if (outcome === "refused" || (trial && outcome === "failed")) expect(circuit.state(now)).toBe("open");
}
