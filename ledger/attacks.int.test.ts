import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { type common, peer } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signData } from "./msp/signature";
import { connectClient, type TestClient } from "./testing/client";
import type { Issued } from "./testing/material";
import { CHAINCODE, createNetwork, type TestNetwork } from "./testing/network";
import type { TestProcess } from "./testing/processes";
import {
  buildProposal,
  buildTransaction,
  commitCode,
  endorse,
  otherS,
  processProposal,
  signEnvelope,
  signProposal,
  submit,
} from "./testing/raw";

const HOUR = 3_600_000;

let network: TestNetwork;
let processes: TestProcess[] = [];
let client: TestClient;
let expired: Issued;
let revoked: Issued;

async function failure(promise: Promise<unknown>): Promise<{ code: number; details: string }> {
  try {
    await promise;
  } catch (error) {
    const { code, details } = error as { code: number; details: string };
    return { code, details };
  }
  throw new Error("it was not refused");
}

/** One endorsement from each named organisation's own endorser. */
async function endorsements(signed: peer.SignedProposal, ...peers: number[]): Promise<peer.ProposalResponse[]> {
  return await Promise.all(
    peers.map(async (index) => {
      const connection = connectClient(network.address(index), network.client);
      try {
        return await processProposal(connection.connection, signed);
      } finally {
        connection.close();
      }
    }),
  );
}

async function outcome(envelope: common.Envelope, transactionId: string): Promise<number> {
  await submit(client.connection, envelope);
  return await commitCode(client.connection, network.client, transactionId);
}

