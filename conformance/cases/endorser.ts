/** The endorser asked directly: attested reads, and the query system contract. */
import { verify, X509Certificate } from "node:crypto";
import { common, ledger, msp, peer } from "@hyperledger/fabric-protos";
import { type Bench, digest, hex } from "../bench";
import { codesById } from "../blocks";
import type { Case, Facts } from "../case";
import { seekBlocks } from "../streams";
import { codeName } from "../tell";

const payloadOf = (answer: peer.ProposalResponse | undefined) => answer?.getResponse()?.getPayload_asU8() ?? new Uint8Array();

/** The same signed question at all organisations' endorsers. */
async function askAll(bench: Bench, chaincode: string, args: readonly string[], sender = bench.member): Promise<peer.ProposalResponse[]> {
  const signed = bench.sign(bench.propose({ chaincode, args }, sender), sender);
  return await Promise.all(bench.target.organisations.map((_, index) => bench.process(signed, index)));
}

/** Whether the answer's endorsement verifies by itself, over payload and endorser. */
function endorsementVerifies(answer: peer.ProposalResponse, mspId: string): boolean {
  const endorser = answer.getEndorsement()?.getEndorser_asU8() ?? new Uint8Array();
  const identity = msp.SerializedIdentity.deserializeBinary(endorser);
  const key = new X509Certificate(Buffer.from(identity.getIdBytes_asU8())).publicKey;
  const signed = Buffer.concat([answer.getPayload_asU8(), endorser]);
  return identity.getMspid() === mspId && verify("sha256", signed, key, answer.getEndorsement()?.getSignature_asU8() ?? new Uint8Array());
}

function attestation(bench: Bench, answers: readonly peer.ProposalResponse[]): Facts {
  return {
    "equal payloads": new Set(answers.map((answer) => hex(answer.getPayload_asU8()))).size === 1,
    "signatures verify": answers.every((answer, index) => endorsementVerifies(answer, bench.mspId(index))),
    version: answers.map((answer) => String(answer.getVersion())),
    status: answers.map((answer) => String(answer.getResponse()?.getStatus())),
  };
}

