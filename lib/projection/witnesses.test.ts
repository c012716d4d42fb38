import { beforeAll, expect, test } from "vitest";
import type { OpenBlocks } from "./feed";
import { TestLedger } from "./testing/ledger";
import { Witnesses } from "./witnesses";

let ledger: TestLedger;
const BLOCKS = 200;

beforeAll(async () => {
  ledger = await TestLedger.create();
  while (ledger.blocks.length < BLOCKS) ledger.cut();
});

async function collect(open: OpenBlocks): Promise<{ numbers: number[]; sources: Set<string>; broken: number }> {
  const stop = new AbortController();
  let broken = 0;
  const witnesses = new Witnesses({
    sources: ledger.sources,
    witnesses: 2,
    from: 0,
    open,
    signal: stop.signal,
    onBroken: () => broken++,
    patienceMs: 20,
  });
  const numbers: number[] = [];
  const sources = new Set<string>();
  for await (const group of witnesses.groups()) {
    for (const witnessed of group) {
      numbers.push(witnessed.block.number);
      for (const source of witnessed.sources) sources.add(source);
    }
    if (numbers.length >= BLOCKS) stop.abort();
  }
  return { numbers, sources, broken };
}

const inOrder = Array.from({ length: BLOCKS }, (_, number) => number);

test("streams that break again and again give every block once, in order", async () => {
  const whole = ledger.open();
  const { numbers, broken } = await collect(async function* (peer, from, signal) {
    let left = 40;
    for await (const block of whole(peer, from, signal)) {
      if (left-- === 0) throw new Error("reset");
      yield block;
    }
  });
  expect(numbers).toEqual(inOrder);
  expect(broken).toBeGreaterThan(3);
});

test("only as many organisations are asked as are needed, while all goes well", async () => {
  const { numbers, sources } = await collect(ledger.open());
  expect(numbers).toEqual(inOrder);
  expect([...sources].sort()).toEqual(["AuthorityMSP", "ShipperMSP"]);
});

test("an organisation far ahead is held back until the others follow", async () => {
  const whole = ledger.open();
  let ahead = 0;
  let behind = 0;
  const { numbers } = await collect(async function* (peer, from, signal) {
    for await (const block of whole(peer, from, signal)) {
      if (peer === "AuthorityMSP") ahead = block.getHeader()?.getNumber() ?? 0;
      else {
        await new Promise((resolve) => setTimeout(resolve, 1));
        behind = block.getHeader()?.getNumber() ?? 0;
      }
      expect(ahead - behind).toBeLessThanOrEqual(2 * 64);
      yield block;
    }
  });
  expect(numbers).toEqual(inOrder);
});

test("more witnesses than organisations with peers are refused at once", () => {
  const options = { sources: ledger.sources, witnesses: 4, from: 0, open: ledger.open(), signal: new AbortController().signal };
  expect(() => new Witnesses({ ...options, onBroken: () => undefined })).toThrow("only 3 have peers");
});
