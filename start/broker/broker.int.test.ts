/** One contract for every broker (docs/mosquitto/README.md says where they differ); then what the embedded one adds. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as tlsConnect } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type TestIdentity, testRoot } from "../../lib/fabric/testing/pki";
import { LINK_MAX_BYTES } from "../../lib/messages/link";
import { ATTRIBUTES } from "../../lib/messages/names";
import type { TurnedAway } from "./broker";
import { MOSQUITTO, makeParties, type Parties, type RunningBroker, startEmbedded, startMosquitto } from "./testing/brokers";
import { closing, join, type Listener, leaveAll, sensorOf, until } from "./testing/clients";

const brokers = [
  { name: "embedded", start: (parties: Parties) => startEmbedded(parties), skip: false },
  { name: "mosquitto", start: (parties: Parties) => startMosquitto(parties), skip: MOSQUITTO === undefined },
];

afterEach(leaveAll);

describe.each(brokers)("the $name broker", ({ start, skip }) => {
  const test = skip ? it.skip : it;
  let parties: Parties;
  let broker: RunningBroker;
  let alpha: TestIdentity;
  let beta: TestIdentity;
  let proxyIdentity: TestIdentity;

  beforeAll(async () => {
    if (skip) return;
    parties = await makeParties();
    broker = await start(parties);
    [alpha, beta, proxyIdentity] = await Promise.all([
      sensorOf(parties, "alpha"),
      sensorOf(parties, "beta"),
      parties.operator.issue("proxy@operator"),
    ]);
  });
  afterAll(async () => {
    if (!skip) await broker.stop();
  });

  const joinProxy = async () => {
    const proxy = await join(broker.port, parties, proxyIdentity, "proxy@operator");
    await proxy.subscribeAsync(["from/#", "f/+/c"], { qos: 1 });
    return proxy;
  };
  /** Publishes a message that surely arrives, so that one that has not come by then never will. */
  const sentinel = async (proxy: Listener) => {
    const gamma = await join(broker.port, parties, await sensorOf(parties, "gamma"), "gamma");
    await gamma.publishAsync("from/gamma/hello", "sentinel", { qos: 1 });
    await until(() => proxy.got.some((message) => message.topic === "from/gamma/hello"));
  };

  test("carries a sensor's message to the proxy and the answer back to that sensor alone", async () => {
    const proxy = await joinProxy();
    const a = await join(broker.port, parties, alpha, "alpha");
    const b = await join(broker.port, parties, beta, "beta");
    await a.subscribeAsync("to/alpha/#", { qos: 1 });
    await b.subscribeAsync("to/beta/#", { qos: 1 });
    await a.publishAsync("from/alpha/sendTXP", Buffer.from([1, 2, 3]), { qos: 1 });
    await until(() => proxy.got.length === 1);
    expect(proxy.got[0]).toEqual({ topic: "from/alpha/sendTXP", payload: Buffer.from([1, 2, 3]) });
    await proxy.publishAsync("to/beta/time", "for beta", { qos: 1 });
    await proxy.publishAsync("to/alpha/endorsed", "for alpha", { qos: 1 });
    await until(() => a.got.length === 1 && b.got.length === 1);
    expect(a.got[0]?.payload.toString()).toBe("for alpha");
    expect(b.got[0]?.payload.toString()).toBe("for beta");
  });

  test("lets no sensor publish under another sensor's name", async () => {
    const proxy = await joinProxy();
    const a = await join(broker.port, parties, alpha, "alpha");
    a.publish("from/beta/sendTX", "forged", { qos: 1 });
    a.publish("f/beta/c", "forged", { qos: 1 });
    await sentinel(proxy);
    expect(proxy.got.map((message) => message.topic)).toEqual(["from/gamma/hello"]);
  });

  test("carries a lane's messages to the proxy of that lane, and to no other", async () => {
    const proxy = await joinProxy();
    const a = await join(broker.port, parties, alpha, "alpha");
    await a.publishAsync("f/alpha/cZ9", "another's", { qos: 0 });
    await a.publishAsync("f/alpha/c", "own", { qos: 0 });
    await sentinel(proxy);
    expect(proxy.got.map(({ topic, payload }) => [topic, payload.toString()])).toContainEqual(["f/alpha/c", "own"]);
    expect(proxy.got.some(({ topic }) => topic === "f/alpha/cZ9")).toBe(false);
  });

  test("lets no sensor write answers or read what others send and get", async () => {
    const proxy = await joinProxy();
    const spy = await join(broker.port, parties, beta, "beta");
    for (const filter of ["to/alpha/#", "to/+/endorsed", "from/alpha/#", "f/alpha/c", "f/#", "#", "$share/proxies/from/#"]) {
      await spy.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
    }
    const a = await join(broker.port, parties, alpha, "alpha");
    await a.subscribeAsync("to/alpha/#", { qos: 1 });
    await a.publishAsync("from/alpha/hello", "secret", { qos: 1 });
    await a.publishAsync("f/alpha/c", "secret", { qos: 1 });
    await proxy.publishAsync("to/alpha/time", "also secret", { qos: 1 });
    await until(() => a.got.length === 1 && proxy.got.length === 2);
    spy.publish("to/alpha/committed", "forged", { qos: 1 });
    spy.publish("to/alpha/c", "forged", { qos: 1 });
    await sentinel(proxy);
    expect(spy.got).toEqual([]);
    expect(a.got.map((message) => message.topic)).toEqual(["to/alpha/time"]);
  });

  test("lets nobody push a sensor off by taking its client id", async () => {
    const proxy = await joinProxy();
    const b = await join(broker.port, parties, beta, "beta");
    await b.subscribeAsync("to/beta/#", { qos: 1 });
    await join(broker.port, parties, alpha, "beta").catch(() => undefined);
    await proxy.publishAsync("to/beta/time", "still there", { qos: 1 });
    await until(() => b.got.length === 1);
    expect(b.connected).toBe(true);
  });

  test("refuses a client without a certificate, and one of a foreign root", async () => {
    await expect(join(broker.port, parties, undefined, "alpha")).rejects.toThrow();
    const stranger = await (await testRoot("stranger")).issue("alpha", { attributes: { [ATTRIBUTES.role]: "sensor" } });
    await expect(join(broker.port, parties, stranger, "alpha")).rejects.toThrow();
  });

  test("carries the largest message of the link and cuts a larger one, others go on", async () => {
    const proxy = await joinProxy();
    const a = await join(broker.port, parties, alpha, "alpha");
    await a.publishAsync("from/alpha/sendTX", Buffer.alloc(LINK_MAX_BYTES), { qos: 1 });
    await until(() => proxy.got.length === 1);
    const closed = closing(a);
    a.publish("from/alpha/sendTX", Buffer.alloc(LINK_MAX_BYTES + 1_024), { qos: 1 });
    await closed;
    await sentinel(proxy);
    expect(proxy.got.map((message) => message.payload.length)).toEqual([LINK_MAX_BYTES, "sentinel".length]);
  });

  test("cuts a client that sends anything before CONNECT", async () => {
    const socket = tlsConnect({
      host: "127.0.0.1",
      port: broker.port,
      ca: parties.operator.certificate,
      cert: alpha.certificate,
      key: alpha.key,
    });
    socket.on("error", () => undefined);
    await once(socket, "secureConnect");
    const closed = closing(socket);
    // A PUBLISH that announces 1 MiB.
    socket.write(Buffer.concat([Buffer.from([0x30, 0x80, 0x80, 0x40]), Buffer.alloc(1024 * 1024)]));
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  test("keeps no retained messages", async () => {
    const proxy = await joinProxy();
    proxy.publish("to/alpha/time", "stale", { qos: 1, retain: true });
    await sleep(100);
    const a = await join(broker.port, parties, alpha, "alpha");
    await a.subscribeAsync("to/alpha/#", { qos: 1 });
    const again = await join(broker.port, parties, proxyIdentity, "proxy@operator");
    await again.publishAsync("to/alpha/time", "fresh", { qos: 1 });
    await until(() => a.got.length === 1);
    expect(a.got[0]?.payload.toString()).toBe("fresh");
  });
});

