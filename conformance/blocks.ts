/** Reads of delivered blocks. */
import { common } from "@hyperledger/fabric-protos";
import { METADATA, readEnvelopes, readMetadata } from "../ledger/wire/block";
import { unpackEnvelope } from "../ledger/wire/transaction";
import { codeName } from "./tell";

export function transactionIds(block: common.Block): string[] {
  return readEnvelopes(block).map((bytes) => unpackEnvelope(common.Envelope.deserializeBinary(bytes)).transactionId);
}

/** Validation codes of all transactions with an id, in the blocks' order. */
export function codesById(blocks: readonly common.Block[], transactionId: string): string[] {
  return blocks.flatMap((block) => {
    const codes = readMetadata(block, METADATA.transactionsFilter);
    return transactionIds(block).flatMap((id, position) => (id === transactionId ? [codeName(codes[position] ?? -1)] : []));
  });
}
