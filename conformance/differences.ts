/** Where a target is known to differ from Fabric 3.1, and why. A declared difference that vanished fails a run as an undeclared one does. */
import type { Difference } from "./expectations";

const EMBEDDED: readonly Omit<Difference, "target">[] = [
  {
    id: "submit/foreign-id",
    reason:
      "Fabric also finds a transaction by an id that a malformed one merely claims, and then refuses the honest one as a duplicate; the embedded ledger indexes an id only when it is proved. Clients send again with a new proposal either way.",
    facts: { "code of the id": "VALID" },
  },
  {
    id: "size/large-request",
    reason:
      "Fabric's peers take requests of 100 MiB; one process that serves all organisations on a laptop cuts at the largest transaction it would order, so that memory stays flat.",
    facts: { "Gateway Endorse": "RESOURCE_EXHAUSTED Received message larger than max (8388608 vs 4259840)" },
  },
  {
    id: "limit/keep-alive",
    reason:
      "grpc-js cannot count a client's pings: the embedded ledger is patient. Our connections ping every 65 seconds, which Fabric allows.",
    facts: { "a call in progress ends with": "DEADLINE_EXCEEDED" },
  },
  {
    id: "malformed/service",
    reason: "The code is the same; the words are those of the gRPC library.",
    facts: {
      method: "UNIMPLEMENTED The server does not implement the method /gateway.Gateway/Nothing",
      service: "UNIMPLEMENTED The server does not implement the method /nothing.Nothing/Nothing",
    },
  },
];

const NO_WINDOW = "Fabric 2.5 has no time window for proposals: the contract's own (`WINTERSEAL_WINDOW_MS`) is what holds there.";
const FILTERS_LATER =
  "In Fabric 2.5 a Gateway's own peer is asked without the authentication filters, so that expiry is found by other organisations' peers or not at all: the contract holds the certificate's end against the transaction's time by itself.";
const CHECKED_LATER = "Fabric 2.5 asks for access before it looks whether the request is whole.";
const NO_WINDOW_FIRST = "Without the time window of 3.1 the form is what is looked at first.";
const UNPACKED = "UNKNOWN ChaincodeHeaderExtension.ChaincodeId is nil";
const WITHOUT_WINDOW = {
  endorser: "OK 200 signed",
  "Gateway Evaluate": "OK",
  "Gateway Endorse": "OK",
  "Gateway Endorse, at another organisation alone": "OK",
};
const NOT_A_READER =
  "PERMISSION_DENIED Failed evaluating policy on signed data during check policy on channel [<channel>] with policy [/Channel/Application/Readers]: [implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Readers' sub-policies to be satisfied]";

const FABRIC_25: readonly Omit<Difference, "target">[] = [
  {
    id: "sender/expired",
    reason: FILTERS_LATER,
    facts: {
      "Gateway Evaluate": "OK",
      "Gateway Endorse":
        "ABORTED failed to collect enough transaction endorsements, see attached details for more info | Org1 peer1: rpc error: code = Unknown desc = proposal client identity expired | Org2 peer2: rpc error: code = Unknown desc = proposal client identity expired",
    },
  },
  {
    id: "sender/expired-stranger",
    reason: FILTERS_LATER,
    facts: {
      "Gateway Evaluate":
        "FAILED_PRECONDITION evaluate call to endorser returned error: error validating proposal: access denied: channel [<channel>] creator org unknown, creator is malformed | Org0 peer0: error validating proposal: access denied: channel [<channel>] creator org unknown, creator is malformed",
      "Gateway Endorse":
        "ABORTED failed to endorse transaction, see attached details for more info | Org0 peer0: error validating proposal: access denied: channel [<channel>] creator org unknown, creator is malformed",
    },
  },
  { id: "proposal/early", reason: NO_WINDOW, facts: WITHOUT_WINDOW },
  { id: "proposal/late", reason: NO_WINDOW, facts: WITHOUT_WINDOW },
  { id: "proposal/not-signed-bytes", reason: NO_WINDOW_FIRST, facts: { endorser: UNPACKED } },
  { id: "proposal/no-header", reason: NO_WINDOW_FIRST, facts: { endorser: UNPACKED } },
  { id: "malformed/requests", reason: NO_WINDOW_FIRST, facts: { "/protos.Endorser/ProcessProposal: nothing": UNPACKED } },
  {
    id: "submit/form",
    reason: "Orderers of Fabric 2.5 still know the system channel, through which channels were once made; the refusal is the same.",
    facts: {
      "the header names another channel":
        "ABORTED received unsuccessful response from orderer: status=BAD_REQUEST, info=channel creation request not allowed because the orderer system channel is not defined",
    },
  },
  {
    id: "status/request",
    reason: CHECKED_LATER,
    facts: {
      "no identity": NOT_A_READER,
      "no channel": "PERMISSION_DENIED Invalid channel ID name during check policy on signed data. Name must be different from nil.",
      "no transaction id": NOT_A_READER,
    },
  },
  {
    id: "blocks/headers",
    reason: "Peers of Fabric 2.5 do not know headers without transactions and give whole blocks: more bytes, nothing less.",
    facts: { "transactions in block 0 and the last": ["1", "1"] },
  },
];

export const DIFFERENCES: readonly Difference[] = [
  ...EMBEDDED.map((item): Difference => ({ ...item, target: "embedded" })),
  ...FABRIC_25.map((item): Difference => ({ ...item, target: "2.5" })),
];
