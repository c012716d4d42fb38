import { beforeEach, expect, test } from "vitest";
import { canonicalBytes } from "../../lib/domain/canonical-json";
import { ATTESTED_READ_DOMAIN } from "../../lib/messages/functions";
import { fromUtf8 } from "./bytes";
import type { LightClient } from "./client";
import { endorsedPayload, endorsement, openProposal } from "./testing/endorse";
import { authority, openClient, Relay, shipper } from "./testing/relay";

let relay: Relay;
let client: LightClient;
beforeEach(async () => {
  relay = new Relay();
  client = await openClient(relay);
});

const question = { kind: "sensor", sensor: "sensor-1" } as const;
/** Answers a read as the contract would, with parts replaced. */
function answering(change: (nonce: string) => Record<string, unknown>) {
  relay.onProposal = async () => {
    const body = relay.sent.at(-1);
    if (body?.type !== "read") throw new Error("no read");
    const nonce = fromUtf8(openProposal(body.signedProposal).args[2] ?? new Uint8Array(0));
    const answer = { domain: ATTESTED_READ_DOMAIN, question, nonce, height: 9, answer: { sequence: 3 }, ...change(nonce) };
    const payload = endorsedPayload(relay.hash, { result: canonicalBytes(answer as never) });
    return { type: "endorsed", payload, endorsements: [await endorsement(authority, payload), await endorsement(shipper, payload)] };
  };
}

test("an attested read answers the question asked, over a nonce of its own", async () => {
  answering(() => ({}));
  expect(await client.read(question)).toMatchObject({ answer: { sequence: 3 }, height: 9 });
});

test.each<[string, (nonce: string) => Record<string, unknown>]>([
  ["an old nonce", () => ({ nonce: "00".repeat(16) })],
  ["another sensor", () => ({ question: { kind: "sensor", sensor: "sensor-2" } })],
  ["another domain", () => ({ domain: "winterseal/other/1" })],
  ["no question", () => ({ question: null })],
])("an attested read with %s is refused", async (_what, change) => {
  answering(change);
  await expect(client.read(question)).rejects.toMatchObject({ code: "ENDORSED_RESULT" });
});

test("an attested read signed by fewer organisations than asked is refused", async () => {
  answering(() => ({}));
  await expect(client.read(question, 3)).rejects.toMatchObject({ code: "ENDORSERS_TOO_FEW" });
});
