/** The proxy's MQTT side over real brokers, before a Gateway that remembers what it was asked. */
import { setTimeout as sleep } from "node:timers/promises";
import { type MqttClient, connect as mqttConnect } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { decodeTo, encodeFrom, type FromMessage, type ToMessage } from "../../device/ts/link-messages";
import type { Connection } from "../../lib/fabric/connection";
import { signingIdentity } from "../../lib/fabric/identity-node";
import { connectTo, type FakePeer, type RunningPeer, startFakePeer } from "../../lib/fabric/testing/peer";
import type { TestIdentity } from "../../lib/fabric/testing/pki";
import { COMPACT_LEVEL, FROM_TYPES, LINK_MAX_BYTES, parseTopic } from "../../lib/messages/link";
import { ATTRIBUTES } from "../../lib/messages/names";
import { type MqttEvents, type MqttTransport, startMqtt } from "../../proxy/mqtt/mqtt";
import { Desk } from "../../proxy/relay/desk";
import { openRelay } from "../../proxy/relay/open";
import { FairQueue } from "../../proxy/relay/queue";
import { deviceMessages, fakeGateway } from "../../proxy/testing/gateway";
import { MOSQUITTO, makeParties, type Parties, type RunningBroker, startEmbedded, startMosquitto } from "./testing/brokers";

const brokers = [
  { name: "embedded", start: (parties: Parties, port?: number) => startEmbedded(parties, {}, undefined, port), shared: false, skip: false },
  { name: "mosquitto", start: startMosquitto, shared: true, skip: MOSQUITTO === undefined },
];

