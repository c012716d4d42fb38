import { EndorseError, GatewayError } from "@hyperledger/fabric-gateway";
import { common, ledger, peer } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClient, type TestClient } from "./testing/client";
import { CHAINCODE, createNetwork, type TestNetwork } from "./testing/network";
import type { TestProcess } from "./testing/processes";
import { buildProposal, processProposal, signProposal } from "./testing/raw";

let network: TestNetwork;
let processes: TestProcess[] = [];
let client: TestClient;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const contract = () => client.network.getContract(CHAINCODE);

beforeAll(async () => {
  network = await createNetwork();
  processes = [...(await network.startContracts()), await network.startLedger()];
  client = connectClient(network.address(0), network.client);
});

afterAll(async () => {
  client?.close();
  await Promise.all(processes.map((process) => process.end()));
  await network?.remove();
});

describe("the public fabric-gateway client, unchanged", () => {
  test("submits, and evaluates what it submitted", async () => {
    expect(text(await contract().submitTransaction("append", "greeting", "hello"))).toBe("hello");
    expect(text(await contract().evaluateTransaction("get", "greeting"))).toBe("hello");
  });

  test("gets the contract's error text in the details of an endorsement", async () => {
    const error = await contract()
      .submitTransaction("fail", "[SEQUENCE_GAP] not the next one")
      .then(() => undefined)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EndorseError);
    expect((error as EndorseError).code).toBe(10);
    expect((error as EndorseError).details).toEqual([
      { address: network.address(0), mspId: "AMSP", message: "chaincode response 500, [SEQUENCE_GAP] not the next one" },
    ]);
  });

  test("gets a contract's error from an evaluation as UNKNOWN", async () => {
    const error = await contract()
      .evaluateTransaction("fail", "no")
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GatewayError);
    expect((error as GatewayError).code).toBe(2);
    expect((error as GatewayError).message).toContain("chaincode response 500, no");
  });

  test("is told of an MVCC conflict by its code", async () => {
    await contract().submitTransaction("put", "contended", "a");
    const proposals = await Promise.all(
      ["b", "c"].map((value) =>
        contract()
          .newProposal("append", { arguments: ["contended", value] })
          .endorse(),
      ),
    );
    const commits = await Promise.all(proposals.map((transaction) => transaction.submit()));
    const codes = await Promise.all(commits.map(async (commit) => (await commit.getStatus()).code));
    expect(codes.sort((left, right) => left - right)).toEqual([0, 11]);
  });

  test("signs offline: bytes go out, signatures come back, the gateway never sees a key", async () => {
    const { signData } = await import("./msp/signature");
    const sign = (message: Uint8Array) => signData(network.client.key, message);
    const { gateway } = client;
    const unsigned = contract().newProposal("append", { arguments: ["offline", "x"] });
    const proposal = gateway.newSignedProposal(unsigned.getBytes(), sign(unsigned.getDigest()));
    const endorsed = await proposal.endorse();
    const commit = await gateway.newSignedTransaction(endorsed.getBytes(), sign(endorsed.getDigest())).submit();
    const status = await gateway.newSignedCommit(commit.getBytes(), sign(commit.getDigest())).getStatus();
    expect(status).toMatchObject({ successful: true, transactionId: unsigned.getTransactionId() });
  });

  test("endorses at the organisations that it names", async () => {
    const transaction = await contract()
      .newProposal("put", { arguments: ["named", "1"], endorsingOrganizations: ["BMSP", "CMSP"] })
      .endorse();
    const status = await (await transaction.submit()).getStatus();
    expect(status.successful).toBe(true);
  });

  test("is told which peer answered differently when a contract is not deterministic", async () => {
    const error = await contract()
      .submitTransaction("random", "key")
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EndorseError);
    expect((error as EndorseError).code).toBe(10);
    expect((error as EndorseError).details.map((detail) => detail.message)).toContain("ProposalResponsePayloads do not match");
  });

  test("waits for a commit whose status it asks before the transaction is submitted", async () => {
    const transaction = await contract()
      .newProposal("put", { arguments: ["early", "1"] })
      .endorse();
    const commit = await transaction.submit();
    const again = client.gateway.newCommit(commit.getBytes());
    const [first, second] = await Promise.all([commit.getStatus(), again.getStatus()]);
    expect(second).toEqual(first);
  });
});

