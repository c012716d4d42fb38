import { ledger, peer } from "@hyperledger/fabric-protos";
import { WintersealError } from "../../lib/messages/errors";

interface Message {
  serializeBinary(): Uint8Array;
}

/** Reads a message and requires that writing it gives the same bytes: nothing is overlooked that a stricter reader would trip over. */
function whole<T extends Message>(name: string, type: { deserializeBinary(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  let message: T | undefined;
  try {
    message = type.deserializeBinary(bytes);
  } catch (cause) {
    throw new WintersealError("MESSAGE_MALFORMED", `the transaction's ${name} cannot be read`, {}, { cause });
  }
  if (Buffer.compare(message.serializeBinary(), bytes) !== 0) {
    throw new WintersealError("MESSAGE_MALFORMED", `the transaction's ${name} is not in canonical form`);
  }
  return message;
}

/**
 * Requires that a transaction can be read down to its write set, as honest ones can. Orderers look at the sender alone, and peers of Fabric
 * (seen on 3.1.5) stop committing for ever when a transaction that cannot be read stands before an honest one in a block: a single
 * sensor's key would be enough to stop everybody's ledger. Nothing of that kind passes this proxy (docs/decisions/0111).
 * @param data `peer.Transaction` bytes, the payload's data
 * @throws WintersealError MESSAGE_MALFORMED
 */
export function requireWholeTransaction(data: Uint8Array): void {
  const [first, ...others] = whole("list of actions", peer.Transaction, data).getActionsList();
  if (first === undefined || others.length > 0) throw new WintersealError("MESSAGE_MALFORMED", "a transaction has exactly one action");
  const endorsed = whole("action", peer.ChaincodeActionPayload, first.getPayload_asU8()).getAction();
  if (endorsed === undefined) throw new WintersealError("MESSAGE_MALFORMED", "the transaction has no endorsed action");
  const response = whole("endorsed payload", peer.ProposalResponsePayload, endorsed.getProposalResponsePayload_asU8());
  const action = whole("contract's answer", peer.ChaincodeAction, response.getExtension_asU8());
  const sets = whole("write set", ledger.rwset.TxReadWriteSet, action.getResults_asU8()).getNsRwsetList();
  for (const set of sets) whole("write set", ledger.rwset.kvrwset.KVRWSet, set.getRwset_asU8());
}