export const endorserCases: readonly Case[] = [
  {
    id: "attested/read",
    title: "one question to three organisations gives one payload, byte for byte, under three signatures",
    why: "The attested read: what is committed is proved to a device, a browser or a file.",
    async run(bench) {
      const key = bench.key("attested");
      await bench.transact("put", key, "8.170");
      const answers = await askAll(bench, bench.target.chaincode, ["get", key]);
      return { ...attestation(bench, answers), value: Buffer.from(payloadOf(answers[0])).toString() };
    },
  },
  {
    id: "attested/payload",
    title: "the signed payload holds the proposal's hash, what was read with versions, and the answer",
    why: "A light client rebuilds and checks it.",
    async run(bench) {
      const key = bench.key("payload");
      await bench.transact("put", key, "8.170");
      const proposal = bench.propose({ args: ["get", key] });
      const answer = await bench.process(bench.sign(proposal));
      const payload = peer.ProposalResponsePayload.deserializeBinary(answer.getPayload_asU8());
      const action = peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8());
      const sets = ledger.rwset.TxReadWriteSet.deserializeBinary(action.getResults_asU8()).getNsRwsetList();
      const inner = sets.map((set) => ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8()));
      const header = proposal.header;
      const expected = digest(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), proposal.payload);
      return {
        "proposal hash": hex(payload.getProposalHash_asU8()) === expected,
        namespaces: sets.map((set) => bench.tell(set.getNamespace())),
        "keys read": inner.map((set) =>
          set
            .getReadsList()
            .map((read) => read.getKey().replace(key, "<key>"))
            .join(" "),
        ),
        "reads have versions": inner.map((set) => String(set.getReadsList().every((read) => read.getVersion() !== undefined))),
        writes: inner.map((set) => String(set.getWritesList().length)),
        "contract and version": `${action.getChaincodeId()?.getName()} ${action.getChaincodeId()?.getVersion()}`,
        "answer in the payload": Buffer.from(action.getResponse()?.getPayload_asU8() ?? []).toString(),
        events: action.getEvents_asU8().length,
        "rewritten by our codec": hex(rewritten(payload, action)) === hex(answer.getPayload_asU8()),
      };
    },
  },
  {
    id: "attested/event",
    title: "a contract's event stands in the signed payload with the transaction's id",
    why: "Violations are told by one event per transaction.",
    async run(bench) {
      const proposal = bench.propose({ args: ["event", "told", "payload"] });
      const answer = await bench.process(bench.sign(proposal));
      const payload = peer.ProposalResponsePayload.deserializeBinary(answer.getPayload_asU8());
      const event = peer.ChaincodeEvent.deserializeBinary(
        peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8()).getEvents_asU8(),
      );
      return {
        name: event.getEventName(),
        payload: Buffer.from(event.getPayload_asU8()).toString(),
        contract: event.getChaincodeId(),
        "transaction id": event.getTxId() === proposal.transactionId,
      };
    },
  },
  {
    id: "attested/transaction",
    title: "qscc proves a transaction's validity: equal payloads with the code inside, also to the operator",
    why: "Evidence that one transaction is VALID, without trusting a block stream.",
    async run(bench) {
      const transactionId = await bench.transact("put", bench.key("proved"), "1");
      const answers = await askAll(bench, "qscc", ["GetTransactionByID", bench.target.channel, transactionId], bench.operator);
      const processed = peer.ProcessedTransaction.deserializeBinary(payloadOf(answers[0]));
      const payload = peer.ProposalResponsePayload.deserializeBinary(answers[0]?.getPayload_asU8() ?? new Uint8Array());
      const action = peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8());
      return {
        ...attestation(bench, answers),
        code: codeName(processed.getValidationcode()),
        "holds the transaction": processed.getTransactionenvelope() !== undefined,
        "contract and version": `${action.getChaincodeId()?.getName()} ${action.getChaincodeId()?.getVersion()}`,
        results: action.getResults_asU8().length,
        "code inside the signed payload": hex(action.getResponse()?.getPayload_asU8() ?? new Uint8Array()) === hex(payloadOf(answers[0])),
      };
    },
  },
  {
    id: "attested/invalid-transaction",
    title: "qscc tells an invalid transaction's code and contents as well",
    why: "A refusal at commit can be proved too.",
    async run(bench) {
      const proposal = bench.propose({ args: ["put", bench.key("alone"), "1"] });
      await bench.outcome(await bench.assemble(proposal, [0]), proposal.transactionId);
      const answer = await bench.ask("qscc", ["GetTransactionByID", bench.target.channel, proposal.transactionId]);
      return { code: codeName(peer.ProcessedTransaction.deserializeBinary(payloadOf(answer)).getValidationcode()) };
    },
  },
  {
    id: "attested/ranges",
    title: "ranges stand in the signed payload as they were read: bounds, versions, a Merkle summary for long ones",
    why: "Validation on every peer recomputes them; so does the projection.",
    async run(bench) {
      const prefix = `${bench.key("ranges")}-`;
      await bench.transact("fill", prefix, "120");
      const range = async (...args: string[]) => {
        const answer = await bench.process(bench.sign(bench.propose({ args })));
        const payload = peer.ProposalResponsePayload.deserializeBinary(answer.getPayload_asU8());
        const action = peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8());
        const sets = ledger.rwset.TxReadWriteSet.deserializeBinary(action.getResults_asU8()).getNsRwsetList();
        const own = sets.find((set) => set.getNamespace() === bench.target.chaincode);
        const queries = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(own?.getRwset_asU8() ?? new Uint8Array()).getRangeQueriesInfoList();
        return queries.map((query) => {
          const summary = query.getReadsMerkleHashes();
          const reads =
            summary === undefined
              ? `${query.getRawReads()?.getKvReadsList().length ?? 0} reads`
              : `degree ${summary.getMaxDegree()}, level ${summary.getMaxLevel()}, ${summary.getMaxLevelHashesList().length} hashes`;
          const bounds = `${query.getStartKey()} to ${query.getEndKey()}`.replaceAll(prefix, "");
          return `${bounds}, ${query.getItrExhausted() ? "exhausted" : "left"}: ${reads}`;
        });
      };
      return {
        short: await range("range", `${prefix}00000`, `${prefix}00003`),
        empty: await range("range", `${prefix}x`, `${prefix}y`),
        fifty: await range("range", `${prefix}00000`, `${prefix}00050`),
        "fifty-one": await range("range", `${prefix}00000`, `${prefix}00051`),
        long: await range("range", prefix, `${prefix}~`),
        "long, left after ten": await range("range", prefix, `${prefix}~`, "10"),
        page: await range("page", prefix, `${prefix}~`, "10", ""),
        "last page": await range("page", prefix, `${prefix}~`, "10", `${prefix}00115`),
      };
    },
  },
  {
    id: "qscc/gateway",
    title: "qscc can be evaluated through the Gateway and not endorsed through it",
    why: "Attested reads of qscc go to the endorsers directly.",
    async run(bench) {
      const signed = () => bench.sign(bench.propose({ chaincode: "qscc", args: ["GetChainInfo", bench.target.channel] }));
      return {
        "Gateway Evaluate": await bench.told(bench.evaluate(signed())),
        "Gateway Endorse": await bench.told(bench.endorse(signed())),
        "Gateway Endorse, at another organisation alone": await bench.told(bench.endorse(signed(), [1])),
      };
    },
  },
  {
    id: "qscc/blocks",
    title: "qscc finds a block by number, by hash and by a transaction in it",
    why: "Evidence is gathered from whichever end is known.",
    async run(bench) {
      const { channel } = bench.target;
      const transactionId = await bench.transact("put", bench.key("found"), "1");
      const block = async (...args: (string | Uint8Array)[]) => common.Block.deserializeBinary(payloadOf(await bench.ask("qscc", args)));
      const byId = await block("GetBlockByTxID", channel, transactionId);
      const number = byId.getHeader()?.getNumber() ?? -1;
      const byNumber = await block("GetBlockByNumber", channel, String(number));
      const next = await seekBlocks(bench, { start: number, stop: number });
      const info = common.BlockchainInfo.deserializeBinary(payloadOf(await bench.ask("qscc", ["GetChainInfo", channel])));
      const byHash = await block("GetBlockByHash", channel, Buffer.from(info.getCurrentblockhash_asU8()));
      return {
        "same block by number": hex(byId.serializeBinary()) === hex(byNumber.serializeBinary()),
        "same block as delivered": hex(next[0]?.serializeBinary() ?? new Uint8Array()) === hex(byNumber.serializeBinary()),
        "code of the transaction": codesById([byId], transactionId),
        "block of the current hash is the last": (byHash.getHeader()?.getNumber() ?? -1) === info.getHeight() - 1,
      };
    },
  },
  {
    id: "qscc/refusals",
    title: "what qscc does not find or understand is an unsigned answer with a reason",
    why: '"Not found" is no proof of anything.',
    async run(bench) {
      const { channel } = bench.target;
      const ask = (...args: string[]) => bench.toldAnswer(bench.ask("qscc", args));
      return {
        "a block that is not there": await ask("GetBlockByNumber", channel, "999999"),
        "no number": await ask("GetBlockByNumber", channel, "one"),
        "an id that is not there": await ask("GetTransactionByID", channel, "00"),
        "an empty id": await ask("GetTransactionByID", channel, ""),
        "a block by an id that is not there": await ask("GetBlockByTxID", channel, "00"),
        "a hash that is not there": await ask("GetBlockByHash", channel, "00"),
        "another channel": await ask("GetChainInfo", "elsewhere"),
        "an unknown function": await ask("Nothing", channel, "1"),
        "a missing argument": await ask("GetBlockByNumber", channel),
        "no argument": await ask(),
        "only a function": await ask("GetChainInfo"),
      };
    },
  },
  {
    id: "qscc/from-contract",
    title: "a contract cannot ask qscc",
    why: "So a contract does not know the height; the attested read takes it from elsewhere.",
    run: async (bench) => ({ answer: bench.tell(await bench.query("system", "qscc", "GetChainInfo", bench.target.channel)) }),
  },
];

/** The payload taken apart and written again: Fabric's bytes and those of our protobuf library must be the same. */
function rewritten(payload: peer.ProposalResponsePayload, action: peer.ChaincodeAction): Uint8Array {
  const copy = new peer.ProposalResponsePayload();
  copy.setProposalHash(payload.getProposalHash_asU8());
  copy.setExtension$(action.serializeBinary());
  return copy.serializeBinary();
}
