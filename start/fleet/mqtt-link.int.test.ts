/** A device's MQTT link against both brokers, with a proxy that answers as the test wants. */

import type { AddressInfo } from "node:net";
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decodeFrom, encodeTo, type FromMessage, type ToMessage } from "../../device/ts/link-messages";
import { MqttLink } from "../../device/ts/link-mqtt-node";
import type { TestIdentity } from "../../lib/fabric/testing/pki";
import { ATTRIBUTES } from "../../lib/messages/names";
import { MOSQUITTO, makeParties, type Parties, type RunningBroker, startEmbedded, startMosquitto } from "../broker/testing/brokers";

const brokers = [
  { name: "embedded", start: (parties: Parties, port?: number) => startEmbedded(parties, {}, undefined, port), skip: false },
  { name: "mosquitto", start: startMosquitto, skip: MOSQUITTO === undefined },
];

/** A wire that can be cut without either end being told. */
class Wire {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  cut = false;

  constructor(to: number) {
    this.#server = createServer((near) => {
      const far = connectTcp(to, "127.0.0.1");
      this.#sockets.push(near, far);
      near.on("data", (data) => this.cut || far.write(data));
      far.on("data", (data) => this.cut || near.write(data));
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
      }
    });
  }
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

describe.each(brokers)("a device's link through the $name broker", ({ start, skip }) => {
  const test = skip ? it.skip : it;
  let parties: Parties;
  let sensor: TestIdentity;
  let operator: TestIdentity;
  let broker: RunningBroker;
  let proxy: MqttClient;
  let link: MqttLink;
  /** What the proxy answers; undefined is silence. */
  let answer: (message: FromMessage) => ToMessage | undefined;

  const linkTo = (port: number, ca = parties.operator.certificate) =>
    new MqttLink({ url: `mqtts://localhost:${port}`, id: "alpha", ca, certificate: sensor.certificate, key: sensor.key });

  async function startProxy(): Promise<MqttClient> {
    const tls = { ca: parties.operator.certificate, cert: operator.certificate, key: operator.key };
    const client = await connectAsync({
      host: "localhost",
      port: broker.port,
      protocol: "mqtts",
      clientId: "proxy@operator",
      reconnectPeriod: 100,
      ...tls,
    });
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => {
      const said = answer(decodeFrom(topic.split("/")[2] ?? "", payload));
      if (said !== undefined) client.publish(`to/alpha/${said.type}`, Buffer.from(encodeTo(said)), { qos: 1 });
    });
    await client.subscribeAsync("from/#", { qos: 1 });
    return client;
  }

  beforeAll(async () => {
    if (skip) return;
    parties = await makeParties();
    operator = await parties.operator.issue("proxy@operator");
    sensor = await parties.authority.issue("alpha", { attributes: { [ATTRIBUTES.role]: "sensor" } });
  });
  beforeEach(async () => {
    if (skip) return;
    broker = await start(parties);
    answer = ({ request }) => ({ type: "time", request, milliseconds: 5 });
    proxy = await startProxy();
    link = linkTo(broker.port);
  });
  afterEach(async () => {
    if (skip) return;
    await link.close();
    await proxy.endAsync(true);
    await broker.stop();
  });

  test("a question reaches the proxy and its answer comes back", async () => {
    expect(await link.request({ type: "hello" }, 10_000)).toMatchObject({ type: "time", milliseconds: 5 });
    expect(link.connected).toBe(true);
  });

  test("many questions at once each get their own answer", async () => {
    answer = ({ request }) => ({ type: "time", request, milliseconds: request });
    const answers = await Promise.all(Array.from({ length: 50 }, () => link.request({ type: "hello" }, 10_000)));
    expect(answers.every((one) => one.type === "time" && one.milliseconds === one.request)).toBe(true);
    expect(new Set(answers.map(({ request }) => request)).size).toBe(50);
  });

  test("silence ends at the deadline, and an answer to another number settles nothing", async () => {
    answer = ({ request }) => ({ type: "time", request: (request + 1) >>> 0, milliseconds: 5 });
    await expect(link.request({ type: "hello" }, 300)).rejects.toMatchObject({ code: "DEADLINE" });
  });

  test("bytes that are no answer settle nothing and end nothing", async () => {
    answer = () => undefined;
    const asked = link.request({ type: "hello" }, 1_500);
    await sleep(200);
    for (const noise of [Buffer.alloc(0), Buffer.from("garbage"), Buffer.from([2, 1, 1])])
      proxy.publish("to/alpha/time", noise, { qos: 1 });
    await expect(asked).rejects.toMatchObject({ code: "DEADLINE" });
    answer = ({ request }) => ({ type: "time", request, milliseconds: 6 });
    expect(await link.request({ type: "hello" }, 10_000)).toMatchObject({ milliseconds: 6 });
  });

  test("a broker that goes takes the open request with it, and the link is there again when the broker is", async () => {
    answer = () => undefined;
    await expect(link.request({ type: "hello" }, 100)).rejects.toMatchObject({ code: "DEADLINE" });
    const asked = link.request({ type: "hello" }, 30_000);
    asked.catch(() => undefined);
    await sleep(100);
    const { port } = broker;
    await broker.stop();
    await expect(asked).rejects.toMatchObject({ code: "UNAVAILABLE" });
    broker = await start(parties, port);
    answer = ({ request }) => ({ type: "time", request, milliseconds: 7 });
    await expect
      .poll(() => link.request({ type: "hello" }, 2_000).catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({ milliseconds: 7 });
  });

  test("a question that no proxy heard is asked again until one is there", async () => {
    expect(await link.request({ type: "hello" }, 10_000)).toMatchObject({ type: "time" });
    await proxy.endAsync(true);
    const asked = link.request({ type: "hello" }, 30_000);
    await sleep(500);
    proxy = await startProxy();
    expect(await asked).toMatchObject({ milliseconds: 5 });
  });

  test("a refusal without a number is the answer to the only open question, and to none of several", async () => {
    answer = () => ({
      type: "refused",
      request: 0,
      code: "MESSAGE_VERSION",
      stage: "receive",
      message: "",
      retryAfter: 0,
      transactionId: new Uint8Array(0),
    });
    expect(await link.request({ type: "hello" }, 10_000)).toMatchObject({ type: "refused", code: "MESSAGE_VERSION" });
    const several = [link.request({ type: "hello" }, 1_000), link.request({ type: "hello" }, 500)];
    for (const one of several) one.catch(() => undefined);
    await expect(several[1]).rejects.toMatchObject({ code: "DEADLINE" });
  });

  test("a broker with a certificate of another root is not talked to", async () => {
    const stranger = linkTo(broker.port, parties.authority.certificate);
    await expect(stranger.request({ type: "hello" }, 1_000)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await stranger.close();
  });

  test("a connection that died without a word is cut at the deadline and made anew", async () => {
    // one client id, one connection: the second would push the first off
    await link.close();
    const wire = new Wire(broker.port);
    const wired = linkTo(await wire.listen());
    try {
      expect(await wired.request({ type: "hello" }, 10_000)).toMatchObject({ milliseconds: 5 });
      wire.cut = true;
      // Long enough to be asked again at QoS 1: a broker that does not even acknowledge is how a dead connection is told from a silent proxy.
      await expect(wired.request({ type: "hello" }, 6_000)).rejects.toMatchObject({ code: "DEADLINE" });
      wire.cut = false;
      expect(await wired.request({ type: "hello" }, 20_000)).toMatchObject({ milliseconds: 5 });
    } finally {
      await wired.close();
      wire.close();
    }
  });
});

it("refuses an address without TLS", () => {
  expect(() => new MqttLink({ url: "mqtt://localhost:1883", id: "alpha", ca: "", certificate: "", key: "" })).toThrow("mqtts");
});
