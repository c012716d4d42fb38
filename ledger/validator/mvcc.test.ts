import fc from "fast-check";
import { expect, test } from "vitest";
import { Simulator } from "../endorser/simulator";
import { MemoryState } from "../testing/memory-state";
import { decodeReadWriteSet, type NamespaceSet } from "../wire/rwset";
import { CODE } from "../wire/transaction";
import type { Version } from "../wire/version";
import { BlockUpdates, checkReads } from "./mvcc";

const SPACE = "kv";

type Step =
  | { kind: "get"; key: string }
  | { kind: "put"; key: string; value: string }
  | { kind: "delete"; key: string }
  | { kind: "range"; start: string; end: string; seen: number };

const key = fc.constantFrom("a", "b", "c", "d", "e", "f");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("get" as const), key }),
  fc.record({ kind: fc.constant("put" as const), key, value: fc.string({ minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant("delete" as const), key }),
  fc.record({ kind: fc.constant("range" as const), start: key, end: fc.oneof(key, fc.constant("")), seen: fc.nat(7) }),
);

interface Ran {
  readonly sets: NamespaceSet[];
  /** Everything that the transaction saw, in order. */
  readonly saw: string;
}

async function run(state: MemoryState, steps: readonly Step[]): Promise<Ran> {
  const simulator = new Simulator(state);
  const saw: unknown[] = [];
  for (const action of steps) {
    if (action.kind === "get") saw.push([action.key, String(simulator.get(SPACE, action.key))]);
    else if (action.kind === "put") simulator.put(SPACE, action.key, Buffer.from(action.value));
    else if (action.kind === "delete") simulator.delete(SPACE, action.key);
    else saw.push(await readRange(simulator, action));
  }
  await simulator.close();
  return { sets: decodeReadWriteSet(simulator.encodedResults()), saw: JSON.stringify(saw) };
}

async function readRange(simulator: Simulator, action: { start: string; end: string; seen: number }): Promise<string[]> {
  const seen: string[] = [];
  const iterator = simulator.range(SPACE, action.start, action.end);
  for (let count = 0; count < action.seen; count++) {
    const entry = await iterator.next();
    if (entry === undefined) break;
    seen.push(`${entry.key}=${entry.value.toString()}`);
  }
  await iterator.close();
  return seen;
}

function setText(state: MemoryState, key: string, value: Uint8Array | undefined, version: Version): void {
  state.set(SPACE, key, value && Buffer.from(value).toString(), version);
}

function initialState(entries: Readonly<Record<string, string>>): MemoryState {
  const state = new MemoryState();
  for (const [name, value] of Object.entries(entries)) state.set(SPACE, name, value, { block: 1, transaction: 0 });
  return state;
}

async function everything(state: MemoryState): Promise<string> {
  return (await run(state, [{ kind: "range", start: "", end: "", seen: 100 }])).saw;
}

/** Runs one transaction after the other, each on what the ones before it left, and holds what it sees against `saw`. */
async function runInTurn(serial: MemoryState, steps: readonly Step[], saw: string, version: Version): Promise<void> {
  const again = await run(serial, steps);
  expect(again.saw).toBe(saw);
  for (const write of again.sets.flatMap((set) => set.writes)) setText(serial, write.key, write.value, version);
}

test("a block of valid transactions is serial: each would have seen the same had it run alone, in its place", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(key, fc.string({ minLength: 1, maxLength: 2 })),
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      async (initial, transactions) => {
        const [state, serial] = [initialState(initial), initialState(initial)];
        // All are endorsed on the same state, as transactions in flight are.
        const endorsed = await Promise.all(transactions.map((steps) => run(state, steps)));
        const updates = new BlockUpdates();
        for (const [position, { sets, saw }] of endorsed.entries()) {
          if ((await checkReads(sets, state, updates)) !== CODE.VALID) continue;
          const version = { block: 2, transaction: position };
          updates.apply(sets, version);
          await runInTurn(serial, transactions[position] ?? [], saw, version);
        }
        for (const update of updates.sorted()) setText(state, update.key, update.value, update.version);
        expect(await everything(state)).toBe(await everything(serial));
      },
    ),
    { seed: 6, numRuns: 400 },
  );
});

test("a transaction alone on an unchanged state is always valid", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(key, fc.string({ minLength: 1, maxLength: 2 })),
      fc.array(step, { maxLength: 8 }),
      async (initial, steps) => {
        const state = new MemoryState();
        for (const [name, value] of Object.entries(initial)) state.set(SPACE, name, value, { block: 1, transaction: 0 });
        const { sets } = await run(state, steps);
        expect(await checkReads(sets, state, new BlockUpdates())).toBe(CODE.VALID);
      },
    ),
    { seed: 7 },
  );
});

test("of several writers that read the same key, exactly the first in the block is valid", async () => {
  const state = new MemoryState();
  state.set(SPACE, "a", "0", { block: 1, transaction: 0 });
  const steps: Step[] = [
    { kind: "get", key: "a" },
    { kind: "put", key: "a", value: "1" },
  ];
  const endorsed = await Promise.all([1, 2, 3].map(() => run(state, steps)));
  const updates = new BlockUpdates();
  const codes = [];
  for (const [position, { sets }] of endorsed.entries()) {
    const code = await checkReads(sets, state, updates);
    if (code === CODE.VALID) updates.apply(sets, { block: 2, transaction: position });
    codes.push(code);
  }
  expect(codes).toEqual([CODE.VALID, CODE.MVCC_READ_CONFLICT, CODE.MVCC_READ_CONFLICT]);
});
