import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { common, msp } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LedgerConfigInput, parseLedgerConfig } from "../../ledger/config";
import { NodeSigner } from "../../ledger/msp/signer";
import { signBlock } from "../../ledger/orderer/block-writer";
import { channelGroup, genesisBlock } from "../../ledger/orderer/genesis";
import { type Issued, TestAuthority } from "../../ledger/testing/material";
import { headerHash as ledgerHeaderHash, readEnvelopes, readHeader } from "../../ledger/wire/block";
import { nodeVerify } from "../projection/verify-node";
import { verifyBlockSignature } from "./block-signature";
import { type ChannelConfig, dataHash, headerHash, isConfig, readConfig } from "./config-block";
import { satisfies } from "./config-policy";
import { Members } from "./members";

const ORGANISATIONS = ["AuthorityMSP", "ShipperMSP", "RecipientMSP"];
const authorities = new Map<string, TestAuthority>();
let folder: string;
let orderer: NodeSigner;
let stranger: NodeSigner;
let block: common.Block;
let config: ChannelConfig;
let peer: Issued;

async function signer(mspId: string, unit: string): Promise<NodeSigner> {
  const issued = await authority(mspId).issue({ commonName: `${unit}.${mspId}`, units: [unit] });
  const [certificate, privateKey] = [join(folder, `${mspId}.${unit}.pem`), join(folder, `${mspId}.${unit}.key`)];
  await Promise.all([writeFile(certificate, issued.certificate), writeFile(privateKey, issued.privateKey)]);
  return NodeSigner.load(mspId, { certificate, privateKey });
}

function authority(mspId: string): TestAuthority {
  const found = authorities.get(mspId);
  if (found === undefined) throw new TypeError(mspId);
  return found;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-config-"));
  for (const mspId of [...ORGANISATIONS, "OperatorMSP", "OrdererMSP"]) {
    authorities.set(mspId, await TestAuthority.create(mspId));
    await writeFile(join(folder, `${mspId}.pem`), authority(mspId).root);
  }
  [orderer, stranger] = await Promise.all([signer("OrdererMSP", "orderer"), signer("ShipperMSP", "orderer")]);
  peer = await authority("ShipperMSP").issue({ commonName: "peer0", units: ["peer"] });
  const unused = { certificate: "none", privateKey: "none" };
  const input: LedgerConfigInput = {
    channel: "coldchain",
    chaincode: { name: "kv" },
    data: "ledger",
    endorsements: 2,
    orderer: { mspId: "OrdererMSP", root: "OrdererMSP.pem", ...unused },
    organisations: ORGANISATIONS.map((mspId) => ({
      mspId,
      root: `${mspId}.pem`,
      peer: { name: mspId, listen: "127.0.0.1:4121", ...unused },
      contract: { address: "127.0.0.1:1", packageId: "x" },
    })),
    readers: [{ mspId: "OperatorMSP", root: "OperatorMSP.pem" }],
  };
  block = genesisBlock("coldchain", await channelGroup(parseLedgerConfig(input, folder)));
  config = readConfig(envelope(block));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const envelope = (of: common.Block): Uint8Array => readEnvelopes(of)[0] ?? new Uint8Array();
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (error: { code?: string }) => error.code,
  );

describe("a configuration block", () => {
  test("names the channel, its organisations and who orders", () => {
    expect(config.channel).toBe("coldchain");
    expect([...config.organisations.keys()].sort()).toEqual([...ORGANISATIONS, "OperatorMSP"].sort());
    expect([...config.orderers.keys()]).toEqual(["OrdererMSP"]);
    expect(config.organisations.get("ShipperMSP")?.units?.peer).toBe("peer");
  });

  test("hashes as its ledger hashes it", () => {
    const header = readHeader(block);
    expect(Buffer.from(headerHash(header))).toEqual(ledgerHeaderHash(header));
    expect(Buffer.from(dataHash([envelope(block)]))).toEqual(Buffer.from(header.dataHash));
  });

  test("is told from anything else", () => {
    expect(isConfig(envelope(block))).toBe(true);
    expect(isConfig(Uint8Array.of(1, 2, 3))).toBe(false);
    expect(() => readConfig(Uint8Array.of(1, 2, 3))).toThrow(expect.objectContaining({ code: "BLOCK_MALFORMED" }));
  });
});

describe("members by a configuration", () => {
  test("are whom its roots issued, and nobody else", async () => {
    const members = await Members.ofConfig(config);
    expect((await members.identify("ShipperMSP", peer.certificate)).units).toEqual(["peer"]);
    expect(await refusal(members.identify("RecipientMSP", peer.certificate))).toBe("SIGNATURE_INVALID");
    expect(await refusal(members.identify("GhostMSP", peer.certificate))).toBe("SIGNATURE_INVALID");
  });

  test("are no longer the revoked ones, once a list of their own authority says so", async () => {
    const shipper = config.organisations.get("ShipperMSP");
    if (shipper === undefined) throw new TypeError("no shipper");
    const listed = async (by: string) => {
      const list = Buffer.from(await authority(by).revoke(peer.serial));
      const organisations = new Map([["ShipperMSP", { ...shipper, revocationLists: [list] }]]);
      return refusal((await Members.ofConfig({ organisations, orderers: new Map() })).identify("ShipperMSP", peer.certificate));
    };
    expect(await listed("ShipperMSP")).toBe("CERTIFICATE_REVOKED");
    expect(await listed("RecipientMSP")).toBe("accepted");
  });

  test("may be issued by an intermediate that a root issued", async () => {
    const middle = await authority("ShipperMSP").issue({ commonName: "middle", units: [], ca: true });
    const shipper = config.organisations.get("ShipperMSP");
    if (shipper === undefined) throw new TypeError("no shipper");
    const own = { ...shipper, intermediates: [Buffer.from(middle.certificate)] };
    const foreign = { ...own, roots: [Buffer.from(authority("RecipientMSP").root)] };
    const certificate = await issueBelow(middle);
    const asked = async (organisation: typeof own) =>
      refusal(
        (await Members.ofConfig({ organisations: new Map([["ShipperMSP", organisation]]), orderers: new Map() })).identify(
          "ShipperMSP",
          certificate,
        ),
      );
    expect(await asked(own)).toBe("accepted");
    expect(await asked(foreign)).toBe("SIGNATURE_INVALID");
  });
});