async function askAll(chaincode: string, args: string[], issued = network.client): Promise<peer.ProposalResponse[]> {
  const signed = signProposal(issued, buildProposal(issued, { chaincode, args }));
  return await Promise.all(
    [0, 1, 2].map(async (index) => {
      const connection = connectClient(network.address(index), issued);
      try {
        return await processProposal(connection.connection, signed);
      } finally {
        connection.close();
      }
    }),
  );
}

describe("an attested read", () => {
  test("is one payload that all organisations sign, each with its own key", async () => {
    await contract().submitTransaction("put", "attested", "8.170");
    const answers = await askAll(CHAINCODE, ["get", "attested"]);
    const payloads = new Set(answers.map((answer) => Buffer.from(answer.getPayload_asU8()).toString("hex")));
    expect(payloads.size).toBe(1);
    const endorsers = answers.map((answer) => Buffer.from(answer.getEndorsement()?.getEndorser_asU8() ?? []).toString("hex"));
    expect(new Set(endorsers).size).toBe(3);
    const { X509Certificate, verify } = await import("node:crypto");
    for (const [index, mspId] of ["AMSP", "BMSP", "CMSP"].entries()) {
      const endorsement = answers[index]?.getEndorsement();
      const signed = Buffer.concat([
        answers[index]?.getPayload_asU8() ?? new Uint8Array(),
        endorsement?.getEndorser_asU8() ?? new Uint8Array(),
      ]);
      const key = new X509Certificate(network.peer(mspId).certificate).publicKey;
      expect(verify("sha256", signed, key, endorsement?.getSignature_asU8() ?? new Uint8Array())).toBe(true);
    }
  });

  test("carries the versions of what it read, the contract's definition first", async () => {
    const [answer] = await askAll(CHAINCODE, ["get", "attested"]);
    const payload = peer.ProposalResponsePayload.deserializeBinary(answer?.getPayload_asU8() ?? new Uint8Array());
    const action = peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8());
    const sets = ledger.rwset.TxReadWriteSet.deserializeBinary(action.getResults_asU8()).getNsRwsetList();
    expect(sets.map((set) => set.getNamespace())).toEqual(["_lifecycle", CHAINCODE]);
    const [definition, own] = sets.map((set) => ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8()).getReadsList()[0]);
    expect(definition?.getKey()).toBe(`namespaces/fields/${CHAINCODE}/Sequence`);
    expect(definition?.getVersion()?.getBlockNum()).toBe(1);
    expect(own?.getKey()).toBe("attested");
    expect(action.getChaincodeId()?.getVersion()).toBe("1");
  });

  test("of qscc proves a transaction's validity, also to the operator", async () => {
    const proposal = contract().newProposal("put", { arguments: ["proved", "1"] });
    await (await (await proposal.endorse()).submit()).getStatus();
    const answers = await askAll("qscc", ["GetTransactionByID", "testchannel", proposal.getTransactionId()], network.operator);
    expect(new Set(answers.map((answer) => Buffer.from(answer.getPayload_asU8()).toString("hex"))).size).toBe(1);
    const processed = peer.ProcessedTransaction.deserializeBinary(answers[0]?.getResponse()?.getPayload_asU8() ?? new Uint8Array());
    expect(processed.getValidationcode()).toBe(peer.TxValidationCode.VALID);
    expect(answers.every((answer) => answer.getEndorsement() !== undefined)).toBe(true);
  });

  test("of qscc finds blocks by number, hash and transaction, and says so when there is none", async () => {
    const ask = async (...args: string[]) => (await askAll("qscc", args))[0]?.getResponse();
    const byNumber = await ask("GetBlockByNumber", "testchannel", "1");
    const block = common.Block.deserializeBinary(byNumber?.getPayload_asU8() ?? new Uint8Array());
    expect(block.getHeader()?.getNumber()).toBe(1);
    for (const missing of [
      ["GetBlockByNumber", "testchannel", "999999"],
      ["GetTransactionByID", "testchannel", "00"],
      ["GetBlockByTxID", "testchannel", "00"],
      ["GetBlockByHash", "testchannel", "00"],
      ["GetChainInfo", "elsewhere"],
      ["Nothing", "testchannel", "1"],
    ]) {
      expect((await ask(...missing))?.getStatus()).toBe(500);
    }
  });
});

