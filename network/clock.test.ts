import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { clockProblems, clockWentBack } from "./clock";

let server: Server | undefined;
afterEach(() => server?.close());

/** A node that tells a time this far from ours. */
async function nodeAt(offsetMs: number): Promise<{ name: string; health: string }> {
  server = createServer((_, answer) => {
    answer.setHeader("date", new Date(Date.now() + offsetMs).toUTCString());
    answer.end("{}");
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { name: "peer0.shipper", health: `http://127.0.0.1:${(server?.address() as AddressInfo).port}/healthz` };
}

describe("clocks", () => {
  it.each([-60_000, 60_000])("names a node whose clock is off by %i ms", async (offset) => {
    const [problem] = await clockProblems([await nodeAt(offset)]);
    expect(problem?.code).toBe("CLOCK_SKEW");
    expect(problem?.message).toMatch(
      offset < 0 ? /peer0.shipper is (5\d|6\d) s behind ours/ : /peer0.shipper is (5\d|6\d) s ahead of ours/,
    );
  });

  it("takes a node's clock that agrees, and says nothing of one that does not answer", async () => {
    expect(await clockProblems([await nodeAt(0), { name: "gone", health: "http://127.0.0.1:9/healthz" }])).toEqual([]);
  });

  it("sees that this machine's clock went back before the network was made", () => {
    const folder = mkdtempSync(join(tmpdir(), "winterseal-clock-"));
    try {
      expect(clockWentBack({ folder })).toEqual([]);
      const state = join(folder, "state.json");
      writeFileSync(state, "{}");
      expect(clockWentBack({ folder })).toEqual([]);
      const later = new Date(Date.now() + 3_600_000);
      utimesSync(state, later, later);
      expect(clockWentBack({ folder }).map(({ code }) => code)).toEqual(["CLOCK_SKEW"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
