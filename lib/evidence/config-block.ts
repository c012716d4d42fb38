/**
 * What a CONFIG block says of a channel: who belongs to it and who orders. A reader that pins the genesis block's hash and follows the config blocks
 * from there knows, for every position of the chain, which roots issue members, which certificates are revoked and whose
 * signatures make a block (config-policy.ts). Runs in browsers and in Node.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { ProtoReader } from "../../device/ts/proto";
import { WintersealError } from "../messages/errors";
import { type ConfigGroup, readGroup } from "./config-tree";

/** One organisation's membership service provider (`msp.FabricMSPConfig`). Certificates and lists as PEM or DER, as the configuration holds them. */
export interface ConfigOrganisation {
  readonly mspId: string;
  readonly roots: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
  /** Roots of TLS certificates: nobody is a member by them. */
  readonly tlsRoots: readonly Uint8Array[];
  readonly revocationLists: readonly Uint8Array[];
  /** Organisational unit that stands for each node role; undefined where NodeOUs are off. */
  readonly units: Readonly<Record<NodeRole, string>> | undefined;
}

export type NodeRole = "client" | "peer" | "admin" | "orderer";

/** A consenter that signs blocks under its number (BFT ordering, Fabric 3.x). */
export interface Consenter {
  readonly id: number;
  readonly mspId: string;
  /** PEM */
  readonly certificate: Uint8Array;
}

export interface ChannelConfig {
  readonly channel: string;
  readonly sequence: number;
  /** Organisations that use the channel, by MSP id. */
  readonly organisations: ReadonlyMap<string, ConfigOrganisation>;
  /** Organisations that order, by MSP id. */
  readonly orderers: ReadonlyMap<string, ConfigOrganisation>;
  /** Empty without BFT ordering: then block signatures name their signer's certificate. */
  readonly consenters: readonly Consenter[];
  readonly group: ConfigGroup;
  /** `common.Envelope` of the update that led here; empty in a genesis block. */
  readonly update: Uint8Array;
}

/** `common.HeaderType.CONFIG` */
const CONFIG = 1;

/**
 * Reads the envelope of a CONFIG transaction (a config block's only one).
 * @throws WintersealError BLOCK_MALFORMED when it is none
 */
export function readConfig(envelope: Uint8Array): ChannelConfig {
  try {
    return read(envelope);
  } catch (cause) {
    if (cause instanceof WintersealError && cause.code === "BLOCK_MALFORMED") throw cause;
    throw new WintersealError("BLOCK_MALFORMED", "a configuration block that cannot be read", {}, { cause });
  }
}

/** Whether an envelope is a CONFIG transaction; false for whatever cannot be read. */
export function isConfig(envelope: Uint8Array): boolean {
  try {
    return channelHeader(new ProtoReader(new ProtoReader(envelope).bytes(1))).uint(1) === CONFIG;
  } catch (error) {
    if (error instanceof WintersealError) return false;
    throw error;
  }
}

const channelHeader = (payload: ProtoReader): ProtoReader => new ProtoReader(new ProtoReader(payload.bytes(1)).bytes(1));

function read(envelope: Uint8Array): ChannelConfig {
  const payload = new ProtoReader(new ProtoReader(envelope).bytes(1));
  const header = channelHeader(payload);
  if (header.uint(1) !== CONFIG) throw new WintersealError("BLOCK_MALFORMED", "the transaction is no configuration");
  const message = new ProtoReader(payload.bytes(2));
  const config = new ProtoReader(message.bytes(1));
  const group = readGroup(config.bytes(2));
  const orderer = group.groups.get("Orderer");
  return {
    channel: header.string(4),
    sequence: config.uint(1),
    organisations: organisationsOf(group.groups.get("Application")),
    orderers: organisationsOf(orderer),
    consenters: consentersOf(orderer),
    group,
    update: message.bytes(2),
  };
}

function organisationsOf(group: ConfigGroup | undefined): ReadonlyMap<string, ConfigOrganisation> {
  const organisations = [...(group?.groups.values() ?? [])].map((each) => organisationOf(each));
  return new Map(organisations.map((organisation) => [organisation.mspId, organisation]));
}

/** `msp.MSPConfig` → `msp.FabricMSPConfig` */
function organisationOf(group: ConfigGroup): ConfigOrganisation {
  const value = group.values.get("MSP")?.value;
  if (value === undefined) throw new WintersealError("BLOCK_MALFORMED", "an organisation without a membership service provider");
  const outer = new ProtoReader(value);
  if (outer.uint(1) !== 0) throw new WintersealError("BLOCK_MALFORMED", "an organisation whose identities are no certificates");
  const fabric = new ProtoReader(outer.bytes(2));
  const units = new ProtoReader(fabric.bytes(11));
  const unit = (field: number): string => new ProtoReader(units.bytes(field)).string(2);
  return {
    mspId: fabric.string(1),
    roots: fabric.repeated(2),
    intermediates: fabric.repeated(3),
    revocationLists: fabric.repeated(5),
    tlsRoots: fabric.repeated(9),
    units: units.uint(1) === 1 ? { client: unit(2), peer: unit(3), admin: unit(4), orderer: unit(5) } : undefined,
  };
}

/** `common.Orderers`; raft's consenters stand elsewhere and sign with their certificate at hand. */
function consentersOf(orderer: ConfigGroup | undefined): readonly Consenter[] {
  const value = orderer?.values.get("Orderers")?.value;
  if (value === undefined) return [];
  return new ProtoReader(value).repeated(1).map((bytes) => {
    const consenter = new ProtoReader(bytes);
    return { id: consenter.uint(1), mspId: consenter.string(4), certificate: consenter.bytes(5) };
  });
}

/** Parts of a block's header that its hash binds. */
export interface BlockHeader {
  readonly number: number;
  readonly previousHash: Uint8Array;
  readonly dataHash: Uint8Array;
}

/** What orderers sign and blocks link by: ASN.1 SEQUENCE { INTEGER number, OCTET STRING previous hash, OCTET STRING data hash }. */
export function headerBytes({ number, previousHash, dataHash }: BlockHeader): Uint8Array {
  const content = [...der(0x02, derNumber(number)), ...der(0x04, previousHash), ...der(0x04, dataHash)];
  return Uint8Array.from(der(0x30, content));
}

export const headerHash = (header: BlockHeader): Uint8Array => sha256(headerBytes(header));

/** Fabric's data hash: SHA-256 over all envelopes, one after the other. */
export function dataHash(envelopes: readonly Uint8Array[]): Uint8Array {
  const hash = sha256.create();
  for (const envelope of envelopes) hash.update(envelope);
  return hash.digest();
}

/** Headers are short: lengths of one byte suffice. */
const der = (tag: number, content: ArrayLike<number>): number[] => {
  if (content.length > 0x7f) throw new WintersealError("BLOCK_MALFORMED", "a block's header holds hashes that are too long");
  return [tag, content.length, ...Array.from(content)];
};

function derNumber(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  if (bytes.length === 0) return [0];
  return (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes;
}
