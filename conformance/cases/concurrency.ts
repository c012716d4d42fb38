/** Reads that changed before their transaction committed. */
import type { Bench } from "../bench";
import type { Case } from "../case";

/** Codes, sorted, of transactions that were endorsed on the same state and then sent one after the other. */
async function race(bench: Bench, ...calls: readonly (readonly string[])[]): Promise<string[]> {
  const prepared = await Promise.all(calls.map((args) => bench.prepare(...args)));
  for (const { envelope } of prepared) await bench.submit(envelope);
  return await Promise.all(prepared.map(({ transactionId }) => bench.code(transactionId)));
}

/** The code of a transaction that was endorsed before another one committed. */
async function overtaken(bench: Bench, call: readonly string[], ...before: readonly (readonly string[])[]): Promise<string> {
  const { envelope, transactionId } = await bench.prepare(...call);
  for (const args of before) await bench.transact(...args);
  return await bench.outcome(envelope, transactionId);
}

export const concurrencyCases: readonly Case[] = [
  {
    id: "mvcc/read-and-write",
    title: "of two transactions that read and write one key, the first commits",
    why: "A sensor's sequence cannot fork.",
    async run(bench) {
      const key = bench.key("contended");
      await bench.transact("put", key, "a");
      const codes = await race(bench, ["append", key, "b"], ["append", key, "c"]);
      return { codes, "values that were written": (await bench.query("get", key)).length };
    },
  },
  {
    id: "mvcc/blind-writes",
    title: "transactions that only write one key all commit, the last value stands",
    why: "Keys that are written without reading them give no order: the contract reads what it replaces.",
    async run(bench) {
      const key = bench.key("blind");
      return { codes: await race(bench, ["put", key, "b"], ["put", key, "c"]), value: await bench.query("get", key) };
    },
  },
  {
    id: "mvcc/absent-key",
    title: "a transaction that found a key absent is invalid once it exists",
    why: "`sensor~sequence` is created once.",
    async run(bench) {
      const key = bench.key("absent");
      return { code: await overtaken(bench, ["append", key, "x"], ["put", key, "there"]), value: await bench.query("get", key) };
    },
  },
  {
    id: "mvcc/deleted-key",
    title: "a transaction that read a key is invalid once the key is deleted",
    why: "What was read is no longer so.",
    async run(bench) {
      const key = bench.key("deleted");
      await bench.transact("put", key, "there");
      return { code: await overtaken(bench, ["append", key, "x"], ["del", key]), value: await bench.query("get", key) };
    },
  },
  {
    id: "mvcc/same-value",
    title: "a transaction that read a key is invalid once the same value was written again",
    why: "Versions are compared, not values: a revocation that is withdrawn still shows.",
    async run(bench) {
      const key = bench.key("same");
      await bench.transact("put", key, "there");
      return { code: await overtaken(bench, ["append", key, "x"], ["put", key, "there"]) };
    },
  },
  {
    id: "mvcc/elsewhere",
    title: "changes of other keys harm nothing",
    why: "Sensors do not disturb each other.",
    async run(bench) {
      const key = bench.key("alone");
      await bench.transact("put", key, "a");
      return { code: await overtaken(bench, ["append", key, "x"], ["put", bench.key("other"), "1"]) };
    },
  },
  ...[3, 120].map(
    (size): Case => ({
      id: `phantom/range-of-${size}`,
      title: `a range of ${size} keys is guarded against keys that come, go and change`,
      why: size < 50 ? "Lists that a contract reads are complete." : "Long ranges are guarded by a Merkle summary, which must be Fabric's.",
      async run(bench) {
        const prefix = `${bench.key("range")}-`;
        await bench.transact("fill", prefix, String(size));
        const count = (): string[] => ["count", prefix, `${prefix}~`, bench.key("count")];
        return {
          "a key comes": await overtaken(bench, count(), ["put", `${prefix}00001x`, "1"]),
          "a key goes": await overtaken(bench, count(), ["del", `${prefix}00001x`]),
          "a key changes": await overtaken(bench, count(), ["put", `${prefix}00001`, "1"]),
          "a key behind the range comes": await overtaken(bench, count(), ["put", `${prefix}~`, "1"]),
          "nothing changes": await overtaken(bench, count(), ["put", bench.key("other"), "1"]),
        };
      },
    }),
  ),
  {
    id: "phantom/empty-range",
    title: "a range in which nothing was is guarded too",
    why: '"There is no open violation" must stay true until commit.',
    async run(bench) {
      const prefix = `${bench.key("empty")}-`;
      return { code: await overtaken(bench, ["count", prefix, `${prefix}~`, bench.key("count")], ["put", `${prefix}1`, "1"]) };
    },
  },
  {
    id: "state/own-writes",
    title: "a contract does not see its own writes",
    why: "Rules are computed on the state before the transaction.",
    async run(bench) {
      const key = bench.key("own");
      await bench.transact("put", key, "committed");
      return { seen: await bench.query("ownWrite", key, "mine") };
    },
  },
  {
    id: "state/order",
    title: "ranges come in byte order of their keys",
    why: "Keys with numbers are written so that their order is the numbers'.",
    async run(bench) {
      const prefix = `${bench.key("order")}-`;
      const names = ["b", "a", "ä", "B", "10", "9", "\u{1F600}", "\uFFFD"];
      for (const name of names) await bench.transact("put", prefix + name, "1");
      const found = JSON.parse(await bench.query("range", prefix, `${prefix}\u{10FFFF}`)) as string[];
      return { order: found.map((entry) => entry.slice(prefix.length).replace("=1", "")) };
    },
  },
  {
    id: "state/pages",
    title: "pages of a range end with a bookmark that continues it",
    why: "Long lists are read in pages.",
    async run(bench) {
      const prefix = `${bench.key("page")}-`;
      await bench.transact("fill", prefix, "25");
      const page = async (bookmark: string) => {
        const text = await bench.query("page", prefix, `${prefix}~`, "10", bookmark);
        const { found, bookmark: next } = JSON.parse(text) as { found: string[]; bookmark: string };
        return { text: `${found.length} keys, then ${next === "" ? "nothing" : next.slice(prefix.length)}`, next };
      };
      const first = await page("");
      const second = await page(first.next);
      return { pages: [first.text, second.text, (await page(second.next)).text] };
    },
  },
  {
    id: "state/pages-and-writes",
    title: "a transaction that reads pages writes nothing",
    why: "A page is not guarded against phantoms: no rule may rest on one.",
    async run(bench) {
      const prefix = `${bench.key("page")}-`;
      const told = (name: string) =>
        bench.toldAnswer(bench.process(bench.sign(bench.propose({ args: [name, prefix, `${prefix}~`, bench.key("written")] }))));
      return { "page, then put": await told("pageAndPut"), "put, then page": await told("putAndPage") };
    },
  },
  {
    id: "state/empty",
    title: "an empty value",
    why: "No value of ours is empty, since that would be a deletion.",
    async run(bench) {
      const key = bench.key("empty");
      await bench.transact("put", key, "1");
      const told = await bench.told(bench.transact("putEmpty", key));
      return { put: told, value: await bench.query("get", key), range: await bench.query("range", key, `${key}~`) };
    },
  },
  {
    id: "state/deleted",
    title: "a deleted key reads as empty and leaves its range",
    why: "Nothing of ours deletes; whoever reads must know what absence looks like.",
    async run(bench) {
      const key = bench.key("gone");
      await bench.transact("put", key, "1");
      await bench.transact("del", key);
      return { value: await bench.query("get", key), range: await bench.query("range", key, `${key}~`) };
    },
  },
];
