import { webcrypto } from "node:crypto";
import * as fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { type ErrorCode, WintersealError } from "../../lib/messages/errors";
import { fromHex, fromUtf8, toHex, utf8 } from "./bytes";
import { LightClient, parseResult } from "./client";
import { nodeCrypto } from "./crypto-node";
import { webCrypto } from "./crypto-web";
import type { ToBody } from "./link-messages";
import { keySigner } from "./signer-node";
import { webSigner } from "./signer-web";
import { endorsedPayload, endorsement, openProposal } from "./testing/endorse";
import { renewedCertificate } from "./testing/party";
import { authority, NOW, openClient, other, Relay, recipient, sensor, settings, shipper, stranger } from "./testing/relay";

let relay: Relay;
let client: LightClient;
beforeEach(async () => {
  relay = new Relay();
  client = await openClient(relay);
});

const transact = () => client.transact("batch:Record", [utf8("batch")], parseResult);
const codeOf = (run: Promise<unknown>): Promise<ErrorCode | "none"> =>
  run.then(
    () => "none",
    (error) => {
      if (error instanceof WintersealError) return error.code;
      throw error;
    },
  );
/** Refused, and no second signature left the device. */
async function refusesToSign(code: ErrorCode) {
  expect(await codeOf(transact())).toBe(code);
  expect(relay.sent.map((body) => body.type)).toEqual(["sendTXP"]);
}
const refused = (code: ErrorCode): ToBody => ({
  type: "refused",
  code,
  stage: "commit",
  message: "",
  retryAfter: 0,
  transactionId: new Uint8Array(0),
});

test("a transaction endorsed by two organisations is signed, sent and reported committed", async () => {
  const transacted = await transact();
  expect(transacted).toMatchObject({ transactionId: relay.transactionId, block: 7, value: { result: "recorded" } });
  expect(openProposal(transacted.signedProposal).transactionId).toBe(relay.transactionId);
  expect(relay.sent.map((body) => body.type)).toEqual(["sendTXP", "sendTX"]);
});

test("the proposal carries channel, contract, function, arguments and the client's own time", async () => {
  await transact();
  const [first] = relay.sent;
  if (first?.type !== "sendTXP") throw new Error("no proposal");
  const { channelHeader, args } = openProposal(first.signedProposal);
  expect(channelHeader.getChannelId()).toBe("coldchain");
  expect(channelHeader.getTimestamp()?.toDate().getTime()).toBe(NOW);
  expect(args.map((arg) => fromUtf8(arg))).toEqual(["batch:Record", "batch"]);
});

test("a new proposal has a new transaction id, so that a retry is never a replay", async () => {
  await transact();
  const first = relay.transactionId;
  await transact();
  expect(relay.transactionId).not.toBe(first);
});

test("does not sign a payload swapped for one that answers another proposal", async () => {
  await transact();
  const foreign = endorsedPayload(relay.hash, { result: relay.result });
  relay.sent.length = 0;
  const endorsements = [await endorsement(authority, foreign), await endorsement(shipper, foreign)];
  relay.onProposal = async () => ({ type: "endorsed", payload: foreign, endorsements });
  await refusesToSign("ENDORSED_HEADER");
});

test("does not sign a result that was altered after the endorsers signed", async () => {
  relay.onProposal = async (payload) => {
    const altered = endorsedPayload(relay.hash, { result: utf8('{"result":"nothing"}') });
    return {
      type: "endorsed",
      payload: altered,
      endorsements: [await endorsement(authority, payload), await endorsement(shipper, payload)],
    };
  };
  await refusesToSign("ENDORSER_SIGNATURE");
});

test("does not sign a result that its caller does not expect", async () => {
  const expectNothing = () => {
    throw new WintersealError("ENDORSED_RESULT");
  };
  expect(await codeOf(client.transact("batch:Record", [], expectNothing))).toBe("ENDORSED_RESULT");
  expect(relay.sent.map((body) => body.type)).toEqual(["sendTXP"]);
});

test.each<[string, { name: string; version: string }, number, ErrorCode]>([
  ["another contract's", { name: "evil", version: "1.0" }, 200, "ENDORSED_CONTRACT"],
  ["another version's", { name: "winterseal", version: "0.9" }, 200, "ENDORSED_CONTRACT"],
  ["an error's", { name: "winterseal", version: "1.0" }, 500, "ENDORSED_RESULT"],
])("does not sign %s payload", async (_what, chaincode, status, code) => {
  relay.onProposal = async () => {
    const payload = endorsedPayload(relay.hash, { result: utf8("{}"), chaincode, status });
    return { type: "endorsed", payload, endorsements: [await endorsement(authority, payload), await endorsement(shipper, payload)] };
  };
  await refusesToSign(code);
});

test("does not count one organisation twice", async () => {
  relay.onProposal = async (payload) => ({
    type: "endorsed",
    payload,
    endorsements: [await endorsement(shipper, payload), await endorsement(shipper, payload)],
  });
  await refusesToSign("ENDORSERS_TOO_FEW");
});

test("does not sign with one endorsement, or with none", async () => {
  for (const count of [0, 1]) {
    relay = new Relay();
    client = await openClient(relay);
    relay.onProposal = async (payload) => ({
      type: "endorsed",
      payload,
      endorsements: (await Promise.all([endorsement(shipper, payload)])).slice(0, count),
    });
    await refusesToSign("ENDORSERS_TOO_FEW");
  }
});

