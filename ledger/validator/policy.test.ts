import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peer } from "@hyperledger/fabric-protos";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseLedgerConfig } from "../config";
import { ChannelMembers } from "../msp/channel";
import { serializeIdentity } from "../msp/identity";
import { signData } from "../msp/signature";
import { type Issued, TestAuthority } from "../testing/material";
import { satisfies } from "./policy";

const MSPS = ["AMSP", "BMSP", "CMSP"];
const PAYLOAD = Buffer.from("proposal response payload");

let folder: string;
let members: ChannelMembers;
const peers = new Map<string, Issued>();
const clients = new Map<string, Issued>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-policy-"));
  for (const mspId of [...MSPS, "OrdererMSP", "ReaderMSP"]) {
    const authority = await TestAuthority.create(mspId);
    await writeFile(join(folder, `${mspId}.pem`), authority.root);
    peers.set(mspId, await authority.issue({ commonName: "peer", units: ["peer"] }));
    clients.set(mspId, await authority.issue({ commonName: "client", units: ["client"] }));
  }
  const keyPair = { certificate: "-", privateKey: "-" };
  const organisations = MSPS.map((mspId) => ({
    mspId,
    root: `${mspId}.pem`,
    peer: { name: mspId, ...keyPair, listen: "127.0.0.1:0" },
    contract: { address: "127.0.0.1:1", packageId: "x" },
  }));
  const orderer = { mspId: "OrdererMSP", root: "OrdererMSP.pem", ...keyPair };
  const readers = [{ mspId: "ReaderMSP", root: "ReaderMSP.pem" }];
  members = await ChannelMembers.load(
    parseLedgerConfig({ channel: "c", chaincode: { name: "kv" }, data: "l", endorsements: 2, orderer, organisations, readers }, folder),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

type Flaw = "none" | "other payload" | "other key" | "client" | "garbage identity" | "no signature";
const FLAWS: readonly Flaw[] = ["none", "none", "other payload", "other key", "client", "garbage identity", "no signature"];

function endorsement(mspId: string, flaw: Flaw): peer.Endorsement {
  const issued = (flaw === "client" ? clients : peers).get(mspId);
  const signer = flaw === "other key" ? clients.get(mspId) : issued;
  if (issued === undefined || signer === undefined) throw new Error("no identity");
  const endorser = flaw === "garbage identity" ? Buffer.from("garbage") : serializeIdentity(mspId, issued.certificate);
  const message = new peer.Endorsement();
  message.setEndorser(endorser);
  const payload = flaw === "other payload" ? Buffer.from("another payload") : PAYLOAD;
  if (flaw !== "no signature") message.setSignature(signData(signer.key, Buffer.concat([payload, endorser])));
  return message;
}

test("a policy holds exactly when enough distinct member organisations' peers really signed this payload", () => {
  const one = fc.record({ mspId: fc.constantFrom(...MSPS, "ReaderMSP", "OrdererMSP"), flaw: fc.constantFrom(...FLAWS) });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), fc.integer({ min: 1, max: 3 }), (list, threshold) => {
      const endorsements = list.map(({ mspId, flaw }) => endorsement(mspId, flaw));
      const honest = new Set(list.filter(({ mspId, flaw }) => flaw === "none" && MSPS.includes(mspId)).map(({ mspId }) => mspId));
      const policy = { threshold, organisations: new Set(MSPS) };
      expect(satisfies(policy, { endorsements, responsePayload: PAYLOAD }, members)).toBe(honest.size >= threshold);
    }),
    { seed: 13, numRuns: 300 },
  );
});
