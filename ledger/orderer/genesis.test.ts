import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { common, msp, peer } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LedgerConfig, type LedgerConfigInput, parseLedgerConfig } from "../config";
import { ChannelMembers } from "../msp/channel";
import { NodeSigner } from "../msp/signer";
import { TestAuthority } from "../testing/material";
import { buildBlock, dataHash, readEnvelopes, readHeader } from "../wire/block";
import { flawOfSignature, lastConfigMetadata, signBlock } from "./block-writer";
import { channelGroup, FORMER_WRITERS, genesisBlock, readChannelGroup } from "./genesis";
import { membershipDifferences } from "./membership-digest";

let folder: string;
let input: LedgerConfigInput;
let config: LedgerConfig;
let signer: NodeSigner;
let stranger: NodeSigner;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-genesis-"));
  for (const mspId of ["AMSP", "BMSP", "OperatorMSP", "OrdererMSP"]) {
    const authority = await TestAuthority.create(mspId);
    await writeFile(join(folder, `${mspId}.pem`), authority.root);
    const issued = await authority.issue({ commonName: mspId, units: [mspId === "OrdererMSP" ? "orderer" : "peer"] });
    await writeFile(join(folder, `${mspId}.cert.pem`), issued.certificate);
    await writeFile(join(folder, `${mspId}.key`), issued.privateKey);
  }
  const node = (mspId: string) => ({ certificate: join(folder, `${mspId}.cert.pem`), privateKey: join(folder, `${mspId}.key`) });
  input = {
    channel: "coldchain",
    chaincode: { name: "kv" },
    data: "ledger",
    endorsements: 2,
    orderer: { mspId: "OrdererMSP", root: "OrdererMSP.pem", ...node("OrdererMSP") },
    organisations: ["AMSP", "BMSP"].map((mspId, index) => ({
      mspId,
      root: `${mspId}.pem`,
      peer: { name: mspId, listen: `127.0.0.1:${4121 + index}`, ...node(mspId) },
      contract: { address: "127.0.0.1:1", packageId: "x" },
    })),
    readers: [{ mspId: "OperatorMSP", root: "OperatorMSP.pem" }],
  };
  config = parseLedgerConfig(input, folder);
  signer = await NodeSigner.load("OrdererMSP", node("OrdererMSP"));
  stranger = await NodeSigner.load("AMSP", node("AMSP"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function signers(
  group: common.ConfigGroup | undefined,
  name: string,
): { threshold: number; organisations: string[]; role: number | undefined } {
  const bytes = group?.getPoliciesMap().get(name)?.getPolicy()?.getValue_asU8() ?? new Uint8Array();
  const envelope = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
  const roles = envelope.getIdentitiesList().map((principal) => msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8()));
  const threshold = envelope.getRule()?.getNOutOf()?.getN() ?? 0;
  return { threshold, organisations: roles.map((role) => role.getMspIdentifier()), role: roles[0]?.getRole() };
}

test("block 0 tells who may write, read, endorse and sign blocks", async () => {
  const { MEMBER, CLIENT, PEER, ORDERER } = msp.MSPRole.MSPRoleType;
  const block = genesisBlock("coldchain", await channelGroup(config));
  const channel = readChannelGroup(block);
  const application = channel.getGroupsMap().get("Application");
  // Clients of both, then administrators of both.
  expect(signers(application, "Writers")).toEqual({ threshold: 1, organisations: ["AMSP", "BMSP", "AMSP", "BMSP"], role: CLIENT });
  expect(signers(application, "Readers")).toEqual({ threshold: 1, organisations: ["AMSP", "BMSP", "OperatorMSP"], role: MEMBER });
  expect(signers(application, "Endorsement")).toEqual({ threshold: 2, organisations: ["AMSP", "BMSP"], role: PEER });
  expect(signers(application, "LifecycleEndorsement").threshold).toBe(2);
  expect(signers(channel.getGroupsMap().get("Orderer"), "BlockValidation")).toEqual({
    threshold: 1,
    organisations: ["OrdererMSP"],
    role: ORDERER,
  });
  expect(signers(application?.getGroupsMap().get("OperatorMSP"), "Writers")).toEqual({ threshold: 1, organisations: [], role: undefined });
});

test("block 0 carries each organisation's root and anchor peer", async () => {
  const application = (await channelGroup(config)).getGroupsMap().get("Application");
  const organisation = application?.getGroupsMap().get("BMSP");
  const outer = msp.MSPConfig.deserializeBinary(organisation?.getValuesMap().get("MSP")?.getValue_asU8() ?? new Uint8Array());
  const fabric = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
  expect(fabric.getName()).toBe("BMSP");
  expect(Buffer.from(fabric.getRootCertsList_asU8()[0] ?? []).toString()).toContain("BEGIN CERTIFICATE");
  expect(fabric.getFabricNodeOus()?.getEnable()).toBe(true);
  const anchors = peer.AnchorPeers.deserializeBinary(organisation?.getValuesMap().get("AnchorPeers")?.getValue_asU8() ?? new Uint8Array());
  expect(anchors.getAnchorPeersList().map((anchor) => anchor.toObject())).toEqual([{ host: "127.0.0.1", port: 4122 }]);
});

test("the same settings give the same block 0, and its data hash fits", async () => {
  const [one, two] = [genesisBlock("coldchain", await channelGroup(config)), genesisBlock("coldchain", await channelGroup(config))];
  expect(Buffer.from(one.serializeBinary())).toEqual(Buffer.from(two.serializeBinary()));
  expect(Buffer.from(readHeader(one).dataHash)).toEqual(dataHash(readEnvelopes(one)));
});

test("other ports and batch sizes are the same channel; other policies and members are not", async () => {
  const stored = await channelGroup(config);
  const changed = async (other: Partial<LedgerConfigInput>) =>
    membershipDifferences(stored, await channelGroup(parseLedgerConfig({ ...input, ...other }, folder)));
  const organisations = input.organisations.map((entry) => ({ ...entry, peer: { ...entry.peer, listen: "127.0.0.1:9999" } }));
  expect(await changed({ organisations, blocks: { maxCount: 7 } })).toEqual([]);
  expect(await changed({ endorsements: 1 })).toEqual(["channel/Application policy Endorsement"]);
  expect((await changed({ readers: [] })).join()).toContain("OperatorMSP MSP");
});

test("a channel of before, whose peers could write, is known as such and as no other", async () => {
  const former = await channelGroup(config, FORMER_WRITERS);
  expect(membershipDifferences(former, await channelGroup(config))).toContain("channel/Application policy Writers");
  expect(membershipDifferences(former, await channelGroup(config, FORMER_WRITERS))).toEqual([]);
});

test("a block's signature is the orderer's over this very header", async () => {
  const members = await ChannelMembers.load(config);
  const header = { number: 7, previousHash: Buffer.alloc(32, 1), dataHash: Buffer.alloc(32, 2) };
  const signed = (by: NodeSigner, over = header) => {
    const block = buildBlock(header, [], [signBlock(over, by), lastConfigMetadata()]);
    return flawOfSignature(block, "OrdererMSP", members);
  };
  expect(signed(signer)).toBeUndefined();
  expect(signed(stranger)).toMatch(/missing or does not verify/);
  expect(signed(signer, { ...header, number: 8 })).toMatch(/does not verify/);
});
