import { createHash } from "node:crypto";
import { fromUtf8 } from "../../device/ts/bytes";
import { ProtoReader } from "../../device/ts/proto";
import { WintersealError } from "../../lib/messages/errors";
import { requireWholeTransaction } from "./transaction-form";

/** What a signed message says about itself, before anything is spent on it. */
export interface Inspected {
  /** hex, recomputed from nonce and creator */
  readonly transactionId: string;
  readonly channel: string;
  readonly chaincode: string;
  /** msp.SerializedIdentity */
  readonly creator: Uint8Array;
  /** The bytes that the signature covers. */
  readonly signed: Uint8Array;
  /** DER */
  readonly signature: Uint8Array;
}

const ENDORSER_TRANSACTION = 3;

/** @throws WintersealError MESSAGE_MALFORMED, PROPOSAL_REFUSED */
export function inspectProposal(signedProposal: Uint8Array): Inspected {
  const outer = new ProtoReader(signedProposal);
  const signed = outer.bytes(1);
  const proposal = new ProtoReader(signed);
  const header = readHeader(proposal.bytes(1));
  const payload = new ProtoReader(proposal.bytes(2));
  // peer.ChaincodeProposalPayload → ChaincodeInvocationSpec → ChaincodeSpec: what is really invoked must be what the header says.
  const invoked = chaincodeName(new ProtoReader(new ProtoReader(payload.bytes(1)).bytes(1)));
  if (invoked !== header.chaincode) throw new WintersealError("PROPOSAL_REFUSED", "the header names another contract than the invocation");
  return { ...header, signed, signature: outer.bytes(2) };
}

/** @throws WintersealError MESSAGE_MALFORMED */
export function inspectEnvelope(envelope: Uint8Array): Inspected {
  const outer = new ProtoReader(envelope);
  const signed = outer.bytes(1);
  const payload = new ProtoReader(signed);
  const header = readHeader(payload.bytes(1));
  requireWholeTransaction(payload.bytes(2));
  return { ...header, signed, signature: outer.bytes(2) };
}

function readHeader(bytes: Uint8Array): Omit<Inspected, "signed" | "signature"> {
  const header = new ProtoReader(bytes);
  const channelHeader = new ProtoReader(header.bytes(1));
  const signatureHeader = new ProtoReader(header.bytes(2));
  const creator = signatureHeader.bytes(1);
  const nonce = signatureHeader.bytes(2);
  if (creator.length === 0 || nonce.length === 0) throw new WintersealError("MESSAGE_MALFORMED", "creator or nonce is missing");
  if (channelHeader.uint(1) !== ENDORSER_TRANSACTION) throw new WintersealError("PROPOSAL_REFUSED", "not an endorser transaction");
  const transactionId = createHash("sha256").update(nonce).update(creator).digest("hex");
  if (channelHeader.string(5) !== transactionId) {
    throw new WintersealError("MESSAGE_MALFORMED", "the transaction id is not the hash of nonce and creator");
  }
  return {
    transactionId,
    channel: channelHeader.string(4),
    chaincode: chaincodeName(new ProtoReader(channelHeader.bytes(7))),
    creator,
  };
}

/** `chaincode_id` stands under field 2 in ChaincodeHeaderExtension and under field 2 in ChaincodeSpec. */
const chaincodeName = (holder: ProtoReader): string => fromUtf8(new ProtoReader(holder.bytes(2)).bytes(2));
