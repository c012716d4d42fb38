/** What the orderer takes: Fabric's filters in their order (empty, size, expiry, channel Writers), with their words. */
import { common } from "@hyperledger/fabric-protos";
import type { ChannelMembers } from "../msp/channel";
import { type EnvelopeHeader, HEADER_TYPE, unpackEnvelope } from "../wire/transaction";

const { Status } = common;
export type Status = common.StatusMap[keyof common.StatusMap];

export interface BroadcastRules {
  readonly channel: string;
  readonly members: ChannelMembers;
  readonly maxBytes: number;
  readonly now: () => number;
  /** The ledger's own transaction, the contract's definition: a peer signs it, since there is no administrator's key here. */
  readonly own?: boolean;
}

export interface BroadcastRefusal {
  readonly status: Status;
  readonly info: string;
}

/** An envelope that was taken: in canonical form, unpacked, its creator's signature verified. */
export interface OrderedEnvelope {
  readonly bytes: Uint8Array;
  readonly header: EnvelopeHeader;
}

function refuse(status: Status, info: string): BroadcastRefusal {
  return { status, info };
}

function refuseByHeader(header: EnvelopeHeader, rules: BroadcastRules): BroadcastRefusal | undefined {
  if (header.channel !== rules.channel) return refuse(Status.BAD_REQUEST, "channel does not exist");
  if (header.type === HEADER_TYPE.CONFIG_UPDATE) {
    return refuse(Status.FORBIDDEN, "the embedded ledger's channel configuration is fixed: config update is not supported");
  }
  if (header.type === HEADER_TYPE.CONFIG) return refuse(Status.BAD_REQUEST, "message is of type that cannot be processed directly");
  return undefined;
}

/** Checks an envelope for ordering. */
export function receiveBroadcast(envelope: common.Envelope, rules: BroadcastRules): OrderedEnvelope | BroadcastRefusal {
  let header: EnvelopeHeader;
  try {
    header = unpackEnvelope(envelope);
  } catch (error) {
    return refuse(Status.BAD_REQUEST, `could not determine channel ID: ${error instanceof Error ? error.message : String(error)}`);
  }
  const refused = refuseByHeader(header, rules);
  if (refused !== undefined) return refused;
  const size = header.payload.length + header.signature.length;
  if (size > rules.maxBytes) {
    return refuse(Status.BAD_REQUEST, `message payload is ${size} bytes and exceeds maximum allowed ${rules.maxBytes} bytes`);
  }
  return refuseCreator(header, rules) ?? { bytes: envelope.serializeBinary(), header };
}

function refuseCreator(header: EnvelopeHeader, rules: BroadcastRules): BroadcastRefusal | undefined {
  const end = rules.members.endOf(header.creator);
  if (end !== undefined && rules.now() > end) return refuse(Status.BAD_REQUEST, "broadcast client identity expired");
  if (rules.own) return undefined;
  const refusal = rules.members.refusalOfSigned("Writers", header.creator, header.payload, header.signature);
  return refusal === undefined ? undefined : refuse(Status.FORBIDDEN, `${refusal}: permission denied`);
}
