/** Makes the next block: header chain, last configuration, the orderer's signature (Fabric `multichannel/blockwriter.go`). */
import { randomBytes } from "node:crypto";
import { common } from "@hyperledger/fabric-protos";
import type { ChannelMembers } from "../msp/channel";
import { verifyBy } from "../msp/identity";
import type { NodeSigner } from "../msp/signer";
import { type BlockHeader, headerBytes, METADATA, readHeader, readMetadata } from "../wire/block";

/** The embedded channel's configuration stands in block 0 and is never changed. */
const LAST_CONFIG_BLOCK = 0;

function lastConfig(): common.LastConfig {
  const message = new common.LastConfig();
  message.setIndex(LAST_CONFIG_BLOCK);
  return message;
}

/** `LAST_CONFIG` metadata. */
export function lastConfigMetadata(): Uint8Array {
  const metadata = new common.Metadata();
  metadata.setValue(lastConfig().serializeBinary());
  return metadata.serializeBinary();
}

/** `SIGNATURES` metadata: the orderer's signature over its metadata, its signature header and the block's header. */
export function signBlock(header: BlockHeader, signer: NodeSigner): Uint8Array {
  const ordererMetadata = new common.OrdererBlockMetadata();
  ordererMetadata.setLastConfig(lastConfig());
  ordererMetadata.setConsenterMetadata(new common.Metadata().serializeBinary());
  const value = ordererMetadata.serializeBinary();
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(randomBytes(24));
  const signature = new common.MetadataSignature();
  signature.setSignatureHeader(signatureHeader.serializeBinary());
  signature.setSignature(signer.sign(Buffer.concat([value, signature.getSignatureHeader_asU8(), headerBytes(header)])));
  const metadata = new common.Metadata();
  metadata.setValue(value);
  metadata.addSignatures(signature);
  return metadata.serializeBinary();
}

/** What is wrong with a block's signature; undefined = the orderer's organisation signed it. */
export function flawOfSignature(block: common.Block, ordererMspId: string, members: ChannelMembers): string | undefined {
  const metadata = common.Metadata.deserializeBinary(readMetadata(block, METADATA.signatures));
  const header = headerBytes(readHeader(block));
  const value = metadata.getValue_asU8();
  for (const signature of metadata.getSignaturesList()) {
    const signatureHeader = signature.getSignatureHeader_asU8();
    const signer = members.find(common.SignatureHeader.deserializeBinary(signatureHeader).getCreator_asU8());
    if (signer?.mspId !== ordererMspId || signer.role !== "orderer") continue;
    if (verifyBy(signer, Buffer.concat([value, signatureHeader, header]), signature.getSignature_asU8())) return undefined;
  }
  return "the orderer's signature is missing or does not verify";
}
