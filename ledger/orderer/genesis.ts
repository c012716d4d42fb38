/**
 * Block 0: a real CONFIG block. Whoever walks the configuration from a pinned genesis finds in it the organisations' membership service
 * providers, their anchor peers, the policies and the orderer, in the messages of Fabric's `configtx`.
 */
import { readFile } from "node:fs/promises";
import { common, msp, orderer, peer } from "@hyperledger/fabric-protos";
import type { LedgerConfig, MembershipConfig } from "../config";
import { buildBlock, dataHash } from "../wire/block";
import { sha256 } from "../wire/bytes";
import { type Role, signaturePolicy } from "../wire/signature-policy";
import { HEADER_TYPE } from "../wire/transaction";

type Serializable = { serializeBinary(): Uint8Array };

const ADMINS = "Admins";

function configPolicy(threshold: number, mspIds: readonly string[], ...roles: readonly Role[]): common.ConfigPolicy {
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.SIGNATURE);
  policy.setValue(signaturePolicy(threshold, mspIds, ...roles).serializeBinary());
  const result = new common.ConfigPolicy();
  result.setPolicy(policy);
  result.setModPolicy(ADMINS);
  return result;
}

function configValue(message: Serializable): common.ConfigValue {
  const value = new common.ConfigValue();
  value.setValue(message.serializeBinary());
  value.setModPolicy(ADMINS);
  return value;
}

interface GroupParts {
  groups?: Readonly<Record<string, common.ConfigGroup>>;
  values?: Readonly<Record<string, Serializable>>;
  policies?: Readonly<Record<string, common.ConfigPolicy>>;
}

function group(parts: GroupParts): common.ConfigGroup {
  const result = new common.ConfigGroup();
  result.setModPolicy(ADMINS);
  for (const [name, child] of Object.entries(parts.groups ?? {})) result.getGroupsMap().set(name, child);
  for (const [name, message] of Object.entries(parts.values ?? {})) result.getValuesMap().set(name, configValue(message));
  for (const [name, policy] of Object.entries(parts.policies ?? {})) result.getPoliciesMap().set(name, policy);
  return result;
}

function capabilities(...names: readonly string[]): common.Capabilities {
  const message = new common.Capabilities();
  for (const name of names) message.getCapabilitiesMap().set(name, new common.Capability());
  return message;
}

function nodeUnit(name: string, root: Uint8Array): msp.FabricOUIdentifier {
  const unit = new msp.FabricOUIdentifier();
  unit.setOrganizationalUnitIdentifier(name);
  unit.setCertificate(root);
  return unit;
}

function mspConfig(mspId: string, root: Uint8Array): msp.MSPConfig {
  const units = new msp.FabricNodeOUs();
  units.setEnable(true);
  units.setClientOuIdentifier(nodeUnit("client", root));
  units.setPeerOuIdentifier(nodeUnit("peer", root));
  units.setAdminOuIdentifier(nodeUnit("admin", root));
  units.setOrdererOuIdentifier(nodeUnit("orderer", root));
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily("SHA2");
  crypto.setIdentityIdentifierHashFunction("SHA256");
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(mspId);
  fabric.setRootCertsList([root]);
  fabric.setFabricNodeOus(units);
  fabric.setCryptoConfig(crypto);
  const config = new msp.MSPConfig();
  config.setConfig(fabric.serializeBinary());
  return config;
}

function anchorPeers(listen: string): peer.AnchorPeers {
  const colon = listen.lastIndexOf(":");
  const anchor = new peer.AnchorPeer();
  anchor.setHost(listen.slice(0, colon));
  anchor.setPort(Number(listen.slice(colon + 1)));
  const anchors = new peer.AnchorPeers();
  anchors.addAnchorPeers(anchor);
  return anchors;
}

/** No signature satisfies one out of none. */
function nobody(): common.ConfigPolicy {
  return configPolicy(1, [], "MEMBER");
}

function organisationGroup(mspId: string, root: Uint8Array, listen: string | undefined, writers: readonly Role[]): common.ConfigGroup {
  const writes = listen !== undefined;
  return group({
    values: { MSP: mspConfig(mspId, root), ...(listen !== undefined && { AnchorPeers: anchorPeers(listen) }) },
    policies: {
      Readers: configPolicy(1, [mspId], "MEMBER"),
      Writers: writes ? configPolicy(1, [mspId], ...writers) : nobody(),
      Endorsement: writes ? configPolicy(1, [mspId], "PEER") : nobody(),
      Admins: configPolicy(1, [mspId], "ADMIN"),
    },
  });
}

function applicationGroup(config: LedgerConfig, roots: ReadonlyMap<string, Uint8Array>, writers: readonly Role[]): common.ConfigGroup {
  const organisations = config.organisations.map((organisation) => organisation.mspId);
  const readers = config.readers.map((reader) => reader.mspId);
  const groups: Record<string, common.ConfigGroup> = {};
  for (const member of config.organisations)
    groups[member.mspId] = organisationGroup(member.mspId, rootOf(roots, member), member.peer.listen, writers);
  for (const reader of config.readers) groups[reader.mspId] = organisationGroup(reader.mspId, rootOf(roots, reader), undefined, writers);
  return group({
    groups,
    values: { Capabilities: capabilities("V2_5") },
    policies: {
      Readers: configPolicy(1, [...organisations, ...readers], "MEMBER"),
      Writers: configPolicy(1, organisations, ...writers),
      Admins: configPolicy(organisations.length, organisations, "ADMIN"),
      Endorsement: configPolicy(config.endorsements, organisations, "PEER"),
      LifecycleEndorsement: configPolicy(organisations.length, organisations, "PEER"),
    },
  });
}