beforeAll(async () => {
  network = await createNetwork();
  const authority = network.authority("AMSP");
  const past = { notBefore: new Date(Date.now() - 2 * HOUR), notAfter: new Date(Date.now() - HOUR) };
  expired = await authority.issue({ commonName: "expired", units: ["client"], ...past });
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

describe("a proposal is refused", () => {
  const propose = (issued: Issued, raw = {}, sign: (bytes: Uint8Array) => Uint8Array = (bytes) => signData(issued.key, bytes)) => {
    const proposal = buildProposal(issued, raw);
    return failure(processProposal(client.connection, signProposal(issued, proposal, sign(proposal.bytes))));
  };

  test("from an expired creator (attack 10)", async () => {
    expect(await propose(expired)).toEqual({ code: status.UNKNOWN, details: "proposal client identity expired" });
  });

  test("from a revoked creator", async () => {
    expect((await propose(revoked)).details).toMatch(/access denied: channel \[testchannel\] creator org \[AMSP\]/);
  });

  test("from the operator, who is no channel writer (attack 15)", async () => {
    expect((await propose(network.operator)).details).toMatch(/requires 1 of the 'Writers' sub-policies/);
  });

  test("from an identity that no root of the channel issued", async () => {
    const stranger = await (await import("./testing/material")).TestAuthority.create("AMSP");
    const issued = await stranger.issue({ commonName: "client", units: ["client"] });
    expect((await propose(issued)).details).toMatch(/access denied/);
  });

  test("from an identity of an organisation that is not on the channel", async () => {
    expect((await propose({ ...network.client, mspId: "NobodyMSP" })).details).toMatch(/creator org unknown, creator is malformed/);
  });

  test("with a high-S signature (attack 11)", async () => {
    expect((await propose(network.client, {}, (bytes) => otherS(signData(network.client.key, bytes)))).details).toMatch(/access denied/);
  });

  test("when a byte was altered after signing (attack 1)", async () => {
    const honest = buildProposal(network.client, { args: ["put", "temperature", "4.0"] });
    const altered = buildProposal(network.client, { args: ["put", "temperature", "9.0"] });
    const signed = signProposal(network.client, altered, signData(network.client.key, honest.bytes));
    expect((await failure(processProposal(client.connection, signed))).details).toMatch(/access denied/);
  });

  test("with a transaction id that is not its own", async () => {
    expect((await propose(network.client, { transactionId: "00".repeat(32) })).details).toMatch(/incorrectly computed txid/);
  });

  test("with a timestamp outside the window, before and after", async () => {
    for (const offset of [-HOUR, HOUR]) {
      expect((await propose(network.client, { timestamp: Date.now() + offset })).details).toMatch(
        /request unauthorized due to incorrect timestamp/,
      );
    }
  });

  test("with a non-zero epoch or without nonce", async () => {
    expect((await propose(network.client, { epoch: 1 })).details).toMatch(/epoch is non-zero/);
    expect((await propose(network.client, { nonce: new Uint8Array() })).details).toMatch(/nonce is empty/);
  });

  test("for a contract or channel that does not exist, as an answer with status 500", async () => {
    for (const raw of [{ chaincode: "nothing" }, { channel: "elsewhere" }]) {
      const answer = await processProposal(client.connection, signProposal(network.client, buildProposal(network.client, raw)));
      expect(answer.getResponse()?.getStatus()).toBe(500);
      expect(answer.getEndorsement()).toBeUndefined();
    }
  });
});

describe("the orderer refuses", () => {
  test("an envelope of an expired or revoked creator, and one of the operator", async () => {
    const proposal = buildProposal(network.client);
    const signed = signProposal(network.client, proposal);
    const prepared = (await endorse(client.connection, signed)).getPreparedTransaction();
    const payload = prepared?.getPayload_asU8() ?? new Uint8Array();
    const own = signEnvelope(network.client, payload);
    own.setSignature(signData(revoked.key, payload));
    expect((await failure(submit(client.connection, own))).details).toMatch(/status=FORBIDDEN/);
    for (const [issued, text] of [
      [expired, /broadcast client identity expired/],
      [revoked, /status=FORBIDDEN.*permission denied/],
      [network.operator, /status=FORBIDDEN.*'Writers'/],
    ] as const) {
      const theirs = buildTransaction(issued, buildProposal(issued), Buffer.from("x"), []);
      expect((await failure(submit(client.connection, theirs))).details).toMatch(text);
    }
  });

  test("a high-S signature over the transaction", async () => {
    const proposal = buildProposal(network.client);
    const prepared = (await endorse(client.connection, signProposal(network.client, proposal))).getPreparedTransaction();
    const payload = prepared?.getPayload_asU8() ?? new Uint8Array();
    const envelope = signEnvelope(network.client, payload);
    envelope.setSignature(otherS(envelope.getSignature_asU8()));
    expect((await failure(submit(client.connection, envelope))).details).toMatch(/status=FORBIDDEN/);
  });
});

describe("at commit, a transaction is invalid", () => {
  test("when its id is on the ledger already (attack 12), and its proposal is refused from then on", async () => {
    const proposal = buildProposal(network.client, { args: ["put", "once", "1"] });
    const signed = signProposal(network.client, proposal);
    const prepared = (await endorse(client.connection, signed)).getPreparedTransaction();
    const envelope = signEnvelope(network.client, prepared?.getPayload_asU8() ?? new Uint8Array());
    expect(await outcome(envelope, proposal.transactionId)).toBe(peer.TxValidationCode.VALID);
    await submit(client.connection, envelope);
    await client.network.getContract(CHAINCODE).submitTransaction("put", "after", "1");
    expect(await commitCode(client.connection, network.client, proposal.transactionId)).toBe(peer.TxValidationCode.VALID);
    expect((await failure(processProposal(client.connection, signed))).details).toMatch(/duplicate transaction found/);
  });

  test("when one organisation alone endorsed it (attack 13)", async () => {
    const proposal = buildProposal(network.client, { args: ["put", "alone", "1"] });
    const prepared = (await endorse(client.connection, signProposal(network.client, proposal), ["BMSP"])).getPreparedTransaction();
    const envelope = signEnvelope(network.client, prepared?.getPayload_asU8() ?? new Uint8Array());
    expect(await outcome(envelope, proposal.transactionId)).toBe(peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
  });

  test("when one organisation's endorsement stands twice in it", async () => {
    const proposal = buildProposal(network.client, { args: ["put", "twice", "1"] });
    const signed = signProposal(network.client, proposal);
    const [first, second] = await endorsements(signed, 0, 0);
    const both = [first?.getEndorsement(), second?.getEndorsement()].flatMap((entry) => entry ?? []);
    const envelope = buildTransaction(network.client, proposal, first?.getPayload_asU8() ?? new Uint8Array(), both);
    expect(await outcome(envelope, proposal.transactionId)).toBe(peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
  });

  test("when the endorsed payload was swapped for another one (attack 2)", async () => {
    const proposal = buildProposal(network.client, { args: ["put", "swapped", "1"] });
    const other = buildProposal(network.client, { args: ["put", "swapped", "2"] });
    const responses = await endorsements(signProposal(network.client, other), 0, 1);
    const both = responses.flatMap((response) => response.getEndorsement() ?? []);
    const envelope = buildTransaction(network.client, proposal, responses[0]?.getPayload_asU8() ?? new Uint8Array(), both);
    expect(await outcome(envelope, proposal.transactionId)).toBe(peer.TxValidationCode.INVALID_ENDORSER_TRANSACTION);
  });

  test("when the written value was altered after endorsement", async () => {
    const proposal = buildProposal(network.client, { args: ["put", "altered", "4.0"] });
    const responses = await endorsements(signProposal(network.client, proposal), 0, 1);
    const payload = Buffer.from(responses[0]?.getPayload_asU8() ?? new Uint8Array());
    payload.write("9.0", payload.indexOf("4.0"));
    const both = responses.flatMap((response) => response.getEndorsement() ?? []);
    expect(await outcome(buildTransaction(network.client, proposal, payload, both), proposal.transactionId)).toBe(
      peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE,
    );
    expect(Buffer.from(await client.network.getContract(CHAINCODE).evaluateTransaction("get", "altered")).toString()).toBe("");
  });

  test("when clients, not peers, endorsed it", async () => {
    const proposal = buildProposal(network.client, { args: ["put", "clients", "1"] });
    const responses = await endorsements(signProposal(network.client, proposal), 0, 1);
    const payload = responses[0]?.getPayload_asU8() ?? new Uint8Array();
    const forged = await Promise.all(
      ["AMSP", "BMSP"].map(async (mspId) => {
        const issued = await network.authority(mspId).issue({ commonName: "not-a-peer", units: ["client"] });
        const endorsement = new peer.Endorsement();
        const { serializeIdentity } = await import("./msp/identity");
        const endorser = serializeIdentity(mspId, issued.certificate);
        endorsement.setEndorser(endorser);
        endorsement.setSignature(signData(issued.key, Buffer.concat([payload, endorser])));
        return endorsement;
      }),
    );
    expect(await outcome(buildTransaction(network.client, proposal, payload, forged), proposal.transactionId)).toBe(
      peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE,
    );
  });
});

describe("malformed input (attack 17)", () => {
  const garbage = (bytes: Uint8Array) =>
    new Promise<number>((resolve) => {
      client.connection.makeUnaryRequest(
        "/gateway.Gateway/Endorse",
        (message: Uint8Array) => Buffer.from(message),
        (response: Buffer) => response,
        bytes,
        (error) => resolve(error?.code ?? status.OK),
      );
    });

  test("is cut when it is too large", async () => {
    expect(await garbage(Buffer.alloc(8 * 1024 * 1024, 1))).toBe(status.RESOURCE_EXHAUSTED);
  });

  test("is refused when it is nested beyond reason, and the ledger goes on", async () => {
    // Groups within groups, and length-delimited fields within each other, in every place that is parsed.
    const groups = Buffer.alloc(1024 * 1024, 0x0b);
    let nested: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 2_000; depth++) nested = Buffer.concat([Buffer.of(0x0a), lengthOf(nested.length), nested]);
    for (const bytes of [groups, nested, Buffer.concat([Buffer.of(0x1a), lengthOf(groups.length), groups])]) {
      expect(await garbage(bytes)).not.toBe(status.OK);
    }
    const proposal = buildProposal(network.client);
    const signed = signProposal(network.client, { ...proposal, bytes: groups });
    expect((await failure(processProposal(client.connection, signed))).code).toBe(status.UNKNOWN);
    await client.network.getContract(CHAINCODE).submitTransaction("put", "alive", "1");
  });
});

function lengthOf(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
