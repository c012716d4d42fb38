/** The proxy as a whole in this process: the embedded broker before it, a Gateway that remembers behind it, no projection. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { common, peer as messages } from "@hyperledger/fabric-protos";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeTo, encodeFrom } from "../../device/ts/link-messages";
import { type RunningPeer, startFakePeer } from "../../lib/fabric/testing/peer";
import { FROM_TYPES, parseTopic } from "../../lib/messages/link";
import { ATTRIBUTES } from "../../lib/messages/names";
import { runtime } from "../../lib/messages/runtime";
import { type Running, startProxy } from "../../proxy/start";
import { deviceMessages, fakeGateway } from "../../proxy/testing/gateway";
import { makeParties, type Parties, type RunningBroker, startEmbedded } from "./testing/brokers";

let parties: Parties;
let broker: RunningBroker;
let peer: RunningPeer;
let folder: string;
let proxy: Running;

/** What qscc answers to GetChainInfo. */
function chainInfo(height: number): messages.ProposalResponse {
  const info = new common.BlockchainInfo();
  info.setHeight(height);
  const answer = new messages.Response();
  answer.setStatus(200);
  answer.setPayload(info.serializeBinary());
  const response = new messages.ProposalResponse();
  response.setResponse(answer);
  return response;
}

beforeEach(async () => {
  parties = await makeParties();
  broker = await startEmbedded(parties);
  const gateway = fakeGateway();
  peer = await startFakePeer({
    ...gateway,
    endorse: async (request) => sleep(300).then(() => gateway.endorse(request)),
    processProposal: () => chainInfo(12),
  });
  folder = await mkdtemp(join(tmpdir(), "winterseal-proxy-"));
  const operator = await parties.operator.issue("proxy@operator");
  const authority = { id: "authority", mspId: "AuthorityMSP", name: "Authority", root: "root.pem", endorsers: [] };
  const network = {
    kind: "embedded",
    channel: "coldchain",
    chaincode: "winterseal",
    endorsements: 1,
    organisations: [{ ...authority, peers: [{ name: "peer0.authority", address: peer.address }] }],
    operator: { mspId: "OperatorMSP", certificate: "cert.pem", privateKey: "key.pem" },
  };
  await Promise.all([
    writeFile(join(folder, "network.json"), JSON.stringify(network)),
    writeFile(join(folder, "cert.pem"), operator.certificate),
    writeFile(join(folder, "key.pem"), operator.key, { mode: 0o600 }),
  ]);
  const settings = {
    networkFile: join(folder, "network.json"),
    databaseUrl: "postgresql://unused",
    mqtt: {
      url: `mqtts://127.0.0.1:${broker.port}`,
      ca: parties.operator.certificate,
      certificate: operator.certificate,
      key: operator.key,
      shared: false,
    },
    relay: { host: "127.0.0.1", port: 0 },
    logLevel: "silent",
  };
  proxy = await startProxy(settings, null);
  expect(await startProxy(settings, null)).toBe(proxy);
});
afterEach(async () => {
  await proxy.stop();
  await broker.stop();
  peer.stop();
  await rm(folder, { recursive: true });
});

async function untilStatus(status: string): Promise<void> {
  for (let attempt = 0; attempt < 500 && (await proxy.health()).status !== status; attempt++) await sleep(20);
  expect((await proxy.health()).status).toBe(status);
}

describe("the proxy in one process", () => {
  it("tells its health to whoever shares the process, and is degraded while broker or ledger is away", async () => {
    await untilStatus("ok");
    expect(await runtime()?.health()).toEqual({
      status: "ok",
      ledger: { kind: "embedded", height: 12, peers: { known: 1, well: 1 } },
      projection: { height: 0, lagBlocks: 12 },
      proxy: { connected: true, inFlight: 0 },
    });
    peer.stop();
    await untilStatus("degraded");
    await proxy.stop();
    expect(runtime()).toBeUndefined();
  });

  it("answers the message under way before it stops, and counts it", async () => {
    await untilStatus("ok");
    const alpha = await parties.authority.issue("alpha", { attributes: { [ATTRIBUTES.role]: "sensor" } });
    const client = await connectAsync(`mqtts://127.0.0.1:${broker.port}`, {
      ca: parties.operator.certificate,
      cert: alpha.certificate,
      key: alpha.key,
      clientId: "alpha",
    });
    await client.subscribeAsync("to/alpha/#", { qos: 1 });
    const answer = new Promise<{ type: string; payload: Buffer }>((resolve) => {
      client.once("message", (topic, payload) => resolve({ type: parseTopic(topic)?.type ?? "", payload }));
    });
    const { signedProposal } = await deviceMessages(alpha);
    const message = encodeFrom({ type: FROM_TYPES.proposal, request: 4, signedProposal });
    await client.publishAsync("from/alpha/sendTXP", Buffer.from(message), { qos: 1 });
    await sleep(50);
    expect((await proxy.metrics()).text).toMatch(/^winterseal_messages_total\{transport="mqtt",type="sendTXP"\} 1$/m);
    expect((await proxy.health()).proxy.inFlight).toBe(1);
    await proxy.stop();
    const { type, payload } = await answer;
    expect(decodeTo(type, payload)).toMatchObject({ type: "endorsed", request: 4 });
    await client.endAsync(true);
  });
});
