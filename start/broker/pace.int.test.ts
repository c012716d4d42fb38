/** One sensor at full speed, and what that leaves to another. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { makeParties, startEmbedded } from "./testing/brokers";
import { join, leaveAll, sensorOf, until } from "./testing/clients";

afterEach(leaveAll);

it("reads a sensor at its pace, however fast it sends, keeps its connection, and serves another meanwhile", async () => {
  const parties = await makeParties();
  const pace = { packetsPerSecond: 100, burst: 50 };
  const broker = await startEmbedded(parties, pace);
  try {
    const proxy = await join(broker.port, parties, await parties.operator.issue("proxy@operator"), "proxy@operator");
    await proxy.subscribeAsync(["from/#"], { qos: 0 });
    const [hasty, calm] = await Promise.all(
      ["hasty", "calm"].map(async (id) => join(broker.port, parties, await sensorOf(parties, id), id)),
    );
    const from = (id: string) => proxy.got.filter(({ topic }) => topic.startsWith(`from/${id}/`)).length;

    const begun = performance.now();
    for (let sent = 0; sent < 20_000; sent++) hasty?.publish("from/hasty/sendTXP", Buffer.alloc(300), { qos: 0 });
    await sleep(300);
    await calm?.publishAsync("from/calm/hello", "now", { qos: 1 });
    await until(() => from("calm") === 1);
    await sleep(1_500);

    const seconds = (performance.now() - begun) / 1_000;
    // What one read of the socket brought is passed on whole (64 KiB at most) and paid for before the next.
    const oneRead = 65_536 / 300;
    expect(from("hasty")).toBeGreaterThan(pace.burst);
    expect(from("hasty")).toBeLessThan(pace.burst + seconds * pace.packetsPerSecond + oneRead + 1);
    expect(hasty?.connected).toBe(true);
  } finally {
    await broker.stop();
  }
});
