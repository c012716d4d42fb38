/** Blocks: header bytes, hashes and metadata as in Fabric's `protoutil/blockutils.go`. */
import { common } from "@hyperledger/fabric-protos";
import { der, derInteger, sha256 } from "./bytes";

export const METADATA = { signatures: 0, lastConfig: 1, transactionsFilter: 2, orderer: 3, commitHash: 4 } as const;

export interface BlockHeader {
  readonly number: number;
  readonly previousHash: Uint8Array;
  readonly dataHash: Uint8Array;
}

/** ASN.1 SEQUENCE { number, previous hash, data hash }: what the orderer signs and the next block links to. */
export function headerBytes(header: BlockHeader): Buffer {
  return der(0x30, Buffer.concat([derInteger(header.number), der(0x04, header.previousHash), der(0x04, header.dataHash)]));
}

export function headerHash(header: BlockHeader): Buffer {
  return sha256(headerBytes(header));
}

/** SHA-256 over all envelopes' bytes; safe only with envelopes in canonical form, see {@link isCanonicalEnvelope}. */
export function dataHash(envelopes: readonly Uint8Array[]): Buffer {
  return sha256(...envelopes);
}

export function readHeader(block: common.Block): BlockHeader {
  const header = block.getHeader();
  if (header === undefined) throw new Error("the block has no header");
  return { number: header.getNumber(), previousHash: header.getPreviousHash_asU8(), dataHash: header.getDataHash_asU8() };
}

export function readEnvelopes(block: common.Block): Uint8Array[] {
  return block.getData()?.getDataList_asU8() ?? [];
}

export function readMetadata(block: common.Block, index: number): Uint8Array {
  return block.getMetadata()?.getMetadataList_asU8()[index] ?? new Uint8Array();
}

/** Commit hash of a block; empty for block 0, which has none. */
export function readCommitHash(block: common.Block): Uint8Array {
  return common.Metadata.deserializeBinary(readMetadata(block, METADATA.commitHash)).getValue_asU8();
}

/**
 * Whether the bytes are exactly what writing the parsed envelope gives. Without it one data hash could stand for different lists of
 * transactions, cut at other places (Fabric advisory on block data).
 */
export function isCanonicalEnvelope(bytes: Uint8Array): boolean {
  try {
    const envelope = common.Envelope.deserializeBinary(bytes);
    if (envelope.getPayload_asU8().length === 0 || envelope.getSignature_asU8().length === 0) return false;
    return Buffer.compare(bytes, envelope.serializeBinary()) === 0;
  } catch {
    return false;
  }
}

export function buildBlock(header: BlockHeader, envelopes: readonly Uint8Array[], metadata: readonly Uint8Array[]): common.Block {
  const block = new common.Block();
  const blockHeader = new common.BlockHeader();
  blockHeader.setNumber(header.number);
  blockHeader.setPreviousHash(header.previousHash);
  blockHeader.setDataHash(header.dataHash);
  block.setHeader(blockHeader);
  const data = new common.BlockData();
  data.setDataList([...envelopes]);
  block.setData(data);
  const blockMetadata = new common.BlockMetadata();
  blockMetadata.setMetadataList([...metadata]);
  block.setMetadata(blockMetadata);
  return block;
}
