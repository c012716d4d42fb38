/** Filtered blocks: ids, codes and event names, no contents (Fabric `core/peer/deliverevents.go`). */
import { common, peer } from "@hyperledger/fabric-protos";
import { METADATA, readEnvelopes, readHeader, readMetadata } from "../wire/block";
import { CODE, type EnvelopeHeader, HEADER_TYPE, unpackAction, unpackEnvelope } from "../wire/transaction";

type FilteredType = Parameters<peer.FilteredTransaction["setType"]>[0];
type FilteredCode = Parameters<peer.FilteredTransaction["setTxValidationCode"]>[0];

function filteredActions(header: EnvelopeHeader): peer.FilteredTransactionActions {
  const actions = new peer.FilteredTransactionActions();
  let bytes: Uint8Array;
  try {
    bytes = unpackAction(header).action.getEvents_asU8();
  } catch {
    return actions; // An action that cannot be read was found invalid; it has no event.
  }
  const event = peer.ChaincodeEvent.deserializeBinary(bytes);
  if (event.getChaincodeId() === "") return actions;
  event.setPayload("");
  const action = new peer.FilteredChaincodeAction();
  action.setChaincodeEvent(event);
  actions.addChaincodeActions(action);
  return actions;
}

function filteredTransaction(header: EnvelopeHeader, code: number): peer.FilteredTransaction {
  const transaction = new peer.FilteredTransaction();
  transaction.setTxid(header.transactionId);
  transaction.setType(header.type as FilteredType);
  transaction.setTxValidationCode(code as FilteredCode);
  if (header.type === HEADER_TYPE.ENDORSER_TRANSACTION) transaction.setTransactionActions(filteredActions(header));
  return transaction;
}

export function filterBlock(block: common.Block, channel: string): peer.FilteredBlock {
  const codes = readMetadata(block, METADATA.transactionsFilter);
  const filtered = new peer.FilteredBlock();
  filtered.setNumber(readHeader(block).number);
  filtered.setChannelId(channel);
  for (const [position, bytes] of readEnvelopes(block).entries()) {
    let header: EnvelopeHeader;
    try {
      header = unpackEnvelope(common.Envelope.deserializeBinary(bytes));
    } catch {
      continue; // As Fabric: what cannot be read is left out.
    }
    filtered.addFilteredTransactions(filteredTransaction(header, codes[position] ?? CODE.NOT_VALIDATED));
  }
  return filtered;
}
