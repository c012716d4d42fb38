/** A device's MQTT link against the embedded broker, with a proxy that answers as the test wants. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type MqttClient } from "mqtt";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { decodeFrom, encodeTo, type FromMessage, type ToMessage } from "../../device/ts/link-messages";
import { MqttLink } from "../../device/ts/link-mqtt-node";
import type { TestIdentity } from "../../lib/fabric/testing/pki";
import { ATTRIBUTES } from "../../lib/messages/names";
import { type Broker, startBroker } from "../broker/broker";
import { LIMITS } from "../broker/settings";
import { makeParties, type Parties } from "../broker/testing/brokers";

let parties: Parties;
let sensor: TestIdentity;
let operator: TestIdentity;
let broker: Broker;
let proxy: MqttClient;
let link: MqttLink;
/** What the proxy answers; undefined is silence. */
let answer: (message: FromMessage) => ToMessage | undefined;

const start = (port = 0) =>
  startBroker(
    {
      host: "127.0.0.1",
      port,
      certificate: parties.server.certificate,
      key: parties.server.key,
      roots: { authority: parties.authority.certificate, operator: parties.operator.certificate },
      limits: LIMITS,
    },
    () => undefined,
  );

const tlsOf = (identity: TestIdentity) => ({ ca: parties.operator.certificate, cert: identity.certificate, key: identity.key });
const linkTo = (port: number, ca = parties.operator.certificate) =>
  new MqttLink({ url: `mqtts://localhost:${port}`, id: "alpha", ca, certificate: sensor.certificate, key: sensor.key });

beforeAll(async () => {
  parties = await makeParties();
  operator = await parties.operator.issue("proxy@operator");
  sensor = await parties.authority.issue("alpha", { attributes: { [ATTRIBUTES.role]: "sensor" } });
});

beforeEach(async () => {
  broker = await start();
  answer = ({ request }) => ({ type: "time", request, milliseconds: 5 });
  proxy = connect({
    host: "localhost",
    port: broker.port,
    protocol: "mqtts",
    clientId: "proxy@operator",
    reconnectPeriod: 100,
    ...tlsOf(operator),
  });
  proxy.on("error", () => undefined);
  proxy.on("connect", () => proxy.subscribe("from/#", { qos: 1 }));
  proxy.on("message", (topic, payload) => {
    const said = answer(decodeFrom(topic.split("/")[2] ?? "", payload));
    if (said !== undefined) proxy.publish(`to/alpha/${said.type}`, Buffer.from(encodeTo(said)), { qos: 1 });
  });
  await new Promise<void>((resolve) => proxy.once("packetreceive", (packet) => packet.cmd === "connack" && resolve()));
  link = linkTo(broker.port);
});
afterEach(async () => {
  await link.close();
  await proxy.endAsync(true);
  await broker.close();
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
  for (const noise of [Buffer.alloc(0), Buffer.from("garbage"), Buffer.from([2, 1, 1])]) proxy.publish("to/alpha/time", noise, { qos: 1 });
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
  await broker.close();
  await expect(asked).rejects.toMatchObject({ code: "UNAVAILABLE" });
  broker = await start(port);
  answer = ({ request }) => ({ type: "time", request, milliseconds: 7 });
  await expect
    .poll(() => link.request({ type: "hello" }, 2_000).catch(() => undefined), { timeout: 20_000 })
    .toMatchObject({ milliseconds: 7 });
});

test("a broker with a certificate of another root is not talked to", async () => {
  const stranger = linkTo(broker.port, parties.authority.certificate);
  await expect(stranger.request({ type: "hello" }, 1_000)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  await stranger.close();
});

test("refuses an address without TLS", () => {
  const { certificate, key } = sensor;
  expect(() => new MqttLink({ url: "mqtt://localhost:1883", id: "alpha", ca: "", certificate, key })).toThrow("mqtts");
});
