/** What a contract sees of its caller, and what its caller hears of its errors. */
import { peer } from "@hyperledger/fabric-protos";
import type { Bench } from "../bench";
import type { Case, Facts } from "../case";

async function callAtEachStage(bench: Bench, ...args: string[]): Promise<Facts> {
  const signed = () => bench.sign(bench.propose({ args }));
  return {
    endorser: await bench.toldAnswer(bench.process(signed())),
    "Gateway Evaluate": await bench.told(bench.evaluate(signed())),
    "Gateway Endorse": await bench.told(bench.endorse(signed())),
    "Gateway Endorse, at another organisation alone": await bench.told(bench.endorse(signed(), [1])),
  };
}

export const contractCases: readonly Case[] = [
  {
    id: "contract/error",
    title: "a contract's error text reaches the caller whole, at every stage",
    why: "Machine codes travel in it (`[SEQUENCE_GAP] …`).",
    run: (bench) => callAtEachStage(bench, "fail", "[SEQUENCE_GAP] not the next one"),
  },
  {
    id: "contract/error-text",
    title: "an error text in other scripts, with line breaks and without end",
    why: "Texts are for people of all languages.",
    run: (bench) => callAtEachStage(bench, "fail", "Kühlkette unterbrochen\n冷链 ❄"),
  },
  {
    id: "contract/no-function",
    title: "a function that the contract does not have is the contract's own error",
    why: "A client of another version must be told.",
    run: (bench) => callAtEachStage(bench, "nothing"),
  },
  {
    id: "contract/attributes",
    title: "a contract reads organisation and attributes from the creator's certificate",
    why: "Calibration facts are attributes of the identity that signed the batch.",
    async run(bench) {
      const attributes = { role: "sensor", calibration: "CERT-1 ü", "abac.init": "true" };
      const sender = await bench.mint(0, { commonName: "sensor-1", units: ["client"], attributes });
      const args = ["whoami", "role", "calibration", "abac.init", "absent"];
      const answer = await bench.process(bench.sign(bench.propose({ args }, sender), sender));
      const { mspId, attributes: seen } = JSON.parse(Buffer.from(answer.getResponse()?.getPayload_asU8() ?? []).toString()) as {
        mspId: string;
        attributes: Record<string, string | null>;
      };
      return { organisation: bench.tell(mspId), attributes: Object.entries(seen).map(([name, value]) => `${name}=${value}`) };
    },
  },
  {
    id: "contract/timestamp",
    title: "a contract sees the proposal's timestamp, not the peer's clock",
    why: "All endorsers compute the same times.",
    async run(bench) {
      const timestamp = Math.floor(Date.now() / 1000) * 1000 - 60_000;
      const answer = await bench.process(bench.sign(bench.propose({ args: ["whoami"], timestamp })));
      const seen = JSON.parse(Buffer.from(answer.getResponse()?.getPayload_asU8() ?? []).toString()) as { timestamp: number };
      return { "is the proposal's": seen.timestamp === timestamp };
    },
  },
  {
    id: "contract/transient",
    title: "transient data reaches the contract and not the transaction",
    why: "What must not stand on the ledger has a way in.",
    async run(bench) {
      const proposal = bench.propose({ args: ["transient", "secret"] });
      const message = peer.Proposal.deserializeBinary(proposal.bytes);
      const payload = peer.ChaincodeProposalPayload.deserializeBinary(message.getPayload_asU8());
      payload.getTransientmapMap().set("secret", Buffer.from("whispered"));
      message.setPayload(payload.serializeBinary());
      const signed = bench.sign({ ...proposal, bytes: message.serializeBinary() });
      const answer = await bench.process(signed);
      const prepared = await bench.endorse(signed);
      const code = await bench.outcome(bench.signed(prepared), proposal.transactionId);
      return {
        seen: Buffer.from(answer.getResponse()?.getPayload_asU8() ?? []).toString(),
        "transaction holds the map": Buffer.from(prepared.getPayload_asU8()).includes("secret\u0012"),
        code,
      };
    },
  },
  {
    id: "contract/other-contract",
    title: "a call of a contract that does not exist is an error of the call",
    why: "Contracts of one channel may call each other.",
    run: async (bench) => ({
      answer: bench.tell(await bench.query("system", "nothing", "get", "key").catch((error: unknown) => String(error))),
    }),
  },
];
