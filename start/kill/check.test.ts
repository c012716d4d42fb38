import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeviceState, type LedgerRecord, sentAgain, violations } from "./check";
import type { Operation, Outcome } from "./history";

interface World {
  operations: Operation[];
  ledger: LedgerRecord[];
  devices: DeviceState[];
}

/** What becomes of one try to send a batch: committed or not, and what the device hears of it. */
type Fate = { readonly committed: boolean; readonly outcome: Outcome };
const FATES: readonly Fate[] = [
  { committed: true, outcome: "ok" },
  { committed: true, outcome: "unknown" },
  { committed: false, outcome: "unknown" },
  { committed: false, outcome: "fail" },
];

const hashOf = (sensor: string, sequence: number) => `${sensor}${sequence}`.padEnd(64, "0");

/** A world in which devices behave: what is unknown is sent again unless it turns out to be recorded. */
function honest(sensors: readonly (readonly Fate[])[]): World {
  const world: World = { operations: [], ledger: [], devices: [] };
  for (const [index, fates] of sensors.entries()) live(world, `s${index}`, fates);
  return world;
}

function live(world: World, id: string, fates: readonly Fate[]): void {
  let last = 0;
  for (const [attempt, fate] of fates.entries()) {
    send(world, { id, sequence: last + 1, transactionId: `${id}-${attempt}`, fate });
    if (fate.committed) last++;
  }
  const isWaiting = fates.at(-1)?.committed === false;
  const frozen = isWaiting ? [{ sequence: last + 1, hash: hashOf(id, last + 1), temperatures: [temperatureOf(last + 1)] }] : [];
  const measured = Array.from({ length: last + frozen.length }, (_, index) => temperatureOf(index + 1));
  const proved = { sequence: last, hash: last === 0 ? "" : hashOf(id, last) };
  world.devices.push({ id, proved, frozen, waiting: 1, measured: [...measured, 9_999] });
}

const temperatureOf = (sequence: number) => 4_000 + sequence;

function send(world: World, sent: { id: string; sequence: number; transactionId: string; fate: Fate }): void {
  const { id, sequence, transactionId, fate } = sent;
  const time = 2 * world.operations.length;
  const hash = hashOf(id, sequence);
  const block = world.ledger.length;
  world.operations.push({ sensor: id, sequence, hash, transactionId, invoked: time, outcome: fate.outcome, ended: time + 1, block });
  if (!fate.committed && fate.outcome !== "fail") return;
  const validationCode = fate.committed ? 0 : 11;
  const previous = sequence === 1 ? "0".repeat(64) : hashOf(id, sequence - 1);
  world.ledger.push({
    block,
    transactionId,
    validationCode,
    sensor: id,
    sequence,
    hash,
    previous,
    temperatures: [temperatureOf(sequence)],
  });
}

const check = ({ operations, ledger, devices }: World) => violations(operations, ledger, devices);
const fates = fc.array(fc.constantFrom(...FATES), { minLength: 3, maxLength: 12 });
const worlds = fc.array(fates, { minLength: 1, maxLength: 4 }).map(honest);

