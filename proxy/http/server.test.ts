import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { httpsLink } from "../../device/ts/link-https";
import { decodeTo, encodeFrom } from "../../device/ts/link-messages";
import { signingIdentity } from "../../lib/fabric/identity-node";
import { connectTo, type FakePeer, startFakePeer } from "../../lib/fabric/testing/peer";
import { type TestIdentity, testRoot } from "../../lib/fabric/testing/pki";
import { FROM_TYPES, LINK_MAX_BYTES } from "../../lib/messages/link";
import { Desk } from "../relay/desk";
import { openRelay } from "../relay/open";
import { FairQueue } from "../relay/queue";
import { deviceMessages, fakeGateway } from "../testing/gateway";
import { type HttpTransport, startHttp } from "./server";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const SIGNER = "https://signer.shipper.example";
let lena: TestIdentity;
let proxy: TestIdentity;
beforeAll(async () => {
  lena = await (await testRoot("authority")).issue("lena@authority");
  proxy = await (await testRoot("operator")).issue("proxy@operator");
});

async function relayBefore(fake: FakePeer): Promise<{ http: HttpTransport; address: string }> {
  const peer = await startFakePeer(fake);
  const connection = await connectTo({ AuthorityMSP: peer });
  const operator = signingIdentity("OperatorMSP", proxy.certificate, proxy.keyObject);
  const opened = openRelay({ network: { channel: "coldchain", chaincode: "winterseal" }, connection, operator });
  const desk = new Desk(opened.relay, {
    mqtt: new FairQueue({ perLane: 2, total: 8, concurrency: 4 }),
    https: new FairQueue({ perLane: 2, total: 8, concurrency: 4 }),
  });
  const http = await startHttp({ host: "127.0.0.1", port: 0, origins: [SIGNER] }, desk);
  stops.push(
    () => http.close(),
    () => opened.close(),
    () => connection.close(),
    peer.stop,
  );
  return { http, address: `http://127.0.0.1:${http.port}` };
}

const post = (address: string, type: string, body: Uint8Array, headers: Record<string, string> = {}) =>
  fetch(`${address}/v1/${type}`, { method: "POST", body: new Uint8Array(body), headers: { connection: "close", ...headers } });

describe("the relay over HTTPS", () => {
  it("serves the light client's own link: the same messages as over MQTT", async () => {
    const { address } = await relayBefore(fakeGateway());
    const link = httpsLink({ relay: address });
    const { signedProposal, envelope } = await deviceMessages(lena);
    expect(await link.request({ type: FROM_TYPES.proposal, signedProposal }, 5_000)).toMatchObject({ type: "endorsed" });
    expect(await link.request({ type: FROM_TYPES.transaction, envelope }, 5_000)).toMatchObject({ type: "committed", block: 7 });
    expect(await link.request({ type: FROM_TYPES.hello }, 5_000)).toMatchObject({ type: "time" });
    expect(await link.request({ type: FROM_TYPES.proposal, signedProposal: Buffer.from("?") }, 5_000)).toMatchObject({
      type: "refused",
      code: "MESSAGE_MALFORMED",
    });
  });

  it("answers browsers on the signers' origins and no other page", async () => {
    const { address } = await relayBefore(fakeGateway());
    const hello = encodeFrom({ type: FROM_TYPES.hello, request: 1 });
    const preflight = await fetch(`${address}/v1/sendTXP`, { method: "OPTIONS", headers: { origin: SIGNER, connection: "close" } });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, SIGNER]);
    expect(preflight.headers.get("access-control-allow-headers")).toBe("content-type");
    const allowed = await post(address, "hello", hello, { origin: SIGNER });
    expect(allowed.headers.get("access-control-expose-headers")).toBe("winterseal-type");
    expect(allowed.headers.get("winterseal-type")).toBe("time");
    for (const origin of ["https://evil.example", "null", `${SIGNER}.evil.example`]) {
      const refused = await post(address, "hello", hello, { origin });
      expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    }
  });

  it("refuses an oversized body with its code, and what is no message with a plain status", async () => {
    const { address } = await relayBefore(fakeGateway());
    const large = await post(address, "sendTX", Buffer.alloc(LINK_MAX_BYTES + 1, 1));
    expect(large.status).toBe(413);
    expect(decodeTo(large.headers.get("winterseal-type") ?? "", new Uint8Array(await large.arrayBuffer()))).toMatchObject({
      code: "MESSAGE_TOO_LARGE",
    });
    expect((await post(address, "firmware", encodeFrom({ type: FROM_TYPES.hello, request: 1 }))).status).toBe(404);
    expect((await fetch(`${address}/v1/hello`, { headers: { connection: "close" } })).status).toBe(405);
    expect((await fetch(`${address}/v1/../etc`, { headers: { connection: "close" } })).status).toBe(404);
  });

  it("answers what is under way before it closes", async () => {
    const gateway = fakeGateway();
    const { http, address } = await relayBefore({
      ...gateway,
      endorse: async (request) => sleep(150).then(() => gateway.endorse(request)),
    });
    const { signedProposal } = await deviceMessages(lena);
    const answer = post(address, "sendTXP", encodeFrom({ type: FROM_TYPES.proposal, request: 3, signedProposal }));
    await sleep(50);
    const closed = http.close();
    expect((await answer).headers.get("winterseal-type")).toBe("endorsed");
    await closed;
    await expect(post(address, "hello", encodeFrom({ type: FROM_TYPES.hello, request: 1 }))).rejects.toThrow();
  });
});
