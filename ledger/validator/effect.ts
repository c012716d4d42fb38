/** A stored block's effect, from its transactions and the validation codes beside them. */
import { common } from "@hyperledger/fabric-protos";
import type { BlockEffect, IndexedTransaction } from "../store/chain-store";
import { METADATA, readEnvelopes, readHeader, readMetadata } from "../wire/block";
import { decodeReadWriteSet } from "../wire/rwset";
import { CODE, HEADER_TYPE, transactionId, unpackAction, unpackEnvelope } from "../wire/transaction";
import { BlockUpdates } from "./mvcc";

/** Codes of transactions that never proved that their id is theirs. */
const WITHOUT_ID: ReadonlySet<number> = new Set([
  CODE.MARSHAL_TX_ERROR,
  CODE.BAD_PAYLOAD,
  CODE.BAD_COMMON_HEADER,
  CODE.BAD_CREATOR_SIGNATURE,
  CODE.UNSUPPORTED_TX_PAYLOAD,
  CODE.BAD_PROPOSAL_TXID,
  CODE.DUPLICATE_TXID,
]);

/** @throws Error if codes are missing or a valid transaction cannot be read. */
export function readEffect(block: common.Block): BlockEffect {
  const { number } = readHeader(block);
  const codes = readMetadata(block, METADATA.transactionsFilter);
  const updates = new BlockUpdates();
  const transactions: IndexedTransaction[] = [];
  for (const [position, bytes] of readEnvelopes(block).entries()) {
    const code = codes[position];
    if (code === undefined) throw new Error(`transaction ${position} has no validation code`);
    if (WITHOUT_ID.has(code)) continue;
    const header = unpackEnvelope(common.Envelope.deserializeBinary(bytes));
    if (header.type !== HEADER_TYPE.ENDORSER_TRANSACTION || header.transactionId !== transactionId(header.nonce, header.creator)) {
      throw new Error(`transaction ${position} is not what its validation code says`);
    }
    transactions.push({ id: header.transactionId, position, code });
    if (code === CODE.VALID)
      updates.apply(decodeReadWriteSet(unpackAction(header).action.getResults_asU8()), { block: number, transaction: position });
  }
  return { updates: updates.sorted(), transactions };
}
