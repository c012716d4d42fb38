import { EndorseError, GatewayError } from "@hyperledger/fabric-gateway";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClient, type TestClient } from "./testing/client";
import { CHAINCODE, createNetwork, type TestNetwork } from "./testing/network";
import type { TestProcess } from "./testing/processes";

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

describe("a contract's view of the state", () => {
  const evaluate = async (...args: [string, ...string[]]) => text(await contract().evaluateTransaction(...args));

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
