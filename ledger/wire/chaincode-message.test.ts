import { peer } from "@hyperledger/fabric-protos";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeChaincodeMessage, decodeKeyRequest, decodePutState, encodeChaincodeMessage } from "./chaincode-message";

const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: "grapheme" });

test("messages are written byte for byte as the generated class writes them, and read back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 25 }),
      bytes,
      text,
      text,
      fc.option(bytes, { nil: undefined }),
      (type, payload, transactionId, channel, proposal) => {
        const generated = new peer.ChaincodeMessage();
        generated.setType(type as peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap]);
        generated.setPayload(payload);
        generated.setTxid(transactionId);
        generated.setChannelId(channel);
        const signed = new peer.SignedProposal();
        signed.setProposalBytes(proposal ?? new Uint8Array());
        signed.setSignature("AAAA");
        if (proposal !== undefined) generated.setProposal(signed);
        const message = { type, payload, transactionId, channel, ...(proposal !== undefined && { proposal: signed.serializeBinary() }) };
        expect(encodeChaincodeMessage(message)).toEqual(Buffer.from(generated.serializeBinary()));
        expect(decodeChaincodeMessage(generated.serializeBinary())).toEqual(message);
      },
    ),
    { seed: 14 },
  );
});

test("an event is handed on as its bytes", () => {
  const event = new peer.ChaincodeEvent();
  event.setEventName("readings");
  event.setPayload(Buffer.from("{}"));
  const generated = new peer.ChaincodeMessage();
  generated.setType(peer.ChaincodeMessage.Type.COMPLETED);
  generated.setChaincodeEvent(event);
  expect(decodeChaincodeMessage(generated.serializeBinary()).event).toEqual(event.serializeBinary());
});

test("requests for keys are read as the generated classes read them", () => {
  fc.assert(
    fc.property(text, bytes, text, (key, value, collection) => {
      const put = new peer.PutState();
      put.setKey(key);
      put.setValue(value);
      put.setCollection(collection);
      expect(decodePutState(put.serializeBinary())).toEqual({ key, value, collection });
      for (const Request of [peer.GetState, peer.DelState, peer.GetStateMetadata]) {
        const request = new Request();
        request.setKey(key);
        request.setCollection(collection);
        expect(decodeKeyRequest(request.serializeBinary())).toEqual({ key, collection });
      }
    }),
    { seed: 15 },
  );
});

test("cut or arbitrary bytes are refused or read, within their bounds", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (garbage) => {
      try {
        decodeChaincodeMessage(garbage);
      } catch (error) {
        expect((error as Error).message).toMatch(/cut short|too long|wire type/);
      }
    }),
    { seed: 16, numRuns: 1000 },
  );
});