describe("a contract's view of the state", () => {
  const evaluate = async (...args: [string, ...string[]]) => text(await contract().evaluateTransaction(...args));

  test("does not show its own writes", async () => {
    await contract().submitTransaction("put", "own", "committed");
    expect(await evaluate("ownWrite", "own", "mine")).toBe("committed");
  });

  test("gives ranges of any length in key order, in pages when asked", async () => {
    await contract().submitTransaction("fill", "r", "250");
    const all = JSON.parse(await evaluate("range", "r", "s")) as string[];
    expect(all).toHaveLength(250);
    expect(all).toEqual([...all].sort());
    const page = JSON.parse(await evaluate("page", "r", "s", "100", "")) as { found: string[]; bookmark: string };
    expect(page.found).toHaveLength(100);
    expect(page.bookmark).toBe("r00100");
    const last = JSON.parse(await evaluate("page", "r", "s", "100", "r00200")) as { found: string[]; bookmark: string };
    expect(last).toEqual({ found: all.slice(200).map((entry) => entry.split("=")[0]), bookmark: "" });
  });

  test("is guarded against phantoms in short and in long ranges", async () => {
    for (const size of [3, 120]) {
      const prefix = `phantom-${size}-`;
      await contract().submitTransaction("fill", prefix, String(size));
      const counted = await contract()
        .newProposal("count", { arguments: [prefix, `${prefix}~`, `count-${size}`] })
        .endorse();
      await contract().submitTransaction("put", `${prefix}00001x`, "phantom");
      expect((await (await counted.submit()).getStatus()).code).toBe(peer.TxValidationCode.PHANTOM_READ_CONFLICT);
      const undisturbed = await contract()
        .newProposal("count", { arguments: [prefix, `${prefix}~`, `count-${size}`] })
        .endorse();
      await contract().submitTransaction("put", `elsewhere-${size}`, "1");
      expect((await (await undisturbed.submit()).getStatus()).successful).toBe(true);
    }
  });

  test("has no qscc in it: Fabric refuses that call, and so does this ledger", async () => {
    const answer = JSON.parse(await evaluate("system", "qscc", "GetChainInfo", "testchannel")) as { status: number; message: string };
    expect(answer.status).toBe(500);
    expect(answer.message).toContain("Rejecting invoke of QSCC from another chaincode");
  });
});

describe("a contract process", () => {
  test("may die and come back: evaluations go elsewhere meanwhile, endorsements name the peer", async () => {
    await contract().submitTransaction("put", "kept", "hello");
    const slow = contract()
      .evaluateTransaction("slow", "1000")
      .catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await processes[0]?.end("SIGKILL");
    // The own organisation's contract is gone: an evaluation goes to another organisation.
    expect(text(await contract().evaluateTransaction("get", "kept"))).toBe("hello");
    const refused = await contract()
      .submitTransaction("put", "gone", "1")
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(EndorseError);
    expect((refused as EndorseError).details[0]?.message).toMatch(/could not launch chaincode|chaincode stream terminated/);
    processes[0] = await network.startContract(0);
    await expect(contract().submitTransaction("put", "back", "1")).resolves.toBeDefined();
    // It ran on the contract that died, and then once more on another organisation's.
    expect(text((await slow) as Uint8Array)).toBe("1000");
  });
});
