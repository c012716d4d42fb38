/** What the Gateway and the orderer take for ordering. */
import { common } from "@hyperledger/fabric-protos";
import { signEnvelope } from "../../ledger/testing/raw";
import type { Bench } from "../bench";
import { signatureOf } from "../bench";
import type { Case } from "../case";

const GARBAGE = Buffer.from("this is no message of any kind");

function envelopeOf(bench: Bench, header: common.Header | undefined, data = "not a transaction"): common.Envelope {
  const payload = new common.Payload();
  if (header !== undefined) payload.setHeader(header);
  payload.setData(Buffer.from(data));
  return signEnvelope(bench.member.issued, payload.serializeBinary());
}

export const submitCases: readonly Case[] = [
  {
    id: "submit/form",
    title: "what cannot be ordered is refused with the reason, before it is ordered",
    why: "A proxy tells a device at which stage its transaction ended.",
    async run(bench) {
      const { header } = bench.propose();
      const told = (envelope: common.Envelope, channel?: string) => bench.told(bench.submit(envelope, channel));
      const unsigned = envelopeOf(bench, header);
      unsigned.setSignature("");
      const empty = new common.Envelope();
      empty.setSignature(signatureOf(bench.member, new Uint8Array()));
      const { header: configuration } = bench.propose({ type: common.HeaderType.CONFIG });
      const { header: elsewhere } = bench.propose({ channel: "elsewhere" });
      return {
        "no signature": await told(unsigned),
        "no payload": await told(empty),
        "a payload that is none": await told(signEnvelope(bench.member.issued, GARBAGE)),
        "no header": await told(envelopeOf(bench, undefined)),
        "the request names another channel": await told(envelopeOf(bench, header), "elsewhere"),
        "the header names another channel": await told(envelopeOf(bench, elsewhere)),
        "a configuration": await told(envelopeOf(bench, configuration)),
      };
    },
  },
  {
    id: "submit/not-a-transaction",
    title: "an envelope that holds no transaction is ordered and found invalid",
    why: "The orderer does not look inside: readers must live with whatever stands in a block.",
    async run(bench) {
      const proposal = bench.propose();
      const envelope = envelopeOf(bench, proposal.header);
      return { "Gateway Submit": await bench.told(bench.submit(envelope)), code: await bench.code(proposal.transactionId) };
    },
  },
  {
    id: "submit/foreign-id",
    title: "a transaction under an id that is not its own is ordered and invalid",
    why: "An id belongs to one sender and one nonce: nobody can occupy another's.",
    async run(bench) {
      const honest = bench.propose({ args: ["put", bench.key("honest"), "1"] });
      const prepared = await bench.endorse(bench.sign(honest));
      await bench.submit(bench.unendorsed(bench.propose({ transactionId: honest.transactionId })));
      await bench.transact("put", bench.key("after"), "1"); // Behind it, so that the thief's is committed.
      const submitted = await bench.told(bench.submit(bench.signed(prepared)));
      await bench.transact("put", bench.key("after"), "1");
      return { "Gateway Submit of the honest one": submitted, "code of the id": await bench.code(honest.transactionId) };
    },
  },
];
