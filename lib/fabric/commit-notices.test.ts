import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { FilteredBlock } from "./blocks";
import { CommitNotices, type CommitStatus } from "./commit-notices";
import type { Peer } from "./connection";
import { FabricError } from "./errors";
import { Peers } from "./peers";
import { VirtualTime } from "./testing/time";

/** A ledger whose peers show its blocks: each can be away, or frozen (connected, and silent), or behind. */
class Ledger {
  readonly blocks: FilteredBlock[] = [{ number: 0, transactions: [] }];
  readonly away = new Set<string>();
  readonly frozen = new Set<string>();
  readonly asked: string[] = [];
  readonly #time: VirtualTime;
  /** Wakes whoever follows or waits. */
  #waiters: (() => void)[] = [];

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  commit(...ids: readonly (string | [string, number])[]): number {
    const transactions = ids.map((id) => (typeof id === "string" ? { id, validationCode: 0 } : { id: id[0], validationCode: id[1] }));
    this.blocks.push({ number: this.blocks.length, transactions });
    this.change();
    return this.blocks.length - 1;
  }

  befall(what: "away" | "back" | "freeze" | "thaw", peer: string): void {
    if (what === "away") this.away.add(peer);
    else if (what === "back") this.away.delete(peer);
    else if (what === "freeze") this.frozen.add(peer);
    else this.frozen.delete(peer);
    this.change();
  }

  change(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  async *open(peer: Peer, from: bigint | "newest", signal: AbortSignal): AsyncGenerator<FilteredBlock> {
    for (let next = from === "newest" ? this.blocks.length - 1 : Number(from); !signal.aborted; ) {
      if (this.away.has(peer.name)) throw new FabricError("UNAVAILABLE", "away", "read", 14, []);
      const block = this.frozen.has(peer.name) ? undefined : this.blocks[next];
      if (block === undefined) await this.#changed(signal);
      else {
        next++;
        yield block;
      }
    }
  }

  async ask(peer: Peer, id: string, deadlineMs: number, signal: AbortSignal): Promise<CommitStatus> {
    this.asked.push(`${peer.name} ${id}`);
    const over = this.#time.sleep(deadlineMs, signal).then(() => {
      throw new FabricError("COMMIT_UNKNOWN", "nothing known", "commit", 4, []);
    });
    over.catch(() => undefined);
    for (;;) {
      if (this.away.has(peer.name)) throw new FabricError("UNAVAILABLE", "away", "commit", 14, []);
      const found = this.frozen.has(peer.name) ? undefined : this.find(id);
      if (found !== undefined) return found;
      await Promise.race([over, this.#changed(signal)]);
    }
  }

  /** As a peer's index: the first place of a transaction counts. */
  find(id: string): CommitStatus | undefined {
    for (const { number, transactions } of this.blocks) {
      const found = transactions.find((transaction) => transaction.id === id);
      if (found !== undefined) return { block: number, validationCode: found.validationCode };
    }
    return undefined;
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiters.push(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}

const EVENT = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("commit" as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("away", "back", "freeze", "thaw"), peer: fc.constantFrom("a", "b") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(2_500) }) },
);

type Event = typeof EVENT extends fc.Arbitrary<infer T> ? T : never;

async function happen(event: Event, ledger: Ledger, time: VirtualTime, submitted: string[]): Promise<void> {
  if (event.kind === "commit") ledger.commit(...submitted.splice(0, event.count));
  else if (event.kind === "pass") await time.run(event.ms);
  else ledger.befall(event.kind, event.peer);
}

const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

async function setting() {
  const time = new VirtualTime();
  const ledger = new Ledger(time);
  const connection = { peers: ["a", "b", "c"].map((name) => ({ name, mspId: name, address: name, client: undefined as never })) };
  const peers = new Peers(connection, { timing: time, connected: ({ name }) => !ledger.away.has(name) });
  const sources: string[] = [];
  const notices = new CommitNotices({
    peers,
    timing: time,
    open: (peer, from, signal) => ledger.open(peer, from, signal),
    ask: (peer, id, deadlineMs, signal) => ledger.ask(peer, id, deadlineMs, signal),
    noticed: (source) => sources.push(source),
  });
  closes.push(async () => {
    const closing = notices.close();
    ledger.change();
    await time.run(10_000);
    await closing;
  });
  await time.run(10);
  const wait = (id: string, sender = "00", deadlineMs = 15_000) => {
    const expected = notices.expect(id, sender);
    return expected.within(deadlineMs).finally(() => expected.forget());
  };
  return { time, ledger, notices, sources, wait };
}

