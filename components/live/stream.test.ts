import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LIVE_EVENTS, LIVE_PING } from "./message";
import { connectStream, type StreamMessage } from "./stream";

/** A browser's EventSource without a browser: the test speaks as the server. */
class FakeSource extends EventTarget {
  static readonly made: FakeSource[] = [];
  isClosed = false;
  constructor(readonly url: string) {
    super();
    FakeSource.made.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
  say(event: string, data: unknown = {}): void {
    if (!this.isClosed) this.dispatchEvent(Object.assign(new Event(event), { data: JSON.stringify(data) }));
  }
}

const last = () => {
  const source = FakeSource.made.at(-1);
  if (!source) throw new Error("no stream was opened");
  return source;
};
const hello = (block: number) => last().say(LIVE_EVENTS.hello, { block, shipments: [], sensors: [] });

let heard: StreamMessage[];
let close: () => void;
const states = () => heard.flatMap((message) => (message.type === "status" ? [message.status.state] : []));
const notices = () => heard.flatMap((message) => (message.type === "notice" ? [[message.notice.block, message.missed]] : []));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("window", new EventTarget());
  FakeSource.made.length = 0;
  heard = [];
  close = connectStream("/api/live", (message) => heard.push(message));
});
afterEach(() => {
  close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("live stream", () => {
  it("passes on what is committed and how far it is", () => {
    hello(7);
    last().say(LIVE_EVENTS.block, { block: 8, shipments: ["s-1"], sensors: null });
    expect(states()).toEqual(["live", "live"]);
    expect(notices()).toEqual([[8, false]]);
  });

  it("knows whether the record is halted, also when that moved no block", () => {
    const halted = () => heard.flatMap((message) => (message.type === "status" ? [message.status.halted] : []));
    last().say(LIVE_EVENTS.hello, { block: 7, shipments: [], sensors: [], halted: false });
    last().say(LIVE_EVENTS.block, { block: 7, shipments: null, sensors: null, halted: true });
    last().say(LIVE_EVENTS.ping);
    expect(halted()).toEqual([false, true]);
  });

  it("says that it is lost, comes back by itself, and says that something may have been missed", async () => {
    hello(7);
    last().say("error");
    expect(states().at(-1)).toBe("lost");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSource.made.length).toBe(2);
    hello(9);
    expect(states().at(-1)).toBe("live");
    expect(notices()).toEqual([[9, true]]);
  });

  it("has missed nothing when no block passed meanwhile", async () => {
    hello(7);
    last().say("error");
    await vi.advanceTimersByTimeAsync(1_000);
    hello(7);
    expect(states().at(-1)).toBe("live");
    expect(notices()).toEqual([]);
  });

  it("takes a connection that is open and silent for lost, and pings for life", async () => {
    hello(7);
    await vi.advanceTimersByTimeAsync(LIVE_PING * 2);
    last().say(LIVE_EVENTS.ping);
    await vi.advanceTimersByTimeAsync(LIVE_PING * 2);
    expect(states().at(-1)).toBe("live");
    await vi.advanceTimersByTimeAsync(LIVE_PING);
    expect(states().at(-1)).toBe("lost");
  });

  it("waits longer each time while the server is away", async () => {
    const opened: number[] = [];
    for (let round = 0; round < 5; round++) {
      last().say("error");
      const before = FakeSource.made.length;
      let waited = 0;
      while (FakeSource.made.length === before && waited < 60_000) {
        await vi.advanceTimersByTimeAsync(500);
        waited += 500;
      }
      opened.push(waited);
    }
    expect(opened).toEqual([1_000, 2_000, 4_000, 8_000, 15_000]);
  });

  it("is asked for again without a word when the server ends it in good order", () => {
    hello(7);
    last().say(LIVE_EVENTS.again);
    expect(FakeSource.made.length).toBe(2);
    expect(FakeSource.made[0]?.isClosed).toBe(true);
    expect(states()).toEqual(["live"]);
  });

  it("does not wait for ever for a connection that never answers", async () => {
    last().say("error");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSource.made.length).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSource.made.length).toBeGreaterThan(2);
  });

  it("believes a browser that says it has no network, and asks at once when there is one again", () => {
    hello(7);
    window.dispatchEvent(new Event("offline"));
    expect(states().at(-1)).toBe("lost");
    expect(last().isClosed).toBe(true);
    window.dispatchEvent(new Event("online"));
    expect(FakeSource.made.length).toBe(2);
    hello(8);
    expect(states().at(-1)).toBe("live");
    expect(notices()).toEqual([[8, true]]);
  });

  it("is live without a network when the server is on the same machine", async () => {
    hello(7);
    window.dispatchEvent(new Event("offline"));
    await vi.advanceTimersByTimeAsync(1_000);
    hello(7);
    expect(states().at(-1)).toBe("live");
  });

  it("says so once when the session was ended, and does not come back", async () => {
    hello(7);
    last().say(LIVE_EVENTS.over);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(heard.at(-1)).toEqual({ type: "over" });
    expect(FakeSource.made.length).toBe(1);
  });

  it("opens nothing more once it is closed", async () => {
    last().say("error");
    close();
    window.dispatchEvent(new Event("offline"));
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSource.made.length).toBe(1);
  });
});
