import { verify, X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { gateway, peer as messages } from "@hyperledger/fabric-protos";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { encodeFrom, type FromBody, type ToMessage } from "../../device/ts/link-messages";
import { DEADLINES, type Deadlines } from "../../lib/fabric/deadlines";
import { type SigningIdentity, signingIdentity } from "../../lib/fabric/identity-node";
import { connectTo, type FakePeer, Refusal, startFakePeer } from "../../lib/fabric/testing/peer";
import { type TestIdentity, type TestRoot, testRoot } from "../../lib/fabric/testing/pki";
import type { ErrorCode } from "../../lib/messages/errors";
import { FROM_TYPES, LINK_MAX_BYTES } from "../../lib/messages/link";
import { deviceMessages, ENDORSED_PAYLOAD, ENDORSEMENTS, fakeGateway, highS } from "../testing/gateway";
import { Desk } from "./desk";
import { openRelay } from "./open";
import { FairQueue } from "./queue";
import type { Who } from "./relay";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

let authority: TestRoot;
let alpha: TestIdentity;
let operator: SigningIdentity;
beforeAll(async () => {
  authority = await testRoot("authority");
  alpha = await authority.issue("alpha");
  const { certificate, keyObject } = await (await testRoot("operator")).issue("proxy@operator");
  operator = signingIdentity("OperatorMSP", certificate, keyObject);
});

const ALPHA: Who = { transport: "mqtt", name: "alpha" };
const network = { channel: "coldchain", chaincode: "winterseal" };

async function deskBefore(fakes: Readonly<Record<string, FakePeer>>, deadlines: Partial<Deadlines> = {}) {
  const entries = await Promise.all(Object.entries(fakes).map(async ([mspId, fake]) => [mspId, await startFakePeer(fake)] as const));
  const connection = await connectTo(Object.fromEntries(entries));
  const opened = openRelay({ network, connection, operator, deadlines: { ...DEADLINES, ...deadlines } });
  stops.push(
    () => void opened.close(),
    () => connection.close(),
    ...entries.map(([, peer]) => peer.stop),
  );
  const counted: string[] = [];
  const newQueue = () => new FairQueue({ perLane: 2, total: 8, concurrency: 4 });
  const desk = new Desk(
    opened.relay,
    { mqtt: newQueue(), https: newQueue() },
    { refused: (code, stage) => counted.push(`${stage} ${code}`) },
  );
  let request = 0;
  const ask = (body: FromBody, who: Who = ALPHA): Promise<ToMessage> =>
    desk.take(who, body.type, encodeFrom({ ...body, request: ++request })).answer;
  return { desk, ask, counted };
}

const refusal = (code: ErrorCode, stage: string) => expect.objectContaining({ type: "refused", code, stage });
const endorsing = (handler: NonNullable<FakePeer["endorse"]>): FakePeer => ({ ...fakeGateway(), endorse: handler });

describe("the relay", () => {
  it("hands on exactly the signed bytes and brings back one payload with all endorsements", async () => {
    const peer = fakeGateway();
    const { ask } = await deskBefore({ AuthorityMSP: peer });
    const sent = await deviceMessages(alpha);

    const endorsed = await ask({ type: FROM_TYPES.proposal, signedProposal: sent.signedProposal });
    expect(endorsed).toMatchObject({ type: "endorsed", request: 1 });
    if (endorsed.type !== "endorsed") return;
    expect(Buffer.from(endorsed.payload)).toEqual(ENDORSED_PAYLOAD);
    const endorsers = endorsed.endorsements.map((bytes) =>
      Buffer.from(messages.Endorsement.deserializeBinary(bytes).getEndorser_asU8()).toString(),
    );
    expect(endorsers).toEqual(ENDORSEMENTS);
    const proposed = peer.endorsed[0]?.getProposedTransaction();
    expect(Buffer.from(proposed?.getProposalBytes_asU8() ?? [])).toEqual(Buffer.from(sent.proposal.bytes));
    expect(Buffer.from(proposed?.serializeBinary() ?? [])).toEqual(Buffer.from(sent.signedProposal));
    expect(peer.endorsed[0]?.getTransactionId()).toBe(sent.proposal.transactionId);

    const committed = await ask({ type: FROM_TYPES.transaction, envelope: sent.envelope });
    expect(committed).toMatchObject({ type: "committed", request: 2, block: 7, validationCode: 0 });
    expect(Buffer.from(peer.submitted[0]?.getPreparedTransaction()?.serializeBinary() ?? [])).toEqual(Buffer.from(sent.envelope));
    expect(peer.asked).toEqual([sent.proposal.transactionId]);
  });

  it("asks for the commit status with the operator's own signature", async () => {
    let asked: gateway.SignedCommitStatusRequest | undefined;
    const peer: FakePeer = {
      ...fakeGateway(),
      commitStatus(request) {
        asked = request;
        const response = new gateway.CommitStatusResponse();
        response.setResult(11);
        response.setBlockNumber(9);
        return response;
      },
    };
    const { ask } = await deskBefore({ AuthorityMSP: peer });
    const answer = await ask({ type: FROM_TYPES.status, transactionId: Buffer.alloc(32, 5) });
    expect(answer).toMatchObject({ type: "committed", validationCode: 11, block: 9 });
    const bytes = asked?.getRequest_asU8() ?? new Uint8Array(0);
    const key = new X509Certificate(operator.certificate).publicKey;
    expect(verify("sha256", bytes, key, asked?.getSignature_asU8() ?? new Uint8Array(0))).toBe(true);
    const question = gateway.CommitStatusRequest.deserializeBinary(bytes);
    expect([question.getTransactionId(), question.getChannelId()]).toEqual(["05".repeat(32), "coldchain"]);
    expect(Buffer.from(question.getIdentity_asU8())).toEqual(Buffer.from(operator.creator));
  });

  it("refuses, before the ledger is asked, what is not the sender's or not ours", async () => {
    const peer = fakeGateway();
    const { ask, counted } = await deskBefore({ AuthorityMSP: peer });
    const own = await deviceMessages(alpha);
    const [foreignChannel, foreignContract] = await Promise.all([
      deviceMessages(alpha, { channel: "other" }),
      deviceMessages(alpha, { chaincode: "_lifecycle" }),
    ]);
    const tampered = Buffer.from(own.signedProposal);
    tampered[tampered.indexOf("batch:Record")] = "c".charCodeAt(0);
    const proposal = (signedProposal: Uint8Array): FromBody => ({ type: FROM_TYPES.proposal, signedProposal });
    const beta: Who = { transport: "mqtt", name: "beta" };

    expect(await ask(proposal(own.signedProposal), beta)).toEqual(refusal("CREATOR_MISMATCH", "receive"));
    expect(await ask({ type: FROM_TYPES.transaction, envelope: own.envelope }, beta)).toEqual(refusal("CREATOR_MISMATCH", "receive"));
    expect(await ask(proposal(tampered))).toEqual(refusal("SIGNATURE_INVALID", "receive"));
    const high = messages.SignedProposal.deserializeBinary(highS(own.signedProposal));
    const key = new X509Certificate(alpha.certificate).publicKey;
    expect(verify("sha256", high.getProposalBytes_asU8(), key, high.getSignature_asU8())).toBe(true);
    expect(await ask(proposal(high.serializeBinary()))).toEqual(refusal("SIGNATURE_INVALID", "receive"));
    expect(await ask(proposal(foreignChannel.signedProposal))).toEqual(refusal("PROPOSAL_REFUSED", "receive"));
    expect(await ask(proposal(foreignContract.signedProposal))).toEqual(refusal("PROPOSAL_REFUSED", "receive"));
    expect(await ask(proposal(Buffer.from("nonsense")))).toEqual(refusal("MESSAGE_MALFORMED", "receive"));
    expect(peer.endorsed).toEqual([]);
    expect(peer.submitted).toEqual([]);
    expect(counted).toEqual(
      [
        "CREATOR_MISMATCH",
        "CREATOR_MISMATCH",
        "SIGNATURE_INVALID",
        "SIGNATURE_INVALID",
        "PROPOSAL_REFUSED",
        "PROPOSAL_REFUSED",
        "MESSAGE_MALFORMED",
      ].map((code) => `receive ${code}`),
    );
  });

  it("refuses unknown versions, unknown types and oversized messages with their own codes, and tells which request", async () => {
    const { desk } = await deskBefore({ AuthorityMSP: fakeGateway() });
    const hello = encodeFrom({ type: FROM_TYPES.hello, request: 77 });
    const take = (type: string, bytes: Uint8Array) => desk.take(ALPHA, type, bytes).answer;
    expect(await take("hello", Buffer.concat([Buffer.from([9]), hello.subarray(1)]))).toEqual(refusal("MESSAGE_VERSION", "receive"));
    expect(await take("firmware", hello)).toMatchObject({ type: "refused", code: "MESSAGE_TYPE", request: 77 });
    expect(await take("sendTX", Buffer.alloc(LINK_MAX_BYTES + 1, 1))).toEqual(refusal("MESSAGE_TOO_LARGE", "receive"));
    expect(await take("sendTX", new Uint8Array(0))).toEqual(refusal("MESSAGE_MALFORMED", "receive"));
    expect(await take("hello", hello)).toMatchObject({ type: "time", request: 77 });
  });

  it("answers any bytes with a typed refusal and never throws", async () => {
    const { desk } = await deskBefore({ AuthorityMSP: fakeGateway() });
    const sent = await deviceMessages(alpha);
    const types = Object.values(FROM_TYPES).filter((type) => type !== FROM_TYPES.hello && type !== FROM_TYPES.status);
    const good = encodeFrom({ type: FROM_TYPES.proposal, request: 1, signedProposal: sent.signedProposal });
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(good.length)).map(([at, change, length]) =>
      Buffer.from(good)
        .map((byte, index) => (index === at ? byte ^ change : byte))
        .subarray(0, length),
    );
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), async (type, bytes) => {
        const answer = await desk.take(ALPHA, type, bytes).answer;
        if (answer.type === "refused") codes.add(answer.code);
        else expect(answer.type).toBe("endorsed");
        expect(codes.has("INTERNAL")).toBe(false);
      }),
      { numRuns: 500, seed: 20261122 },
    );
    expect(codes).toContain("MESSAGE_MALFORMED");
  });

  it.each([
    [[{ mspId: "ShipperMSP", message: "chaincode response 500, [SEQUENCE_GAP] not the next" }], "SEQUENCE_GAP", 0],
    [[{ mspId: "ShipperMSP", message: "chaincode response 500, [TIMESTAMP_OFF] off" }], "TIMESTAMP_OFF", 1],
    [[{ mspId: "ShipperMSP", message: "access denied: channel [coldchain]" }], "ACCESS_DENIED", 0],
  ] as const)("brings what an endorser said to the device: %j is %s", async (details, code, retries) => {
    const { ask, counted } = await deskBefore({
      AuthorityMSP: endorsing(() => {
        throw new Refusal(status.ABORTED, "failed to endorse transaction, see attached details for more info", details);
      }),
    });
    const { signedProposal, proposal } = await deviceMessages(alpha);
    const answer = await ask({ type: FROM_TYPES.proposal, signedProposal });
    expect(answer).toMatchObject({ type: "refused", code, stage: "endorse", transactionId: Buffer.from(proposal.transactionId, "hex") });
    expect(answer.type === "refused" && Math.sign(answer.retryAfter)).toBe(retries);
    expect(counted).toEqual([`endorse ${code}`]);
  });

  it("goes to another peer when one is away, and says UNAVAILABLE when all are", async () => {
    const away = () => {
      throw new Refusal(status.UNAVAILABLE, "away");
    };
    const peer = fakeGateway();
    const first = await deskBefore({ AuthorityMSP: endorsing(away), ShipperMSP: peer, RecipientMSP: endorsing(away) });
    for (let index = 0; index < 3; index++) {
      const { signedProposal } = await deviceMessages(alpha);
      expect(await first.ask({ type: FROM_TYPES.proposal, signedProposal })).toMatchObject({ type: "endorsed" });
    }
    const second = await deskBefore({ AuthorityMSP: endorsing(away), ShipperMSP: endorsing(away) }, { endorse: 400 });
    const { signedProposal } = await deviceMessages(alpha);
    expect(await second.ask({ type: FROM_TYPES.proposal, signedProposal })).toEqual(refusal("UNAVAILABLE", "endorse"));
  });

  it("names the stage that did not answer in time; after the orderers took it, it may still come", async () => {
    const never = () => new Promise<never>(() => undefined);
    const { ask } = await deskBefore(
      { AuthorityMSP: { ...fakeGateway(), endorse: never, commitStatus: never } },
      { endorse: 100, commit: 100 },
    );
    const { signedProposal, envelope } = await deviceMessages(alpha);
    expect(await ask({ type: FROM_TYPES.proposal, signedProposal })).toEqual(refusal("DEADLINE", "endorse"));
    expect(await ask({ type: FROM_TYPES.transaction, envelope })).toEqual(refusal("COMMIT_UNKNOWN", "commit"));
  });

  it("answers the same bytes once while they are in flight, and orders a transaction once however often it is sent", async () => {
    const peer = fakeGateway();
    const { desk, ask } = await deskBefore({
      AuthorityMSP: { ...peer, submit: async (request) => sleep(50).then(() => peer.submit(request)) },
    });
    const { envelope } = await deviceMessages(alpha);
    const bytes = encodeFrom({ type: FROM_TYPES.transaction, request: 5, envelope });
    const first = desk.take(ALPHA, FROM_TYPES.transaction, bytes);
    const again = desk.take(ALPHA, FROM_TYPES.transaction, bytes);
    expect([first.repeated, again.repeated]).toEqual([false, true]);
    expect(await first.answer).toBe(await again.answer);
    // The answer was lost: the device sends it again under another request number.
    expect(await ask({ type: FROM_TYPES.transaction, envelope })).toMatchObject({ type: "committed" });
    expect(peer.submitted.length).toBe(1);
    // What became of it is known by then.
    expect(peer.asked.length).toBe(1);
  });

  it("hands a transaction over again when no block comes: an orderer may die with what it took", async () => {
    const peer = fakeGateway();
    let asked = 0;
    const { ask } = await deskBefore({
      AuthorityMSP: {
        ...peer,
        // Unknown until it was handed over twice.
        commitStatus: async (request) => {
          while (peer.submitted.length < 2) await sleep(20);
          asked++;
          return peer.commitStatus(request);
        },
      },
    });
    const { envelope } = await deviceMessages(alpha);
    expect(await ask({ type: FROM_TYPES.transaction, envelope })).toMatchObject({ type: "committed", block: 7 });
    expect(peer.submitted.map((request) => Buffer.from(request.getPreparedTransaction()?.serializeBinary() ?? []))).toEqual([
      Buffer.from(envelope),
      Buffer.from(envelope),
    ]);
    expect(asked).toBeGreaterThan(0);
  });

  it("has one transaction of a sensor in flight, several of several sensors, and tells when to come back", async () => {
    let running = 0;
    let most = 0;
    const slow = endorsing(async (request) => {
      most = Math.max(most, ++running);
      await sleep(40);
      running--;
      return fakeGateway().endorse(request);
    });
    const { ask } = await deskBefore({ AuthorityMSP: slow });
    const one = await Promise.all([1, 2, 3, 4].map(() => deviceMessages(alpha)));
    const answers = await Promise.all(one.map(({ signedProposal }) => ask({ type: FROM_TYPES.proposal, signedProposal })));
    expect(most).toBe(1);
    expect(answers.map((answer) => answer.type)).toEqual(["endorsed", "endorsed", "endorsed", "refused"]);
    expect(answers[3]).toMatchObject({ code: "BUSY", stage: "receive", retryAfter: expect.any(Number) });

    const many = await Promise.all(["b", "c", "d"].map(async (name) => ({ name, ...(await deviceMessages(await authority.issue(name))) })));
    await Promise.all(
      many.map(({ name, signedProposal }) => ask({ type: FROM_TYPES.proposal, signedProposal }, { transport: "mqtt", name })),
    );
    expect(most).toBe(3);
  });

  it("keeps sensors going while somebody floods the open door, with questions that take long or in a sensor's own name", async () => {
    const never = () => new Promise<never>(() => undefined);
    const { ask } = await deskBefore({ AuthorityMSP: { ...fakeGateway(), commitStatus: never } }, { commit: 2_000, status: 2_000 });
    const stranger: Who = { transport: "https" };
    const questions = Array.from({ length: 40 }, (_, index) =>
      ask({ type: FROM_TYPES.status, transactionId: new Uint8Array(32).fill(index + 1) }, stranger),
    );
    const { signedProposal } = await deviceMessages(alpha);
    const unsigned = Uint8Array.from(signedProposal);
    unsigned[unsigned.length - 1] = (unsigned.at(-1) ?? 0) ^ 1;
    const inItsName = Array.from({ length: 8 }, () => ask({ type: FROM_TYPES.proposal, signedProposal: unsigned }, stranger));
    expect(await ask({ type: FROM_TYPES.proposal, signedProposal })).toMatchObject({ type: "endorsed" });
    const answers = await Promise.all([...questions, ...inItsName]);
    expect(answers.every(({ type }) => type === "refused")).toBe(true);
  });

  it("takes anybody's signed message over HTTPS: the sender is who signed it", async () => {
    const { ask } = await deskBefore({ AuthorityMSP: fakeGateway() });
    const { signedProposal } = await deviceMessages(await authority.issue("lena@authority"));
    expect(await ask({ type: FROM_TYPES.proposal, signedProposal }, { transport: "https" })).toMatchObject({ type: "endorsed" });
  });

  it("brings the signatures of k organisations for a read, and reads nothing but our contract and qscc", async () => {
    const signs = (mspId: string): FakePeer => ({
      processProposal() {
        const endorsement = new messages.Endorsement();
        endorsement.setEndorser(Buffer.from(mspId));
        endorsement.setSignature(Buffer.from("signature"));
        const response = new messages.ProposalResponse();
        response.setPayload(Buffer.from("answer"));
        response.setEndorsement(endorsement);
        return response;
      },
    });
    const { ask } = await deskBefore({ AuthorityMSP: signs("AuthorityMSP"), ShipperMSP: signs("ShipperMSP") });
    for (const chaincode of ["winterseal", "qscc"]) {
      const { signedProposal } = await deviceMessages(alpha, { chaincode });
      const answer = await ask({ type: FROM_TYPES.read, signedProposal, organisations: 2 });
      expect(answer).toMatchObject({ type: "answer", endorsements: [expect.anything(), expect.anything()] });
    }
    const { signedProposal } = await deviceMessages(alpha, { chaincode: "lscc" });
    expect(await ask({ type: FROM_TYPES.read, signedProposal, organisations: 2 })).toEqual(refusal("PROPOSAL_REFUSED", "receive"));
    const three = await deviceMessages(alpha);
    expect(await ask({ type: FROM_TYPES.read, signedProposal: three.signedProposal, organisations: 3 })).toEqual(
      refusal("ENDORSERS_TOO_FEW", "read"),
    );
  });
});