describe("commit notices", () => {
  it("tell everybody in a block out of one stream, with one question for each peer that its senders stay with", async () => {
    const { time, ledger, sources, wait, notices } = await setting();
    expect(notices.following).toBe("a");
    const ids = Array.from({ length: 60 }, (_, index) => `tx-${index}`);
    const waiting = Promise.all(ids.map((id, index) => wait(id, `0${index % 3}`)));
    await time.run(500);
    expect(ledger.asked).toEqual([]);
    ledger.commit(...ids.slice(0, 59), ["tx-59", 11]);
    const found = await time.until(waiting, 1_000);
    expect(found[0]).toEqual({ block: 1, validationCode: 0 });
    expect(found[59]).toEqual({ block: 1, validationCode: 11 });
    expect(ledger.asked).toEqual(["a tx-0", "b tx-1", "c tx-2"]);
    expect(new Set(sources)).toEqual(new Set(["stream"]));
    expect(notices.waiting).toBe(0);
  });

  it("hold a notice back until the peer that its sender goes to next has the block, but not for a peer that does not answer", async () => {
    const { time, ledger, wait } = await setting();
    ledger.frozen.add("b");
    let told = false;
    const waiting = wait("tx", "01").then((status) => {
      told = true;
      return status;
    });
    await time.run(50);
    ledger.commit("tx");
    await time.run(900);
    expect(told).toBe(false);
    expect(await time.until(waiting, 500)).toEqual({ block: 1, validationCode: 0 });
  });

  it("come also for a transaction that was committed before anybody waited for it here", async () => {
    const { time, ledger, wait, notices } = await setting();
    ledger.commit("early");
    await time.run(10);
    expect(notices.known("early")).toEqual({ block: 1, validationCode: 0 });
    expect(await time.until(wait("early"), 10)).toEqual({ block: 1, validationCode: 0 });
    expect(ledger.asked).toEqual([]);
  });

  it("ask a peer at once for what may stand on the ledger already", async () => {
    const { time, ledger, notices } = await setting();
    ledger.commit("long ago");
    for (let index = 0; index < 3; index++) ledger.commit();
    const other = new CommitNotices({
      peers: new Peers({ peers: [{ name: "a", mspId: "a", address: "a", client: undefined as never }] }, { timing: time }),
      timing: time,
      open: (peer, from, signal) => ledger.open(peer, from, signal),
      ask: (peer, id, deadlineMs, signal) => ledger.ask(peer, id, deadlineMs, signal),
    });
    await time.run(10);
    const expected = other.expect("long ago", "00");
    expect(await time.until(expected.within(10_000, 0), 50)).toEqual({ block: 1, validationCode: 0 });
    expect(other.known("long ago")).toEqual({ block: 1, validationCode: 0 });
    const closing = other.close();
    ledger.change();
    await closing;
    expect(notices.following).toBe("a");
  });

  it("never take the mark of a duplicate for what became of the transaction", async () => {
    const { time, ledger, wait } = await setting();
    ledger.commit("tx");
    for (let index = 0; index < 3; index++) await time.run(10);
    const again = wait("other");
    ledger.commit(["tx", 9], ["other", 9]);
    await time.run(10);
    expect(await time.until(wait("tx"), 100)).toEqual({ block: 1, validationCode: 0 });
    // The stream shows it as a duplicate only: the peer is asked for its first place, and knows none but this one here.
    expect(await time.until(again, 100)).toEqual({ block: 2, validationCode: 9 });
  });

  it("go on behind the last block at another peer when the stream breaks; what was committed meanwhile is told once", async () => {
    const { time, ledger, notices, wait } = await setting();
    const waiting = wait("tx", "01");
    ledger.away.add("a");
    ledger.change();
    ledger.commit("tx");
    expect(await time.until(waiting, 1_000)).toEqual({ block: 1, validationCode: 0 });
    await time.run(1_000);
    expect(notices.following).toBe("b");
    const later = wait("later", "01");
    await time.run(10);
    ledger.commit("later");
    expect(await time.until(later, 100)).toEqual({ block: 2, validationCode: 0 });
  });

  it("leave a peer that stands still: whoever waits is told by another one, and the stream goes there", async () => {
    const { time, ledger, notices, wait } = await setting();
    ledger.frozen.add("a");
    const waiting = wait("tx", "00");
    ledger.commit("tx");
    const begun = time.now();
    expect(await time.until(waiting, 12_000)).toEqual({ block: 1, validationCode: 0 });
    expect(time.now() - begun).toBeLessThan(8_000);
    await time.run(5_000);
    expect(["b", "c"]).toContain(notices.following);
  });

  it("say that nothing is known when nothing comes in time, and forget who waited", async () => {
    const { time, wait, notices } = await setting();
    await expect(time.until(wait("never"), 20_000)).rejects.toMatchObject({ code: "COMMIT_UNKNOWN", stage: "commit" });
    expect(notices.waiting).toBe(0);
  });

  it("whatever breaks in whatever order, tell each waiting sender once, and what the ledger says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(EVENT, { minLength: 5, maxLength: 25 }), async (events) => {
        const { time, ledger, wait } = await setting();
        const told = new Map<string, CommitStatus[]>();
        const submitted: string[] = [];
        const submit = () => {
          const id = `tx-${told.size}`;
          submitted.push(id);
          told.set(id, []);
          void wait(id, `0${told.size % 3}`, 60_000).then((status) => told.get(id)?.push(status));
        };
        for (let index = 0; index < 5; index++) submit();
        for (const event of events) {
          await happen(event, ledger, time, submitted);
          submit();
        }
        ledger.commit(...submitted);
        await time.run(30_000);
        for (const [id, statuses] of told) expect(statuses, id).toEqual([ledger.find(id)]);
      }),
      { seed: 20261125, numRuns: 60 },
    );
  });
});
