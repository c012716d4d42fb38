import { common, peer } from "@hyperledger/fabric-protos";
import { beforeAll, describe, expect, it } from "vitest";
import { testRoot } from "../../lib/fabric/testing/pki";
import { deviceMessages } from "../testing/gateway";
import { requireWholeTransaction } from "./transaction-form";

let honest: Uint8Array;
beforeAll(async () => {
  const { envelope } = await deviceMessages(await (await testRoot("authority")).issue("alpha"));
  const payload = common.Envelope.deserializeBinary(envelope).getPayload_asU8();
  honest = common.Payload.deserializeBinary(payload).getData_asU8();
});

/** The transaction with its single action's parts changed. */
function changed(change: (action: peer.ChaincodeActionPayload, transaction: peer.Transaction) => void): Uint8Array {
  const transaction = peer.Transaction.deserializeBinary(honest);
  const [action] = transaction.getActionsList();
  if (action === undefined) throw new Error("no action");
  const payload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  change(payload, transaction);
  action.setPayload(payload.serializeBinary());
  return transaction.serializeBinary();
}

function withResponse(change: (response: peer.ProposalResponsePayload) => void): Uint8Array {
  return changed((payload) => {
    const endorsed = payload.getAction() ?? new peer.ChaincodeEndorsedAction();
    const response = peer.ProposalResponsePayload.deserializeBinary(endorsed.getProposalResponsePayload_asU8());
    change(response);
    endorsed.setProposalResponsePayload(response.serializeBinary());
  });
}

/** The contract's answer with a text that is no UTF-8, which JavaScript reads and Go does not. */
function withBadText(response: peer.ProposalResponsePayload): void {
  const answer = Buffer.from([0x1a, 0x03, 0x12, 0x01, 0xff]);
  response.setExtension$(Buffer.concat([response.getExtension_asU8(), answer]));
}

const GARBAGE = Buffer.from("this is no message of any kind");

describe("a transaction that goes to the orderers", () => {
  it("can be read down to its write set", () => {
    expect(() => requireWholeTransaction(honest)).not.toThrow();
  });

  it.each([
    ["nothing", () => new Uint8Array()],
    ["no message", () => GARBAGE],
    ["no action", () => changed((_, transaction) => transaction.clearActionsList())],
    ["two actions", () => changed((_, transaction) => transaction.addActions(transaction.getActionsList()[0]))],
    ["an action without endorsed part", () => changed((payload) => payload.clearAction())],
    ["an endorsed payload that is none", () => changed((payload) => payload.getAction()?.setProposalResponsePayload(GARBAGE))],
    ["a contract's answer that is none", () => withResponse((response) => response.setExtension$(GARBAGE))],
    ["a contract's answer with a text that is no text", () => withResponse(withBadText)],
    ["something behind it", () => Buffer.concat([honest, Buffer.of(0x74)])],
  ] as const)("is refused with %s in it", (_, make) => {
    expect(() => requireWholeTransaction(make())).toThrow(expect.objectContaining({ code: "MESSAGE_MALFORMED" }));
  });
});
