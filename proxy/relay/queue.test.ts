import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairQueue } from "./queue";

/** A job that ends when it is told to. */
function controlled(log: string[], name: string) {
  let finish = () => {};
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    finish: () => finish(),
    work: async () => {
      log.push(name);
      await ended;
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("the fair queue", () => {
  it("serves lanes in turn, however long one lane's backlog is", async () => {
    const queue = new FairQueue({ perLane: 10, total: 100, concurrency: 1 });
    const order: string[] = [];
    const jobs = ["a1", "a2", "a3", "b1", "c1"].map((name) => queue.run(name.slice(0, 1), async () => void order.push(name)));
    await Promise.all(jobs);
    expect(order).toEqual(["a1", "b1", "c1", "a2", "a3"]);
  });

  it("runs one job of a lane at a time and as many lanes as it may", async () => {
    const queue = new FairQueue({ perLane: 10, total: 100, concurrency: 2 });
    const log: string[] = [];
    const jobs = ["a1", "a2", "b1", "c1"].map((name) => ({ name, ...controlled(log, name) }));
    const done = jobs.map(({ name, work }) => queue.run(name.slice(0, 1), work));
    expect(log).toEqual(["a1", "b1"]);
    jobs[0]?.finish();
    await settle();
    expect(log).toEqual(["a1", "b1", "c1"]);
    jobs[2]?.finish();
    await settle();
    expect(log).toEqual(["a1", "b1", "c1", "a2"]);
    for (const job of jobs) job.finish();
    await Promise.all(done);
    await queue.idle();
  });

  it("refuses with BUSY and advice when a lane or the whole is full, and loses nothing it took", async () => {
    const queue = new FairQueue({ perLane: 1, total: 2, concurrency: 1 });
    const log: string[] = [];
    const running = controlled(log, "running");
    const kept = [queue.run("a", running.work), queue.run("a", async () => void log.push("a waits"))];
    await expect(queue.run("a", async () => undefined)).rejects.toMatchObject({ code: "BUSY", facts: { retryAfter: expect.any(Number) } });
    kept.push(queue.run("b", async () => void log.push("b waits")));
    await expect(queue.run("c", async () => undefined)).rejects.toMatchObject({ code: "BUSY" });
    running.finish();
    await Promise.all(kept);
    expect(log).toEqual(["running", "b waits", "a waits"]);
  });

  it("goes on after a job that fails", async () => {
    const queue = new FairQueue({ perLane: 4, total: 4, concurrency: 1 });
    const failing = queue.run("a", () => Promise.reject(new Error("no")));
    const next = queue.run("a", async () => "yes");
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("yes");
    expect([queue.waiting, queue.running]).toEqual([0, 0]);
  });

  it("keeps its bounds and every lane's order under any load", async () => {
    const loads = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat(3)), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(loads, fc.integer({ min: 1, max: 4 }), async (load, concurrency) => {
        const queue = new FairQueue({ perLane: 3, total: 8, concurrency });
        const active = new Set<string>();
        const started: Record<string, number[]> = {};
        await Promise.allSettled(
          load.map(([lane, turns], index) =>
            queue.run(lane, async () => {
              expect(active.has(lane)).toBe(false);
              active.add(lane);
              expect(active.size).toBeLessThanOrEqual(concurrency);
              started[lane] = [...(started[lane] ?? []), index];
              for (let turn = 0; turn < turns; turn++) await settle();
              active.delete(lane);
            }),
          ),
        ).then((results) => {
          for (const result of results) if (result.status === "rejected") expect(result.reason.code).toBe("BUSY");
        });
        for (const order of Object.values(started)) expect(order).toEqual([...order].sort((x, y) => x - y));
        expect([queue.waiting, queue.running]).toEqual([0, 0]);
      }),
      { seed: 42, numRuns: 60 },
    );
  });
});
