import type { EndorseError } from "@hyperledger/fabric-gateway";
import { peer } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClient, type TestClient } from "./testing/client";
import { CHAINCODE, createNetwork, type TestNetwork } from "./testing/network";
import type { TestProcess } from "./testing/processes";
import { buildProposal, buildTransaction, commitCode, endorse, processProposal, signEnvelope, signProposal, submit } from "./testing/raw";
import { signaturePolicy } from "./wire/signature-policy";

const { VALID, ENDORSEMENT_POLICY_FAILURE } = peer.TxValidationCode;
const policy = (threshold: number, ...mspIds: string[]) =>
  Buffer.from(signaturePolicy(threshold, mspIds, "PEER").serializeBinary()).toString("hex");

let network: TestNetwork;
let contracts: TestProcess[] = [];
let ledger: TestProcess;
let client: TestClient;
const contract = () => client.network.getContract(CHAINCODE);
const get = async (name: string, key: string) => Buffer.from(await contract().evaluateTransaction(name, key)).toString();

beforeAll(async () => {
  network = await createNetwork();
  [contracts, ledger] = await Promise.all([network.startContracts(), network.startLedger()]);
  client = connectClient(network.address(0), network.client);
  await contract().submitTransaction("protect", "guarded", "first", policy(2, "BMSP", "CMSP"));
});

afterAll(async () => {
  client?.close();
  await Promise.all([...contracts, ledger].map((process) => process?.end()));
  await network?.remove();
});

/** Validation code of a call that exactly these organisations endorse. */
async function codeBy(organisations: string[], ...args: string[]): Promise<number> {
  const proposal = buildProposal(network.client, { args });
  const prepared = (await endorse(client.connection, signProposal(network.client, proposal), organisations)).getPreparedTransaction();
  await submit(client.connection, signEnvelope(network.client, prepared?.getPayload_asU8() ?? new Uint8Array()));
  return commitCode(client.connection, network.client, proposal.transactionId);
}

describe("a key with a policy of its own", () => {
  test("is changed by whom the policy names, not by any two", async () => {
    expect(await codeBy(["AMSP", "BMSP"], "put", "guarded", "second")).toBe(ENDORSEMENT_POLICY_FAILURE);
    expect(await get("get", "guarded")).toBe("first");
    expect(await codeBy(["BMSP", "CMSP"], "put", "guarded", "second")).toBe(VALID);
    expect(await get("get", "guarded")).toBe("second");
  });

  test("keeps its policy when its value changes, and loses it with the key", async () => {
    expect(await get("policyOf", "guarded")).toBe(policy(2, "BMSP", "CMSP"));
    await contract().submitTransaction("protect", "short", "x", policy(2, "BMSP", "CMSP"));
    expect(await codeBy(["AMSP", "BMSP"], "del", "short")).toBe(ENDORSEMENT_POLICY_FAILURE);
    expect(await codeBy(["BMSP", "CMSP"], "del", "short")).toBe(VALID);
    expect(await codeBy(["AMSP", "BMSP"], "put", "short", "y")).toBe(VALID);
    expect(await get("policyOf", "short")).toBe("");
  });

  test("guards its own policy: only those whom it names can loosen it", async () => {
    expect(await codeBy(["AMSP", "BMSP"], "protect", "guarded", "third", policy(1, "AMSP"))).toBe(ENDORSEMENT_POLICY_FAILURE);
    expect(await get("policyOf", "guarded")).toBe(policy(2, "BMSP", "CMSP"));
  });

  test("does not free a transaction from the contract's own policy for its other keys", async () => {
    await contract().submitTransaction("protect", "easy", "x", policy(1, "AMSP"));
    expect(await codeBy(["AMSP"], "put", "easy", "y")).toBe(VALID);
    expect(await codeBy(["AMSP"], "put", "free", "y")).toBe(ENDORSEMENT_POLICY_FAILURE);
  });
});

describe("the Gateway", () => {
  test("asks those whom the policy names, its own organisation among them or not", async () => {
    await contract().submitTransaction("put", "guarded", "by the gateway");
    expect(await get("get", "guarded")).toBe("by the gateway");
  });

  test("says so when one of them does not answer", async () => {
    await contracts[2]?.end();
    try {
      const refused = await contract()
        .submitTransaction("put", "guarded", "without C")
        .then(
          () => undefined,
          (error: EndorseError) => error,
        );
      expect(refused?.details.some(({ mspId }) => mspId === "CMSP")).toBe(true);
      await contract().submitTransaction("put", "unguarded", "goes on");
    } finally {
      contracts[2] = await network.startContract(2);
    }
  });
});

test("one organisation's invented write set is refused, whatever key it names", async () => {
  const proposal = buildProposal(network.client, { args: ["put", "guarded", "mine"] });
  const response = await processProposal(client.connection, signProposal(network.client, proposal));
  const own = response.getEndorsement();
  const envelope = buildTransaction(network.client, proposal, response.getPayload_asU8(), own ? [own, own] : []);
  await submit(client.connection, envelope);
  expect(await commitCode(client.connection, network.client, proposal.transactionId)).toBe(ENDORSEMENT_POLICY_FAILURE);
});

test("a policy without its key's value is refused: the one thing that this ledger does not have", async () => {
  await expect(contract().submitTransaction("policyOnly", "guarded", policy(1, "AMSP"))).rejects.toThrow();
  expect(await get("policyOf", "guarded")).toBe(policy(2, "BMSP", "CMSP"));
});

test("policies survive a kill", async () => {
  await ledger.end("SIGKILL");
  ledger = await network.startLedger();
  expect(await codeBy(["AMSP", "BMSP"], "put", "guarded", "after the kill")).toBe(ENDORSEMENT_POLICY_FAILURE);
  expect(await codeBy(["BMSP", "CMSP"], "put", "guarded", "after the kill")).toBe(VALID);
});