describe.each(brokers)("the proxy behind the $name broker", ({ start, shared, skip }) => {
  const test = skip ? it.skip : it;
  let parties: Parties;
  let broker: RunningBroker;
  let operator: TestIdentity;
  let alpha: TestIdentity;
  const stops: (() => unknown)[] = [];

  beforeAll(async () => {
    if (skip) return;
    parties = await makeParties();
    broker = await start(parties);
    operator = await parties.operator.issue("proxy@operator");
    alpha = await parties.authority.issue("alpha", { attributes: { [ATTRIBUTES.role]: "sensor" } });
  });
  afterAll(() => (skip ? undefined : broker.stop()));
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function startProxy(fake: FakePeer, events: MqttEvents = {}, as = operator): Promise<MqttTransport> {
    const peer: RunningPeer = await startFakePeer(fake);
    const connection: Connection = await connectTo({ AuthorityMSP: peer });
    const identity = signingIdentity("OperatorMSP", operator.certificate, operator.keyObject);
    const opened = openRelay({ network: { channel: "coldchain", chaincode: "winterseal" }, connection, operator: identity });
    const desk = new Desk(opened.relay, {
      mqtt: new FairQueue({ perLane: 4, total: 100, concurrency: 32 }),
      https: new FairQueue({ perLane: 4, total: 100, concurrency: 32 }),
    });
    let transport: MqttTransport | undefined;
    await new Promise<void>((resolve) => {
      const settings = {
        url: `mqtts://127.0.0.1:${broker.port}`,
        ca: parties.operator.certificate,
        certificate: as.certificate,
        key: as.key,
        shared,
      };
      const connected = () => {
        events.connected?.();
        resolve();
      };
      transport = startMqtt(settings, desk, COMPACT_LEVEL, { ...events, connected });
    });
    if (transport === undefined) throw new Error("no transport");
    const running = transport;
    stops.push(
      peer.stop,
      () => connection.close(),
      () => opened.close(),
      () => running.close(),
    );
    return running;
  }

  async function device(identity: TestIdentity, name: string) {
    const client: MqttClient = mqttConnect(`mqtts://127.0.0.1:${broker.port}`, {
      ca: parties.operator.certificate,
      cert: identity.certificate,
      key: identity.key,
      clientId: name,
      reconnectPeriod: 100,
    });
    client.on("error", () => undefined);
    stops.push(() => client.endAsync(true));
    const answers: ToMessage[] = [];
    client.on("message", (topic, payload) => answers.push(decodeTo(parseTopic(topic)?.type ?? "", payload)));
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    await client.subscribeAsync(`to/${name}/#`, { qos: 1 });
    const publish = (type: string, bytes: Uint8Array) => client.publishAsync(`from/${name}/${type}`, Buffer.from(bytes), { qos: 1 });
    const answer = async (request: number): Promise<ToMessage> => {
      for (let attempt = 0; attempt < 500; attempt++) {
        const found = answers.find((message) => message.request === request);
        if (found !== undefined) return found;
        await sleep(10);
      }
      throw new Error(`no answer to request ${request}`);
    };
    const ask = async (message: FromMessage) => {
      await publish(message.type, encodeFrom(message));
      return answer(message.request);
    };
    return { client, answers, ask, publish, answer };
  }

  test("takes a transaction to the ledger and its notice back", async () => {
    const gateway = fakeGateway();
    await startProxy(gateway);
    const { ask } = await device(alpha, "alpha");
    const { signedProposal, envelope, proposal } = await deviceMessages(alpha);
    expect(await ask({ type: FROM_TYPES.hello, request: 1 })).toMatchObject({ type: "time", milliseconds: expect.any(Number) });
    expect(await ask({ type: FROM_TYPES.proposal, request: 2, signedProposal })).toMatchObject({ type: "endorsed" });
    expect(await ask({ type: FROM_TYPES.transaction, request: 3, envelope })).toMatchObject({
      type: "committed",
      block: 7,
      validationCode: 0,
    });
    expect(gateway.submitted.map((request) => request.getTransactionId())).toEqual([proposal.transactionId]);
    const transactionId = Buffer.from(proposal.transactionId, "hex");
    expect(await ask({ type: FROM_TYPES.status, request: 4, transactionId })).toMatchObject({ type: "committed", validationCode: 0 });
  });

  test("brings every refusal to the device as its code", async () => {
    await startProxy(fakeGateway());
    const { ask, publish, answer } = await device(alpha, "alpha");
    const beta = await parties.authority.issue("beta", { attributes: { [ATTRIBUTES.role]: "sensor" } });
    const foreign = await deviceMessages(beta);
    const other = await deviceMessages(alpha, { channel: "other" });
    expect(await ask({ type: FROM_TYPES.proposal, request: 1, signedProposal: foreign.signedProposal })).toMatchObject({
      code: "CREATOR_MISMATCH",
    });
    expect(await ask({ type: FROM_TYPES.proposal, request: 2, signedProposal: other.signedProposal })).toMatchObject({
      code: "PROPOSAL_REFUSED",
    });
    await publish("firmware", encodeFrom({ type: FROM_TYPES.hello, request: 3 }));
    expect(await answer(3)).toMatchObject({ type: "refused", code: "MESSAGE_TYPE", stage: "receive" });
    await publish("sendTX", Buffer.from([1, 8, 4, 18, 200]));
    expect(await answer(4)).toMatchObject({ type: "refused", code: "MESSAGE_MALFORMED" });
    const large = encodeFrom({ type: FROM_TYPES.transaction, request: 5, envelope: new Uint8Array(LINK_MAX_BYTES - 10) });
    await publish("sendTX", large);
    expect(await answer(5)).toMatchObject({ type: "refused", code: "MESSAGE_MALFORMED" });
  });

  test("answers a message that MQTT brings twice only once", async () => {
    const gateway = fakeGateway();
    await startProxy({ ...gateway, endorse: async (request) => sleep(100).then(() => gateway.endorse(request)) });
    const { answers, publish, answer } = await device(alpha, "alpha");
    const { signedProposal } = await deviceMessages(alpha);
    const bytes = encodeFrom({ type: FROM_TYPES.proposal, request: 9, signedProposal });
    await Promise.all([publish(FROM_TYPES.proposal, bytes), publish(FROM_TYPES.proposal, bytes), publish(FROM_TYPES.proposal, bytes)]);
    await answer(9);
    await sleep(150);
    expect(answers.length).toBe(1);
    expect(gateway.endorsed.length).toBe(1);
  });

  test("answers what it has taken before it leaves, and takes no more", async () => {
    const gateway = fakeGateway();
    const proxy = await startProxy({ ...gateway, endorse: async (request) => sleep(200).then(() => gateway.endorse(request)) });
    const { publish, answer, answers } = await device(alpha, "alpha");
    const { signedProposal } = await deviceMessages(alpha);
    await publish(FROM_TYPES.proposal, encodeFrom({ type: FROM_TYPES.proposal, request: 1, signedProposal }));
    await sleep(50);
    await proxy.pause();
    await publish("hello", encodeFrom({ type: FROM_TYPES.hello, request: 2 }));
    expect(await answer(1)).toMatchObject({ type: "endorsed" });
    await sleep(100);
    expect(answers.map((message) => message.request)).toEqual([1]);
  });

  // The embedded broker has no shared subscriptions, so there is one proxy before it.
  if (shared)
    test("is one of several: each message is answered by one of them, and by the others when it is gone", async () => {
      const [first, second] = [fakeGateway(), fakeGateway()];
      const leaving = await startProxy(first);
      await startProxy(second, {}, await parties.operator.issue("proxy-2@operator"));
      const { ask, answers } = await device(alpha, "alpha");
      for (let request = 1; request <= 12; request++) {
        const { signedProposal } = await deviceMessages(alpha);
        expect(await ask({ type: FROM_TYPES.proposal, request, signedProposal })).toMatchObject({ type: "endorsed" });
      }
      expect(answers.length).toBe(12);
      expect(first.endorsed.length + second.endorsed.length).toBe(12);
      expect(Math.min(first.endorsed.length, second.endorsed.length)).toBeGreaterThan(0);
      await leaving.close();
      for (let request = 13; request <= 16; request++) {
        const { signedProposal } = await deviceMessages(alpha);
        expect(await ask({ type: FROM_TYPES.proposal, request, signedProposal })).toMatchObject({ type: "endorsed" });
      }
      expect(answers.length).toBe(16);
    });

  test("serves again after the broker was away", async () => {
    let times = 0;
    await startProxy(fakeGateway(), { connected: () => times++ });
    const { port } = broker;
    await broker.stop();
    broker = await start(parties, port);
    for (let attempt = 0; attempt < 500 && times < 2; attempt++) await sleep(10);
    const { ask } = await device(alpha, "alpha");
    expect(await ask({ type: FROM_TYPES.hello, request: 1 })).toMatchObject({ type: "time" });
    expect(times).toBe(2);
  });
});
