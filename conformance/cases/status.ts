/** What became of a transaction, asked at the Gateway. */
import { gateway } from "@hyperledger/fabric-protos";
import { call } from "../../ledger/testing/raw";
import { type Bench, deadline } from "../bench";
import type { Case } from "../case";
import { codeName } from "../tell";

const codeOf = (answer: gateway.CommitStatusResponse) => codeName(answer.getResult());

function rawStatus(bench: Bench, change: (signed: gateway.SignedCommitStatusRequest) => void): Promise<string> {
  const signed = bench.statusRequest("00".repeat(32));
  change(signed);
  const read = gateway.CommitStatusResponse.deserializeBinary;
  return bench.told(call(bench.client(), "/gateway.Gateway/CommitStatus", signed, read, deadline(3_000)), codeOf);
}

export const statusCases: readonly Case[] = [
  {
    id: "status/before-after",
    title: "a status asked before submission is answered at commit, one asked afterwards at once, with the same code and block",
    why: "The proxy listens before it sends, and asks again after a restart.",
    async run(bench) {
      const { envelope, transactionId } = await bench.prepare("put", bench.key("early"), "1");
      const request = bench.statusRequest(transactionId);
      const early = bench.commitStatus(request);
      await bench.submit(envelope);
      const first = await early;
      const second = await bench.commitStatus(request);
      const other = await bench.commitStatus(request, 2);
      return {
        code: codeOf(first),
        "same block afterwards": second.getBlockNumber() === first.getBlockNumber(),
        "same block at another organisation": other.getBlockNumber() === first.getBlockNumber(),
      };
    },
  },
  {
    id: "status/invalid",
    title: "the status of an invalid transaction is its validation code",
    why: "A refusal at commit reaches the device as its own error.",
    async run(bench) {
      const proposal = bench.propose({ args: ["put", bench.key("alone"), "1"] });
      const envelope = await bench.assemble(proposal, [2]);
      await bench.submit(envelope);
      return { code: codeOf(await bench.commitStatus(bench.statusRequest(proposal.transactionId))) };
    },
  },
  {
    id: "status/unknown",
    title: "the status of an id that nobody ever sent is silence until the caller's deadline",
    why: "Silence is no answer: the proxy sets a deadline of its own and says which stage it was.",
    async run(bench) {
      const request = bench.statusRequest("ab".repeat(32));
      return { answer: await bench.toldSilence(() => bench.commitStatus(request, 0, 1_500), 1_500, codeOf) };
    },
  },
  {
    id: "status/request",
    title: "a status request that is not whole is refused by name",
    why: "Bad input does no harm.",
    async run(bench) {
      const request = (change: (request: gateway.CommitStatusRequest) => void) =>
        rawStatus(bench, (signed) => {
          const inner = gateway.CommitStatusRequest.deserializeBinary(signed.getRequest_asU8());
          change(inner);
          signed.setRequest(inner.serializeBinary());
        });
      return {
        "no request": await rawStatus(bench, (signed) => signed.setRequest("")),
        "no identity": await request((inner) => inner.setIdentity("")),
        "no channel": await request((inner) => inner.setChannelId("")),
        "no transaction id": await request((inner) => inner.setTransactionId("")),
      };
    },
  },
  {
    id: "status/channel",
    title: "a status on a channel that does not exist is refused",
    why: "A wrong setting must be found by its error.",
    async run(bench) {
      const request = bench.statusRequest("00".repeat(32), bench.member, "elsewhere");
      return { answer: await bench.told(bench.commitStatus(request, 0, 3_000), codeOf) };
    },
  },
];
