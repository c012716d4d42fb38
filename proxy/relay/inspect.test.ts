import { common, peer as messages } from "@hyperledger/fabric-protos";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { testRoot } from "../../lib/fabric/testing/pki";
import { WintersealError } from "../../lib/messages/errors";
import { deviceMessages, type Sent } from "../testing/gateway";
import { inspectEnvelope, inspectProposal } from "./inspect";
import { Senders } from "./senders";

let sent: Sent;
beforeAll(async () => {
  sent = await deviceMessages(await (await testRoot("authority")).issue("alpha"));
});

/** The proposal with one part changed, as somebody between device and ledger might. */
function changed(change: (proposal: messages.Proposal, header: common.Header) => void): Uint8Array {
  const signed = messages.SignedProposal.deserializeBinary(sent.signedProposal);
  const proposal = messages.Proposal.deserializeBinary(signed.getProposalBytes_asU8());
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  change(proposal, header);
  proposal.setHeader(header.serializeBinary());
  signed.setProposalBytes(proposal.serializeBinary());
  return signed.serializeBinary();
}

function withChannelHeader(change: (channelHeader: common.ChannelHeader) => void): Uint8Array {
  return changed((_, header) => {
    const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    change(channelHeader);
    header.setChannelHeader(channelHeader.serializeBinary());
  });
}

describe("what a signed message says about itself", () => {
  it("is the same in the proposal and in the transaction made of it", () => {
    const proposal = inspectProposal(sent.signedProposal);
    const envelope = inspectEnvelope(sent.envelope);
    expect(proposal).toMatchObject({ transactionId: sent.proposal.transactionId, channel: "coldchain", chaincode: "winterseal" });
    expect({ ...envelope, signed: null, signature: null }).toEqual({ ...proposal, signed: null, signature: null });
    expect(Buffer.from(proposal.signed)).toEqual(Buffer.from(sent.proposal.bytes));
  });

  it.each([
    ["another transaction id than its nonce's", () => withChannelHeader((header) => header.setTxId("00".repeat(32))), "MESSAGE_MALFORMED"],
    ["a configuration update", () => withChannelHeader((header) => header.setType(common.HeaderType.CONFIG_UPDATE)), "PROPOSAL_REFUSED"],
    ["one contract in the header and another one invoked", () => withHeaderContract("lscc"), "PROPOSAL_REFUSED"],
    ["no nonce", () => changed((_, header) => header.setSignatureHeader(new Uint8Array(0))), "MESSAGE_MALFORMED"],
    ["nothing at all", () => new Uint8Array(0), "MESSAGE_MALFORMED"],
  ] as const)("refuses %s", (_, make, code) => {
    expect(() => inspectProposal(make())).toThrow(expect.objectContaining({ code }));
  });

  it("never fails otherwise than by a typed error, whatever the bytes", () => {
    const senders = new Senders();
    const cut = fc.nat(sent.signedProposal.length).map((length) => sent.signedProposal.subarray(0, length));
    const flipped = fc
      .tuple(fc.nat(sent.signedProposal.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, by]) => Uint8Array.from(sent.signedProposal, (byte, index) => (index === at ? byte ^ by : byte)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), cut, flipped), (bytes) => {
        for (const inspect of [inspectProposal, inspectEnvelope]) {
          try {
            senders.of(inspect(bytes).creator);
          } catch (error) {
            expect(error).toBeInstanceOf(WintersealError);
          }
        }
      }),
      { seed: 7, numRuns: 1_000 },
    );
  });
});

function withHeaderContract(name: string): Uint8Array {
  return withChannelHeader((header) => {
    const id = new messages.ChaincodeID();
    id.setName(name);
    const extension = new messages.ChaincodeHeaderExtension();
    extension.setChaincodeId(id);
    header.setExtension$(extension.serializeBinary());
  });
}

describe("a sender", () => {
  it("is its certificate's name and key", async () => {
    const sender = new Senders().of(inspectProposal(sent.signedProposal).creator);
    expect(sender).toMatchObject({ mspId: "AuthorityMSP", commonName: "alpha" });
    const { signed, signature } = inspectProposal(sent.signedProposal);
    expect(sender.verifies(signed, signature)).toBe(true);
    expect(sender.verifies(signed.subarray(1), signature)).toBe(false);
    expect(sender.verifies(signed, new Uint8Array(0))).toBe(false);
  });
});
