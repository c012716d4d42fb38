import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseLedgerConfig } from "../config";
import { type Issued, TestAuthority } from "../testing/material";
import { ChannelMembers } from "./channel";
import { serializeIdentity } from "./identity";

let folder: string;
let members: ChannelMembers;
let member: TestAuthority;
let reader: TestAuthority;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-msp-"));
  const orderer = await TestAuthority.create("OrdererMSP");
  member = await TestAuthority.create("AMSP");
  reader = await TestAuthority.create("OperatorMSP");
  for (const authority of [orderer, member, reader]) await writeFile(join(folder, `${authority.mspId}.pem`), authority.root);
  await writeFile(join(folder, "crl.pem"), await member.revoke("ffff"));
  const config = parseLedgerConfig(
    {
      channel: "c",
      chaincode: { name: "kv" },
      data: "ledger",
      endorsements: 1,
      orderer: { mspId: "OrdererMSP", root: "OrdererMSP.pem", certificate: "-", privateKey: "-" },
      organisations: [
        {
          mspId: "AMSP",
          root: "AMSP.pem",
          crls: ["crl.pem"],
          peer: { name: "p", certificate: "-", privateKey: "-", listen: "127.0.0.1:0" },
          contract: { address: "127.0.0.1:1", packageId: "x" },
        },
      ],
      readers: [{ mspId: "OperatorMSP", root: "OperatorMSP.pem" }],
    },
    folder,
  );
  members = await ChannelMembers.load(config);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const identify = (issued: Issued) => members.identify(serializeIdentity(issued.mspId, issued.certificate));

test("a member reads and writes, the reader only reads, the orderer's organisation does neither", async () => {
  const client = identify(await member.issue({ commonName: "client", units: ["client"] }));
  expect([members.refusal("Readers", client), members.refusal("Writers", client)]).toEqual([undefined, undefined]);
  const peer = identify(await member.issue({ commonName: "peer0", units: ["peer"] }));
  expect([members.refusal("Readers", peer), members.refusal("Writers", peer)]).toEqual([undefined, "signature set did not satisfy policy"]);
  const operator = identify(await reader.issue({ commonName: "operator", units: ["client"] }));
  expect(members.refusal("Readers", operator)).toBeUndefined();
  expect(members.refusal("Writers", operator)).toBe("signature set did not satisfy policy");
});

test.each([
  { name: "no node unit", issue: { units: [] } },
  { name: "two node units", issue: { units: ["client", "peer"] } },
  { name: "a unit of no meaning only", issue: { units: ["sales"] } },
  { name: "the mark of an authority", issue: { units: ["client"], ca: true } },
])("a certificate with $name is no member", async ({ issue }) => {
  const identity = identify(await member.issue({ commonName: "x", ...issue }));
  expect(identity.problem()).toBeDefined();
  expect(members.refusal("Readers", identity)).toBeDefined();
});

test("a certificate of another root with the same names is nobody's", async () => {
  const impostor = await TestAuthority.create("AMSP");
  const issued = await impostor.issue({ commonName: "client", units: ["client"] });
  expect(() => identify(issued)).toThrow(/not issued/);
  expect(members.find(serializeIdentity(issued.mspId, issued.certificate))).toBeUndefined();
});

test("an expired certificate stays a member: expiry is asked where it counts", async () => {
  const past = { notBefore: new Date(Date.now() - 7_200_000), notAfter: new Date(Date.now() - 3_600_000) };
  expect(identify(await member.issue({ commonName: "old", units: ["client"], ...past })).problem()).toBeUndefined();
});

test("a revocation counts from the moment its list is read, also for an identity that is known already", async () => {
  const issued = await member.issue({ commonName: "client", units: ["client"] });
  const identity = identify(issued);
  expect(identity.problem()).toBeUndefined();
  const file = join(folder, "crl.pem");
  await writeFile(file, await member.revoke(issued.serial));
  await utimes(file, new Date(), new Date(Date.now() + 5_000));
  await members.refreshRevocations();
  expect(identity.problem()).toMatch(/revoked/);
});

test("a list that the root did not sign is refused and the last one stays in force", async () => {
  const impostor = await TestAuthority.create("AMSP");
  await writeFile(join(folder, "crl.pem"), await impostor.revoke("01"));
  await expect(members.refreshRevocations()).rejects.toThrow(/not signed by the organisation's root/);
});

test("garbage is no identity", () => {
  expect(() => members.identify(Buffer.from("garbage"))).toThrow();
  expect(() => members.identify(serializeIdentity("AMSP", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))).toThrow();
});
