import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signData } from "./msp/signature";
import { connectClient, type TestClient } from "./testing/client";
import type { Issued } from "./testing/material";
import { createNetwork, type TestNetwork } from "./testing/network";
import type { TestProcess } from "./testing/processes";
import { buildProposal, buildTransaction, endorse, processProposal, signEnvelope, signProposal, submit } from "./testing/raw";

/** What cannot be asked of a real network without changing its configuration; everything else an attacker may try stands in room conformance/. */
let network: TestNetwork;
let processes: TestProcess[] = [];
let client: TestClient;
let revoked: Issued;

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { details: string }).details;
  }
  throw new Error("it was not refused");
}

beforeAll(async () => {
  network = await createNetwork();
  const authority = network.authority("AMSP");
  revoked = await authority.issue({ commonName: "revoked", units: ["client"] });
  await writeFile(join(network.folder, "a.crl.pem"), await authority.revoke(revoked.serial));
  const [first, ...others] = network.settings.organisations;
  if (first === undefined) throw new Error("no organisation");
  await network.configure({ ...network.settings, organisations: [{ ...first, crls: ["a.crl.pem"] }, ...others] });
  processes = [...(await network.startContracts()), await network.startLedger()];
  client = connectClient(network.address(0), network.client);
});

afterAll(async () => {
  client?.close();
  await Promise.all(processes.map((process) => process.end()));
  await network?.remove();
});

describe("a revoked creator", () => {
  test("is refused by the endorser", async () => {
    const proposal = signProposal(revoked, buildProposal(revoked));
    expect(await failure(processProposal(client.connection, proposal))).toMatch(
      /access denied: channel \[testchannel\] creator org \[AMSP\]/,
    );
  });

  test("is refused by the orderer, also with a transaction that somebody else had endorsed", async () => {
    const prepared = (
      await endorse(client.connection, signProposal(network.client, buildProposal(network.client)))
    ).getPreparedTransaction();
    const others = signEnvelope(network.client, prepared?.getPayload_asU8() ?? new Uint8Array());
    others.setSignature(signData(revoked.key, others.getPayload_asU8()));
    const own = buildTransaction(revoked, buildProposal(revoked), Buffer.from("x"), []);
    for (const envelope of [others, own]) expect(await failure(submit(client.connection, envelope))).toMatch(/status=FORBIDDEN/);
  });
});
