/**
 * Blocks as a peer delivers them → typed transactions. Nothing is believed here: signatures, policies and contents are the business of
 * whoever reads on (lib/evidence, lib/projection).
 */
import { createHash } from "node:crypto";
import common from "@hyperledger/fabric-protos/lib/common/common_pb.js";
import { WintersealError } from "../messages/errors";
import { decodeTransaction, type EndorserTransaction } from "./block-transaction";

/** Fabric's `peer.TxValidationCode.VALID`. */
export const VALID = 0;
/** What a peer writes for a transaction that it did not judge; also taken for a flag that is missing. */
const NOT_VALIDATED = 254;
const ENDORSER_TRANSACTION = common.HeaderType.ENDORSER_TRANSACTION;

/** Fabric's `common.BlockMetadataIndex`. */
const METADATA = { transactionsFilter: 2, commitHash: 4 } as const;

export interface BlockHeader {
  readonly number: number;
  readonly previousHash: Uint8Array;
  readonly dataHash: Uint8Array;
}

interface Positioned {
  readonly position: number;
  /** Fabric's `TxValidationCode`; 0 is VALID. */
  readonly validationCode: number;
  /** `common.Envelope` as delivered. */
  readonly envelope: Uint8Array;
  /** The id that the transaction claims; "" when there is none to be read. */
  readonly id: string;
}

/** A transaction that a contract made, a configuration, or bytes that are neither. */
export type DecodedTransaction = Positioned &
  (
    | ({ readonly kind: "endorser" } & EndorserTransaction)
    /** `type` is Fabric's `common.HeaderType`. */
    | { readonly kind: "other"; readonly type: number }
    | { readonly kind: "unreadable"; readonly problem: string }
  );

export interface DecodedBlock extends BlockHeader {
  /** SHA-256 over the ASN.1 form of the header: what the next block links to. */
  readonly headerHash: Uint8Array;
  /** Peers' own chain over validation codes and state changes; empty where a block has none. */
  readonly commitHash: Uint8Array;
  /** Validation codes of all transactions, one byte each. */
  readonly codes: Uint8Array;
  /** Whether the header's data hash is the data's. */
  readonly dataHashHolds: boolean;
  readonly transactions: readonly DecodedTransaction[];
  /** `common.BlockMetadata` as delivered; stands outside the header's hash. */
  readonly metadata: Uint8Array;
}

/** What two organisations must agree on, without looking into the data: cheap. */
export interface BlockDigest extends BlockHeader {
  readonly headerHash: Uint8Array;
  readonly commitHash: Uint8Array;
  readonly codes: Uint8Array;
}

/** @throws WintersealError BLOCK_MALFORMED, the block named where it names itself */
export function digestBlock(block: common.Block): BlockDigest {
  const header = readHeader(block);
  const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
  return {
    ...header,
    headerHash: headerHash(header),
    commitHash: readCommitHash(metadata[METADATA.commitHash], header.number),
    codes: metadata[METADATA.transactionsFilter] ?? new Uint8Array(0),
  };
}

/**
 * Decodes a block with everything in it. A transaction that cannot be read does not throw: it is `unreadable`, and its validation code says
 * whether the ledger took it.
 * @throws WintersealError BLOCK_MALFORMED, the block named where it names itself
 */
export function decodeBlock(block: common.Block): DecodedBlock {
  const digest = digestBlock(block);
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const hash = createHash("sha256");
  for (const envelope of envelopes) hash.update(envelope);
  return {
    ...digest,
    dataHashHolds: hash.digest().equals(digest.dataHash),
    metadata: block.getMetadata()?.serializeBinary() ?? new Uint8Array(0),
    transactions: envelopes.map((envelope, position) => decodeEnvelope(envelope, position, digest.codes[position] ?? NOT_VALIDATED)),
  };
}

/** @throws WintersealError BLOCK_MALFORMED for bytes that are no block */
export function parseBlock(bytes: Uint8Array): common.Block {
  try {
    return common.Block.deserializeBinary(bytes);
  } catch (cause) {
    throw new WintersealError("BLOCK_MALFORMED", "bytes that are no block", {}, { cause });
  }
}

/** Fabric `protoutil.BlockHeaderBytes`: ASN.1 SEQUENCE { INTEGER number, OCTET STRING previous hash, OCTET STRING data hash }. */
export function headerHash({ number, previousHash, dataHash }: BlockHeader): Uint8Array {
  const content = Buffer.concat([der(0x02, derNumber(number)), der(0x04, previousHash), der(0x04, dataHash)]);
  return createHash("sha256").update(der(0x30, content)).digest();
}

function readHeader(block: common.Block): BlockHeader {
  const header = block.getHeader();
  if (!header) throw new WintersealError("BLOCK_MALFORMED", "a block without a header");
  const number = header.getNumber();
  if (!Number.isSafeInteger(number)) throw new WintersealError("BLOCK_MALFORMED", "a block number that is not whole");
  return { number, previousHash: header.getPreviousHash_asU8(), dataHash: header.getDataHash_asU8() };
}

function readCommitHash(bytes: Uint8Array | undefined, number: number): Uint8Array {
  if (bytes === undefined) return new Uint8Array(0);
  try {
    return common.Metadata.deserializeBinary(bytes).getValue_asU8();
  } catch (cause) {
    throw new WintersealError("BLOCK_MALFORMED", `the commit hash of block ${number} cannot be read`, { block: number }, { cause });
  }
}

function decodeEnvelope(bytes: Uint8Array, position: number, validationCode: number): DecodedTransaction {
  const positioned = { position, validationCode, envelope: bytes };
  let id = "";
  try {
    const envelope = common.Envelope.deserializeBinary(bytes);
    // Bytes that a parser reads but would not write could be cut into other transactions under the same data hash (Fabric's advisory on block data).
    if (!Buffer.from(envelope.serializeBinary()).equals(bytes)) throw new TypeError("the envelope is not in its canonical form");
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const header = payload.getHeader();
    if (!header) throw new TypeError("the envelope has no header");
    const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    id = channelHeader.getTxId();
    const type = channelHeader.getType();
    if (type !== ENDORSER_TRANSACTION) return { ...positioned, kind: "other", id, type };
    return { ...positioned, kind: "endorser", id, ...decodeTransaction(envelope, payload, header, channelHeader) };
  } catch (error) {
    return { ...positioned, kind: "unreadable", id, problem: error instanceof Error ? error.message : String(error) };
  }
}

function der(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = bigEndian(length);
  return Buffer.from([0x80 + bytes.length, ...bytes]);
}

/** A leading zero keeps the number positive. */
function derNumber(value: number): Buffer {
  const bytes = bigEndian(value);
  return Buffer.from((bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes);
}

function bigEndian(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes.length > 0 ? bytes : [0];
}