function ordererGroup(config: LedgerConfig, roots: ReadonlyMap<string, Uint8Array>): common.ConfigGroup {
  const { mspId } = config.orderer;
  const consensus = new orderer.ConsensusType();
  consensus.setType("solo");
  const size = new orderer.BatchSize();
  size.setMaxMessageCount(config.blocks.maxCount);
  size.setAbsoluteMaxBytes(config.blocks.maxBytes);
  size.setPreferredMaxBytes(config.blocks.maxBytes);
  const timeout = new orderer.BatchTimeout();
  timeout.setTimeout(`${config.blocks.timeoutMs}ms`);
  const organisation = group({
    values: { MSP: mspConfig(mspId, rootOf(roots, config.orderer)) },
    policies: {
      Readers: configPolicy(1, [mspId], "MEMBER"),
      Writers: configPolicy(1, [mspId], "MEMBER"),
      Admins: configPolicy(1, [mspId], "ADMIN"),
    },
  });
  return group({
    groups: { [mspId]: organisation },
    values: { ConsensusType: consensus, BatchSize: size, BatchTimeout: timeout, Capabilities: capabilities("V2_0") },
    policies: {
      Readers: configPolicy(1, [mspId], "MEMBER"),
      Writers: configPolicy(1, [mspId], "MEMBER"),
      Admins: configPolicy(1, [mspId], "ADMIN"),
      BlockValidation: configPolicy(1, [mspId], "ORDERER"),
    },
  });
}

function rootOf(roots: ReadonlyMap<string, Uint8Array>, member: MembershipConfig): Uint8Array {
  const root = roots.get(member.mspId);
  if (root === undefined) throw new Error(`no root certificate of ${member.mspId}`);
  return root;
}

/** Who adds transactions: persons, sensors and administrators. Who takes over a peer can endorse, and cannot write. */
export const WRITERS: readonly Role[] = ["CLIENT", "ADMIN"];
/** Channels made before {@link WRITERS}: they are opened, and the stricter rule holds. */
export const FORMER_WRITERS: readonly Role[] = ["MEMBER"];

/** The channel's configuration, as settings and root certificates say. */
export async function channelGroup(config: LedgerConfig, writers = WRITERS): Promise<common.ConfigGroup> {
  const members = [config.orderer, ...config.organisations, ...config.readers];
  const roots = new Map(await Promise.all(members.map(async (member) => [member.mspId, await readFile(member.root)] as const)));
  const hashing = new common.HashingAlgorithm();
  hashing.setName("SHA256");
  const structure = new common.BlockDataHashingStructure();
  structure.setWidth(0xffffffff);
  const organisations = config.organisations.map((organisation) => organisation.mspId);
  const everyone = [...organisations, ...config.readers.map((reader) => reader.mspId), config.orderer.mspId];
  return group({
    groups: { Application: applicationGroup(config, roots, writers), Orderer: ordererGroup(config, roots) },
    values: { HashingAlgorithm: hashing, BlockDataHashingStructure: structure, Capabilities: capabilities("V2_0") },
    policies: {
      Readers: configPolicy(1, everyone, "MEMBER"),
      Writers: configPolicy(1, organisations, ...writers),
      Admins: configPolicy(organisations.length, organisations, "ADMIN"),
    },
  });
}

/** The configuration that a config block holds. */
export function readChannelGroup(block: common.Block): common.ConfigGroup {
  const bytes = block.getData()?.getDataList_asU8()[0] ?? new Uint8Array();
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const found = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getChannelGroup();
  if (found === undefined) throw new Error("the block holds no channel configuration");
  return found;
}

/** The genesis block of a channel. Its transaction has no signature, as in Fabric: its hash is what readers pin. */
export function genesisBlock(channel: string, channelConfig: common.ConfigGroup): common.Block {
  const config = new common.Config();
  config.setChannelGroup(channelConfig);
  const envelope = new common.ConfigEnvelope();
  envelope.setConfig(config);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setNonce(sha256(channelConfig.serializeBinary()).subarray(0, 24));
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(HEADER_TYPE.CONFIG);
  channelHeader.setVersion(1);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(sha256(signatureHeader.getNonce_asU8()).toString("hex"));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(envelope.serializeBinary());
  const transaction = new common.Envelope();
  transaction.setPayload(payload.serializeBinary());
  const bytes = transaction.serializeBinary();
  const lastConfig = new common.Metadata();
  lastConfig.setValue(new common.LastConfig().serializeBinary());
  const valid = Buffer.of(peer.TxValidationCode.VALID);
  const metadata = [new common.Metadata().serializeBinary(), lastConfig.serializeBinary(), valid, new Uint8Array(), new Uint8Array()];
  return buildBlock({ number: 0, previousHash: new Uint8Array(), dataHash: dataHash([bytes]) }, [bytes], metadata);
}
