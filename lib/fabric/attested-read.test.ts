import { status } from "@grpc/grpc-js";
import { peer as messages } from "@hyperledger/fabric-protos";
import { afterEach, describe, expect, it } from "vitest";
import { attestedRead } from "./attested-read";
import { connectTo, type FakePeer, Refusal, startFakePeer } from "./testing/peer";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function network(fakes: Readonly<Record<string, FakePeer>>) {
  const entries = await Promise.all(Object.entries(fakes).map(async ([mspId, fake]) => [mspId, await startFakePeer(fake)] as const));
  const connection = await connectTo(Object.fromEntries(entries));
  stops.push(() => connection.close(), ...entries.map(([, peer]) => peer.stop));
  return connection;
}

function signed(mspId: string, payload: string): messages.ProposalResponse {
  const response = new messages.Response();
  response.setStatus(200);
  const endorsement = new messages.Endorsement();
  endorsement.setEndorser(Buffer.from(mspId));
  endorsement.setSignature(Buffer.from(`${mspId} signs ${payload}`));
  const answer = new messages.ProposalResponse();
  answer.setResponse(response);
  answer.setPayload(Buffer.from(payload));
  answer.setEndorsement(endorsement);
  return answer;
}

function refusing(message: string): messages.ProposalResponse {
  const response = new messages.Response();
  response.setStatus(500);
  response.setMessage(message);
  const answer = new messages.ProposalResponse();
  answer.setResponse(response);
  return answer;
}

const answering = (mspId: string, payload = "height 7"): FakePeer => ({ processProposal: () => signed(mspId, payload) });
const away: FakePeer = {
  processProposal: () => {
    throw new Refusal(status.UNAVAILABLE, "away");
  },
};
const question = new messages.SignedProposal().serializeBinary();
const ask = (connection: Awaited<ReturnType<typeof network>>, organisations: number, deadlineMs = 5_000) =>
  attestedRead(connection, question, { organisations, deadlineMs });

describe("an attested read", () => {
  it("brings one payload and the signatures of as many distinct organisations as were asked for", async () => {
    const connection = await network({ AuthorityMSP: answering("AuthorityMSP"), ShipperMSP: answering("ShipperMSP") });
    const answer = await ask(connection, 2);
    expect(Buffer.from(answer.payload).toString()).toBe("height 7");
    expect(answer.organisations).toEqual(["AuthorityMSP", "ShipperMSP"]);
    expect(answer.endorsements.map(({ signature }) => Buffer.from(signature).toString())).toEqual([
      "AuthorityMSP signs height 7",
      "ShipperMSP signs height 7",
    ]);
  });

  it("asks again until organisations at different heights agree", async () => {
    let asked = 0;
    const behind: FakePeer = { processProposal: () => signed("ShipperMSP", asked++ < 2 ? "height 6" : "height 7") };
    const connection = await network({ AuthorityMSP: answering("AuthorityMSP"), ShipperMSP: behind });
    const answer = await ask(connection, 2);
    expect(Buffer.from(answer.payload).toString()).toBe("height 7");
    expect(asked).toBe(3);
  });

  it("gives up when they never agree", async () => {
    const connection = await network({ AuthorityMSP: answering("AuthorityMSP"), ShipperMSP: answering("ShipperMSP", "invented") });
    await expect(ask(connection, 2)).rejects.toMatchObject({ code: "ENDORSEMENT_MISMATCH", stage: "read" });
  });

  it("asks the next organisation in place of one that is away", async () => {
    const connection = await network({ AuthorityMSP: away, ShipperMSP: answering("ShipperMSP"), RecipientMSP: answering("RecipientMSP") });
    expect([...(await ask(connection, 2)).organisations].sort()).toEqual(["RecipientMSP", "ShipperMSP"]);
  });

  it("says what the contract said, not that a peer was away", async () => {
    const refused: FakePeer = { processProposal: () => refusing("[ACCESS_DENIED] This identity may not call this function") };
    const connection = await network({ AuthorityMSP: away, ShipperMSP: refused });
    await expect(ask(connection, 1)).rejects.toMatchObject({ code: "ACCESS_DENIED", stage: "read" });
  });

  it("never counts one organisation twice", async () => {
    const connection = await network({ AuthorityMSP: answering("AuthorityMSP") });
    await expect(ask(connection, 2)).rejects.toMatchObject({ code: "ENDORSERS_TOO_FEW" });
  });
});
