import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type common from "@hyperledger/fabric-protos/lib/common/common_pb.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseLedgerConfig } from "../../ledger/config";
import { NodeSigner } from "../../ledger/msp/signer";
import { lastConfigMetadata, signBlock } from "../../ledger/orderer/block-writer";
import { channelGroup, genesisBlock } from "../../ledger/orderer/genesis";
import { type Issued, TestAuthority } from "../../ledger/testing/material";
import { buildBlock, dataHash } from "../../ledger/wire/block";
import { decodeBlock, parseBlock } from "../fabric/block";
import { PinnedChannel } from "./channel";
import { Contradiction } from "./contradiction";
import { nodeVerify } from "./verify-node";

let folder: string;
let orderer: NodeSigner;
let stranger: NodeSigner;
let genesis: common.Block;
let peer: Issued;
let hash: string;

async function signer(authority: TestAuthority, unit: string): Promise<NodeSigner> {
  const issued = await authority.issue({ commonName: unit, units: [unit] });
  const [certificate, privateKey] = ["pem", "key"].map((end) => join(folder, `${authority.mspId}.${unit}.${end}`)) as [string, string];
  await Promise.all([writeFile(certificate, issued.certificate), writeFile(privateKey, issued.privateKey)]);
  return NodeSigner.load(authority.mspId, { certificate, privateKey });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-channel-"));
  const [ordering, shipper] = await Promise.all([TestAuthority.create("OrdererMSP"), TestAuthority.create("ShipperMSP")]);
  for (const { mspId, root } of [ordering, shipper]) await writeFile(join(folder, `${mspId}.pem`), root);
  [orderer, stranger] = await Promise.all([signer(ordering, "orderer"), signer(shipper, "peer")]);
  peer = await shipper.issue({ commonName: "peer0", units: ["peer"] });
  const unused = { certificate: "none", privateKey: "none" };
  const config = parseLedgerConfig(
    {
      ...{ channel: "coldchain", chaincode: { name: "kv" }, data: "ledger", endorsements: 1 },
      orderer: { mspId: "OrdererMSP", root: "OrdererMSP.pem", ...unused },
      organisations: [
        {
          mspId: "ShipperMSP",
          root: "ShipperMSP.pem",
          peer: { name: "peer0", listen: "127.0.0.1:1", ...unused },
          contract: { address: "127.0.0.1:1", packageId: "x" },
        },
      ],
    },
    folder,
  );
  genesis = parseBlock(genesisBlock("coldchain", await channelGroup(config)).serializeBinary());
  hash = Buffer.from(decodeBlock(genesis).headerHash).toString("hex");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An empty block 1 on top of the genesis block. */
function second(by: NodeSigner): common.Block {
  const header = { number: 1, previousHash: decodeBlock(genesis).headerHash, dataHash: dataHash([]) };
  const empty = new Uint8Array();
  return parseBlock(buildBlock(header, [], [signBlock(header, by), lastConfigMetadata(), empty, empty, empty]).serializeBinary());
}

const taken = async (pinned: string, ...blocks: common.Block[]) => {
  const channel = new PinnedChannel(pinned, nodeVerify());
  let members: Awaited<ReturnType<PinnedChannel["take"]>> | undefined;
  for (const block of blocks) members = await channel.take(decodeBlock(block));
  return members;
};

describe("a pinned channel", () => {
  test("is followed block by block, and says whose certificates count", async () => {
    const members = await taken(hash, genesis, second(orderer));
    expect((await members?.identify("ShipperMSP", peer.certificate))?.units).toEqual(["peer"]);
  });

  test("is not another one, whatever its peers agree on", async () => {
    const refused = taken("ab".repeat(32), genesis);
    await expect(refused).rejects.toBeInstanceOf(Contradiction);
    await expect(refused).rejects.toMatchObject({ cause: { code: "CHAIN_FOREIGN" }, place: { block: 0 } });
  });

  test("does not go on with a block that its orderers did not sign", async () => {
    await expect(taken(hash, genesis, second(stranger))).rejects.toMatchObject({
      place: { block: 1 },
      cause: { code: "SIGNATURE_INVALID" },
    });
  });

  test("does not begin in the middle", async () => {
    await expect(taken(hash, second(orderer))).rejects.toBeInstanceOf(Contradiction);
  });
});
