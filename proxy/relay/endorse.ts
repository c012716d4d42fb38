import { ProtoReader } from "../../device/ts/proto";
import { call, METHODS } from "../../lib/fabric/call";
import { FabricError } from "../../lib/fabric/errors";
import type { Peers } from "../../lib/fabric/peers";
import { bytesField } from "../../lib/fabric/wire";
import type { Inspected } from "./inspect";

export interface Endorsed {
  /** ProposalResponsePayload */
  readonly payload: Uint8Array;
  /** protos.Endorsement each */
  readonly endorsements: readonly Uint8Array[];
}

/**
 * Has the Gateway collect the endorsements that the channel's policy wants for exactly the device's signed bytes, and keeps one copy of the payload
 * and the signatures: the device rebuilds the transaction's frame by itself (proxy paper, section V).
 * The Gateway service is called with its own messages instead of through fabric-gateway's objects: see docs/decisions/0040.
 * @throws FabricError stage `endorse`
 */
export async function endorse(
  peers: Peers,
  sender: string,
  signedProposal: Uint8Array,
  inspected: Inspected,
  deadlineMs: number,
): Promise<Endorsed> {
  // gateway.EndorseRequest
  const request = Buffer.concat([bytesField(1, inspected.transactionId), bytesField(2, inspected.channel), bytesField(3, signedProposal)]);
  const response = await peers.run("endorse", sender, { deadlineMs }, (peer, msLeft) =>
    call(peer, METHODS.endorse, request, { deadlineMs: msLeft }),
  );
  try {
    return strip(response);
  } catch (error) {
    throw new FabricError("ENDORSEMENT_FAILED", "the Gateway's answer cannot be read", "endorse", undefined, [], { cause: error });
  }
}

/** gateway.EndorseResponse → Envelope → Payload → Transaction → TransactionAction → ChaincodeActionPayload → ChaincodeEndorsedAction */
function strip(response: Uint8Array): Endorsed {
  const envelope = new ProtoReader(response).bytes(1);
  const payload = new ProtoReader(envelope).bytes(1);
  const transaction = new ProtoReader(payload).bytes(2);
  const action = new ProtoReader(transaction).bytes(1);
  const chaincodeAction = new ProtoReader(action).bytes(2);
  const endorsed = new ProtoReader(new ProtoReader(chaincodeAction).bytes(2));
  return { payload: endorsed.bytes(1), endorsements: endorsed.repeated(2) };
}
