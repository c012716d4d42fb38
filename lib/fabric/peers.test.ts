import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../messages/errors";
import type { Stage } from "../messages/link";
import type { Peer } from "./connection";
import { FabricError } from "./errors";
import { Peers } from "./peers";
import { VirtualTime } from "./testing/time";

/** Peers of several organisations that answer as the test says, in virtual time; `away` cannot be reached, `silent` never answers. */
function setting(names: readonly string[] = ["a0", "a1", "b0", "c0"]) {
  const time = new VirtualTime();
  const away = new Set<string>();
  const failing = new Map<string, ErrorCode>();
  const asked: string[] = [];
  const failures: string[] = [];
  const peers = new Peers(
    { peers: names.map((name) => ({ name, mspId: name.slice(0, 1), address: name, client: undefined as never })) },
    {
      timing: time,
      connected: ({ name }) => !away.has(name),
      events: { failed: (peer, stage, code) => failures.push(`${peer.name} ${stage} ${code}`) },
    },
  );
  const attempt = (stage: Stage) => async (peer: Peer, msLeft: number) => {
    asked.push(peer.name);
    const code = away.has(peer.name) ? "UNAVAILABLE" : (failing.get(`${peer.name} ${stage}`) ?? failing.get(peer.name));
    if (code === "DEADLINE") await time.sleep(msLeft);
    if (code !== undefined) throw new FabricError(code, code, stage, undefined, []);
    return peer.name;
  };
  const run = (sender = "00", stage: Stage = "endorse", deadlineMs = 12_000) =>
    time.until(peers.run(stage, sender, { deadlineMs }, attempt(stage)), 60_000);
  const state = (name: string) => peers.standing().find((peer) => peer.name === name)?.state;
  return { time, away, failing, asked, failures, peers, run, state };
}

describe("choosing a Gateway peer", () => {
  it("keeps a sender with one peer while it is well, and spreads senders over all", async () => {
    const { run } = setting();
    expect([await run("00"), await run("00"), await run("01"), await run("02"), await run("03")]).toEqual(["a0", "a0", "b0", "c0", "a1"]);
  });

  it("goes to another organisation first: what fails one peer often fails its neighbours", async () => {
    const { away, asked, run } = setting();
    away.add("a0");
    expect(await run()).toBe("b0");
    expect(asked).toEqual(["a0", "b0"]);
  });

  it("passes over a peer that cannot be reached without asking it each time, and comes back to it soon after it is back", async () => {
    const { time, away, asked, run, state, failures } = setting();
    away.add("a0");
    await run();
    expect([state("a0"), failures]).toEqual(["open", ["a0 endorse UNAVAILABLE"]]);
    asked.length = 0;
    for (let index = 0; index < 50; index++) await run();
    expect(asked.filter((name) => name === "a0")).toEqual([]);
    for (let minute = 0; minute < 60; minute++) {
      await time.run(1_000);
      await run();
    }
    // Tried now and then, ever more rarely.
    expect(asked.filter((name) => name === "a0").length).toBeLessThan(15);
    away.delete("a0");
    await time.run(8_000);
    expect(await run()).toBe("a0");
    expect(state("a0")).toBe("closed");
  });

  it("waits for a silent peer no longer than an attempt, and after a few such waits not at all", async () => {
    const { time, failing, run } = setting();
    failing.set("a0", "DEADLINE");
    for (let index = 0; index < 3; index++) {
      const before = time.now();
      expect(await run()).toBe("b0");
      expect(time.now() - before).toBeGreaterThan(5_000);
    }
    const before = time.now();
    expect(await run()).toBe("b0");
    expect(time.now() - before).toBeLessThan(10);
  });

  it("lets a peer without a contract process submit and tell of commits, and endorse no more", async () => {
    const { failing, run, asked } = setting();
    failing.set("a0 endorse", "UNAVAILABLE");
    for (let index = 0; index < 3; index++) await run("00");
    asked.length = 0;
    await run("00");
    expect(asked).toEqual(["b0"]);
    // Others are better off, as long as there are any.
    expect(await run("00", "submit")).toBe("b0");
    failing.set("b0", "UNAVAILABLE").set("c0", "UNAVAILABLE").set("a1", "UNAVAILABLE");
    expect(await run("00", "submit")).toBe("a0");
  });

  it("blames no peer for what the contract refuses", async () => {
    const { failing, run, state } = setting();
    failing.set("a0", "SEQUENCE_GAP");
    for (let index = 0; index < 9; index++) await expect(run()).rejects.toMatchObject({ code: "SEQUENCE_GAP" });
    expect(state("a0")).toBe("closed");
  });

  it("blames no peer for a transaction that never came, nor for what was called off", async () => {
    const { peers, state } = setting();
    const unknown = () => Promise.reject(new FabricError("COMMIT_UNKNOWN", "", "commit", undefined, []));
    const calledOff = () => Promise.reject(new FabricError("UNAVAILABLE", "", "commit", undefined, []));
    const [peer] = peers.all;
    if (peer === undefined) throw new Error("no peer");
    for (let index = 0; index < 5; index++) {
      await expect(peers.ask("commit", peer, unknown)).rejects.toThrow();
      await expect(peers.ask("commit", peer, calledOff, AbortSignal.abort())).rejects.toThrow();
    }
    expect(state("a0")).toBe("closed");
  });

  it("says at once when to come back while nobody may be asked, and asks nobody meanwhile", async () => {
    const { time, away, asked, peers } = setting();
    for (const name of ["a0", "a1", "b0", "c0"]) away.add(name);
    const once = () =>
      peers.run("endorse", "00", { deadlineMs: 100 }, (peer) => {
        asked.push(peer.name);
        return Promise.reject(new FabricError("UNAVAILABLE", "", "endorse", undefined, []));
      });
    for (let index = 0; index < 4; index++) await time.until(once(), 1_000).catch(() => undefined);
    asked.length = 0;
    const error = await time.until(once(), 1_000).catch((raw: unknown) => raw);
    expect(error).toMatchObject({ code: "UNAVAILABLE", facts: { retryAfter: expect.any(Number) } });
    expect(asked).toEqual([]);
  });

  it("serves all senders within 10 s after the last peer is back, however long all were away", async () => {
    const { time, away, run } = setting();
    for (const name of ["a0", "a1", "b0", "c0"]) away.add(name);
    for (let second = 0; second < 120; second++) {
      await run("00", "endorse", 500).catch(() => undefined);
      await time.run(1_000);
    }
    away.clear();
    const back = time.now();
    expect(await run("00", "endorse")).toBeDefined();
    expect(time.now() - back).toBeLessThan(10_000);
  });
});