test("does not accept an endorser that only calls itself by a known name", async () => {
  relay.onProposal = async (payload) => ({
    type: "endorsed",
    payload,
    endorsements: [await endorsement(authority, payload), await endorsement(stranger, payload)],
  });
  await refusesToSign("ENDORSER_UNKNOWN");
});

test("knows an endorser by its key: a certificate renewed for it counts, and nobody else's signature under one does", async () => {
  const renewed = { ...authority, certificate: await renewedCertificate(authority) };
  expect(renewed.certificate).not.toBe(authority.certificate);
  relay.onProposal = async (payload) => ({
    type: "endorsed",
    payload,
    endorsements: [await endorsement({ ...renewed, signer: stranger.signer }, payload), await endorsement(shipper, payload)],
  });
  await refusesToSign("ENDORSER_SIGNATURE");
  relay.onProposal = async (payload) => ({
    type: "endorsed",
    payload,
    endorsements: [await endorsement(renewed, payload), await endorsement(shipper, payload)],
  });
  await expect(client.endorse("batch:Record", [], () => "believed")).resolves.toMatchObject({ value: "believed" });
});

test("does not accept a known certificate under another organisation's name", async () => {
  relay.onProposal = async (payload) => ({
    type: "endorsed",
    payload,
    endorsements: [await endorsement(authority, payload), await endorsement({ ...authority, mspId: "ShipperMSP" }, payload)],
  });
  await refusesToSign("ENDORSER_UNKNOWN");
});

test("does not accept a known certificate with another key's signature, even beside two good ones", async () => {
  relay.onProposal = async (payload) => ({
    type: "endorsed",
    payload,
    endorsements: [
      await endorsement(authority, payload),
      await endorsement(shipper, payload),
      await endorsement({ ...recipient, signer: stranger.signer }, payload),
    ],
  });
  await refusesToSign("ENDORSER_SIGNATURE");
});

test("no altered byte of an endorsed answer is ever signed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.nat(), fc.integer({ min: 1, max: 255 }), async (part, position, flip) => {
      relay.sent.length = 0;
      relay.onProposal = async (payload) => {
        const parts = [payload, await endorsement(authority, payload), await endorsement(shipper, payload)];
        const target = parts[part] ?? payload;
        parts[part] = target.map((byte, index) => (index === position % target.length ? byte ^ flip : byte));
        return { type: "endorsed", payload: parts[0] ?? payload, endorsements: parts.slice(1) };
      };
      expect(await codeOf(transact())).not.toBe("none");
      expect(relay.sent.map((body) => body.type)).toEqual(["sendTXP"]);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("a committed notice about another transaction is not believed", async () => {
  relay.onTransaction = async () => relay.committed({ transactionId: new Uint8Array(32).fill(9) });
  relay.onStatus = async () => relay.committed({ transactionId: new Uint8Array(32).fill(9) });
  expect(await codeOf(transact())).toBe("COMMIT_UNKNOWN");
});

test("a notice replayed from an earlier transaction is not believed", async () => {
  await transact();
  const earlier = relay.committed();
  relay.onTransaction = async () => earlier;
  relay.onStatus = async () => refused("COMMIT_UNKNOWN");
  expect(await codeOf(transact())).toBe("COMMIT_UNKNOWN");
  expect(relay.sent.at(-1)?.type).toBe("status");
});

test("no notice before the deadline: the status by transaction id decides", async () => {
  relay.onTransaction = async () => {
    throw new WintersealError("DEADLINE");
  };
  expect(await transact()).toMatchObject({ block: 7 });
  expect(relay.sent.map((body) => body.type)).toEqual(["sendTXP", "sendTX", "status"]);
  relay.onStatus = async () => {
    throw new WintersealError("UNAVAILABLE");
  };
  expect(await codeOf(transact())).toBe("COMMIT_UNKNOWN");
});

test("an invalid transaction is an error that names it, with its validation code", async () => {
  relay.onTransaction = async () => relay.committed({ validationCode: 11 });
  const error = await transact().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "COMMIT_INVALID", facts: { transactionId: relay.transactionId, validationCode: 11 } });
});

test("the contract's refusal arrives as its code, with the stage and the wait that was advised", async () => {
  relay.onProposal = async () => ({ ...refused("SEQUENCE_GAP"), stage: "endorse", retryAfter: 500 }) as ToBody;
  const error = await transact().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "SEQUENCE_GAP", facts: { stage: "endorse", retryAfter: 500 } });
});

test("refuses a certificate for another key, from a file and from a key store", async () => {
  expect(() => keySigner(sensor.mspId, other.certificate, sensor.privateKey)).toThrow(WintersealError);
  const swapped = { ...sensor.signer, certificate: other.certificate };
  const parts = { signer: swapped, link: relay, crypto: nodeCrypto(), now: () => NOW };
  expect(await codeOf(LightClient.open(parts, settings))).toBe("KEY_MISMATCH");
});

test("a WebCrypto key that cannot be extracted signs low S, and WebCrypto checks endorsers as OpenSSL does", async () => {
  const pkcs8 = sensor.key.export({ format: "der", type: "pkcs8" });
  const key = await webcrypto.subtle.importKey("pkcs8", pkcs8, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const signer = webSigner(sensor, key as CryptoKey);
  const parts = { signer, link: relay, crypto: webCrypto(), now: () => NOW };
  client = await LightClient.open(parts, settings);
  for (let round = 0; round < 16; round++) expect(await transact()).toMatchObject({ block: 7 });
  expect(toHex(fromHex(relay.transactionId))).toBe(relay.transactionId);
});

test("gives the proxy's hint of the time", async () => {
  expect(await client.time()).toBe(NOW);
});