/** Ways to break a world, each with what is to be said about it. */
const BREAKS: readonly (readonly [string, RegExp, (world: World) => boolean])[] = [
  [
    "a confirmed batch is lost",
    /was confirmed and is not on the ledger|stands where/,
    ({ operations, ledger }) => {
      const ok = operations.findLast(({ outcome }) => outcome === "ok");
      return remove(ledger, ({ transactionId }) => transactionId === ok?.transactionId);
    },
  ],
  [
    "a batch is there twice",
    /is on the ledger 2 times/,
    ({ operations, ledger }) => {
      const known = new Set(operations.map(({ transactionId }) => transactionId));
      const again = ledger.find(({ validationCode, transactionId }) => validationCode === 0 && known.has(transactionId));
      if (again !== undefined) ledger.push(again);
      return again !== undefined;
    },
  ],
  [
    "a batch stands in another block than was said",
    /was confirmed in block/,
    ({ operations }) => {
      const ok = operations.find(({ outcome }) => outcome === "ok");
      if (ok?.block !== undefined) ok.block += 1;
      return ok !== undefined;
    },
  ],
  [
    "an invalid one counts all the same",
    /was said to be invalid/,
    ({ operations, ledger }) => {
      const ok = operations.find(({ outcome }) => outcome === "ok");
      if (ok !== undefined) ok.outcome = "fail";
      return ok !== undefined && ledger.length > 0;
    },
  ],
  [
    "somebody else's batch is there",
    /was never sent/,
    ({ operations, ledger }) => {
      const [first] = ledger.filter(({ validationCode }) => validationCode === 0);
      return first !== undefined && remove(operations, ({ transactionId }) => transactionId === first.transactionId);
    },
  ],
  ["a batch has other content", /other content/, ({ ledger }) => change(ledger, (record) => ({ ...record, hash: "f".repeat(64) }))],
  ["the chain is broken", /does not continue/, ({ ledger }) => change(ledger, (record) => ({ ...record, previous: "e".repeat(64) }))],
  [
    "a reading is lost on the device",
    /measured \d+ readings/,
    ({ devices }) => {
      const [device] = devices;
      if (device !== undefined) devices[0] = { ...device, waiting: 0 };
      return device !== undefined;
    },
  ],
  ["a reading was changed", /and was measured as/, ({ ledger }) => change(ledger, (record) => ({ ...record, temperatures: [0] }))],
  [
    "a journal believes more than there is",
    /holds number \d+ for proved/,
    ({ devices }) => {
      const [device] = devices;
      if (device !== undefined) devices[0] = { ...device, proved: { sequence: device.proved.sequence + 1, hash: "d".repeat(64) } };
      return device !== undefined;
    },
  ],
  [
    "a number is used twice",
    /with two contents/,
    ({ operations }) => {
      const unknown = operations.find(
        ({ outcome, sequence, sensor }, index) =>
          outcome === "unknown" && operations.some((other, at) => at > index && other.sensor === sensor && other.sequence === sequence),
      );
      if (unknown !== undefined) operations[operations.indexOf(unknown)] = { ...unknown, hash: "c".repeat(64) };
      return unknown !== undefined;
    },
  ],
];

function remove<T>(list: T[], is: (item: T) => boolean): boolean {
  const index = list.findIndex(is);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}

function change(ledger: LedgerRecord[], to: (record: LedgerRecord) => LedgerRecord): boolean {
  const index = ledger.findIndex(({ validationCode }) => validationCode === 0);
  const record = ledger[index];
  if (record !== undefined) ledger[index] = to(record);
  return record !== undefined;
}

describe("the check of a history", () => {
  it("finds nothing where devices and ledger behaved, however often answers were lost", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        expect(check(world)).toEqual([]);
      }),
      { seed: 20261125 },
    );
  });

  it("counts what was sent again after it had been confirmed, and not what was never answered", () => {
    const sent = (sequence: number, time: number, outcome: Outcome): Operation => ({
      ...{ sensor: "s0", sequence, hash: hashOf("s0", sequence), transactionId: `${time}`, invoked: time, outcome, ended: time + 1 },
    });
    expect(sentAgain([sent(1, 0, "unknown"), sent(1, 2, "ok"), sent(2, 4, "ok")])).toBe(0);
    expect(sentAgain([sent(1, 0, "ok"), sent(2, 2, "ok"), sent(2, 4, "unknown"), sent(3, 6, "ok")])).toBe(1);
  });

  it.each(BREAKS)("finds that %s", (_, said, spoil) => {
    let broken = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        if (!spoil(world)) return;
        broken++;
        expect(check(world).some((violation) => said.test(violation))).toBe(true);
      }),
      { seed: 20261125, numRuns: 50 },
    );
    expect(broken).toBeGreaterThan(10);
  });
});
