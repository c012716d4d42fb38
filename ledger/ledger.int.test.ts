import { CommitError, EndorseError, GatewayError } from "@hyperledger/fabric-gateway";
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
    expect(CommitError).toBeDefined();
  });
});