async function issueBelow(middle: Issued): Promise<string> {
  const x509 = await import("@peculiar/x509");
  const { subtle } = globalThis.crypto;
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const key = await subtle.importKey("pkcs8", middle.key.export({ format: "der", type: "pkcs8" }) as Buffer<ArrayBuffer>, algorithm, true, [
    "sign",
  ]);
  const keys = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const issuer = new x509.X509Certificate(middle.certificate).subject;
  const validity = { notBefore: new Date(), notAfter: new Date(Date.now() + 60_000) };
  const below = await x509.X509CertificateGenerator.create({
    subject: "CN=peer1, OU=peer",
    issuer,
    serialNumber: "77",
    ...validity,
    publicKey: keys.publicKey,
    signingKey: key,
    signingAlgorithm: algorithm,
  });
  return below.toString("pem");
}

describe("a block's signature", () => {
  const signed = async (by: NodeSigner, more: Partial<ChannelConfig> = {}) => {
    const header = { number: 7, previousHash: new Uint8Array(32), dataHash: new Uint8Array(32).fill(9) };
    const used = { ...config, ...more };
    return refusal(verifyBlockSignature(header, signBlock(header, by), used, await Members.ofConfig(config), nodeVerify()));
  };

  test("is an orderer's of this channel", async () => {
    expect(await signed(orderer)).toBe("accepted");
    expect(await signed(stranger)).toBe("SIGNATURE_INVALID");
  });

  test("is over this header", async () => {
    const header = { number: 7, previousHash: new Uint8Array(32), dataHash: new Uint8Array(32).fill(9) };
    const other = verifyBlockSignature(
      { ...header, number: 8 },
      signBlock(header, orderer),
      config,
      await Members.ofConfig(config),
      nodeVerify(),
    );
    expect(await refusal(other)).toBe("SIGNATURE_INVALID");
  });
});

describe("policies of a configuration", () => {
  const application = () => config.group.groups.get("Application") ?? config.group;
  const admins = (...mspIds: string[]) => mspIds.map((mspId) => ({ mspId, units: ["admin"], pem: mspId }));

  test("ask all organisations' administrators for a change of the channel", () => {
    expect(satisfies(application(), "Admins", admins(...ORGANISATIONS))).toBe(true);
    expect(satisfies(application(), "Admins", admins(...ORGANISATIONS.slice(1)))).toBe(false);
    expect(satisfies(application(), "Admins", admins(...ORGANISATIONS.slice(1), "ShipperMSP"))).toBe(false);
    expect(satisfies(application(), "Nothing", admins(...ORGANISATIONS))).toBe(false);
  });

  test("are read as Fabric reads them: any, all or a majority of the groups below, or exactly these identities", () => {
    const implicit = (rule: 0 | 1 | 2) => {
      const message = new common.ImplicitMetaPolicy();
      message.setSubPolicy("Admins");
      message.setRule(rule);
      return { type: 3, value: message.serializeBinary(), modPolicy: "" };
    };
    const asked = (rule: 0 | 1 | 2, ...signers: string[]) =>
      satisfies({ ...application(), policies: new Map([["Meta", implicit(rule)]]) }, "Meta", admins(...signers));
    expect([asked(0), asked(0, "ShipperMSP")]).toEqual([false, true]);
    expect([asked(1, ...ORGANISATIONS), asked(1, ...ORGANISATIONS, "OperatorMSP")]).toEqual([false, true]);
    expect([asked(2, "ShipperMSP", "RecipientMSP"), asked(2, ...ORGANISATIONS)]).toEqual([false, true]);
    const identity = new msp.SerializedIdentity();
    identity.setMspid("ShipperMSP");
    identity.setIdBytes(Buffer.from("ShipperMSP"));
    const principal = new msp.MSPPrincipal();
    principal.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
    principal.setPrincipal(identity.serializeBinary());
    const envelopeOf = new common.SignaturePolicyEnvelope();
    envelopeOf.addIdentities(principal);
    const rule = new common.SignaturePolicy();
    rule.setSignedBy(0);
    envelopeOf.setRule(rule);
    const group = { ...application(), policies: new Map([["One", { type: 1, value: envelopeOf.serializeBinary(), modPolicy: "" }]]) };
    expect(satisfies(group, "One", admins("ShipperMSP"))).toBe(true);
    expect(satisfies(group, "One", [{ mspId: "ShipperMSP", units: ["admin"], pem: "another" }])).toBe(false);
  });
});