describe("the embedded broker, beyond the contract", () => {
  let parties: Parties;
  beforeAll(async () => {
    parties = await makeParties();
  });

  async function withBroker(
    limits: Parameters<typeof startEmbedded>[1],
    run: (broker: RunningBroker, away: TurnedAway[]) => Promise<void>,
  ) {
    const away: TurnedAway[] = [];
    const broker = await startEmbedded(parties, limits, (reason) => away.push(reason));
    try {
      await run(broker, away);
    } finally {
      await broker.stop();
    }
  }
  const rawSocket = (port: number, identity: TestIdentity) => {
    const socket = tlsConnect({ host: "127.0.0.1", port, ca: parties.operator.certificate, cert: identity.certificate, key: identity.key });
    socket.on("error", () => undefined);
    return socket;
  };

  it("serves only sensors of the authority and proxies of the operator", async () => {
    await withBroker({}, async (broker, away) => {
      const role = (value: string) => ({ attributes: { [ATTRIBUTES.role]: value } });
      const strangers = [
        await parties.authority.issue("lena@authority", role("authority")),
        await parties.authority.issue("alpha"),
        await parties.authority.issue("proxy@operator", role("sensor")),
        await parties.operator.issue("alpha", role("sensor")),
      ];
      for (const stranger of strangers) await expect(join(broker.port, parties, stranger, "alpha")).rejects.toThrow();
      expect(away).toEqual(strangers.map(() => "unknown-identity"));
    });
  });

  it("lets several proxies of one name in, under ids that begin with it", async () => {
    await withBroker({}, async (broker) => {
      const identity = await parties.operator.issue("proxy@operator");
      const first = await join(broker.port, parties, identity, "proxy@operator-1");
      const second = await join(broker.port, parties, identity, "proxy@operator-2");
      expect([first.connected, second.connected]).toEqual([true, true]);
      await expect(join(broker.port, parties, identity, "alpha")).rejects.toThrow();
    });
  });

  it("cuts a client that sends no CONNECT in time", async () => {
    await withBroker({ connectMs: 150 }, async (broker, away) => {
      const socket = rawSocket(broker.port, await sensorOf(parties, "alpha"));
      await closing(socket);
      expect(away).toEqual(["connect-late"]);
    });
  });

  it("cuts a CONNECT by its announced length, before it is there", async () => {
    await withBroker({}, async (broker, away) => {
      const socket = rawSocket(broker.port, await sensorOf(parties, "alpha"));
      await once(socket, "secureConnect");
      socket.write(Buffer.from([0x10, 0x80, 0x80, 0x40]));
      await closing(socket);
      expect(away).toEqual(["connect-too-large"]);
    });
  });

  it("holds the number of connections, in total and by address", async () => {
    const alpha = await sensorOf(parties, "alpha");
    for (const limits of [{ connections: 2 }, { connectionsPerAddress: 2 }]) {
      await withBroker(limits, async (broker, away) => {
        const kept = [rawSocket(broker.port, alpha), rawSocket(broker.port, alpha)];
        await Promise.all(kept.map((socket) => once(socket, "secureConnect")));
        await closing(rawSocket(broker.port, alpha));
        expect(away).toEqual([limits.connections ? "too-many" : "too-many-from-address"]);
        kept.pop()?.destroy();
        await sleep(100);
        await once(rawSocket(broker.port, alpha), "secureConnect");
      });
    }
  });

  it("keeps nothing for a sensor that is away", async () => {
    await withBroker({}, async (broker) => {
      const identity = await sensorOf(parties, "alpha");
      const first = await join(broker.port, parties, identity, "alpha", false);
      await first.subscribeAsync("to/alpha/#", { qos: 1 });
      await first.endAsync();
      const proxy = await join(broker.port, parties, await parties.operator.issue("proxy@operator"), "proxy@operator");
      await proxy.publishAsync("to/alpha/time", "missed", { qos: 1 });
      const second = await join(broker.port, parties, identity, "alpha", false);
      await second.subscribeAsync("to/alpha/#", { qos: 1 });
      await proxy.publishAsync("to/alpha/time", "seen", { qos: 1 });
      await until(() => second.got.length > 0);
      expect(second.got.map((message) => message.payload.toString())).toEqual(["seen"]);
    });
  });
});
