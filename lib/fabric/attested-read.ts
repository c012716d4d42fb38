import { peer as messages } from "@hyperledger/fabric-protos";
import { type CallOptions, call, METHODS } from "./call";
import type { Connection, Peer } from "./connection";
import { codeOfTexts, FabricError, fabricError } from "./errors";
import { withRetries } from "./retry";

export interface Endorsement {
  /** msp.SerializedIdentity of the endorser */
  readonly endorser: Uint8Array;
  /** DER, over payload ‖ endorser */
  readonly signature: Uint8Array;
}

export interface AttestedAnswer {
  /** protos.ProposalResponsePayload, the same bytes from every organisation. */
  readonly payload: Uint8Array;
  /** One of each organisation, in the order of `organisations`. */
  readonly endorsements: readonly Endorsement[];
  readonly organisations: readonly string[];
}

export interface AttestedReadOptions extends CallOptions {
  /** How many distinct organisations must sign the same payload. */
  readonly organisations: number;
}

/**
 * Asks the endorsers of k distinct organisations directly for their signatures over one answer (design, "Attested read"). Peers at different
 * heights give different payloads: asked again until they agree. Nothing is checked here that the reader must check itself: it verifies the signatures.
 * @throws FabricError stage `read`; the contract's code when it refused; ENDORSEMENT_MISMATCH when the organisations never agreed in time
 */
export function attestedRead(connection: Connection, signedProposal: Uint8Array, options: AttestedReadOptions): Promise<AttestedAnswer> {
  const groups = byOrganisation(connection.peers);
  if (groups.length < options.organisations) {
    return Promise.reject(
      new FabricError("ENDORSERS_TOO_FEW", `${options.organisations} organisations asked, ${groups.length} known`, "read", undefined, []),
    );
  }
  return withRetries("read", options, (_, msLeft) => askAll(groups, signedProposal, { ...options, deadlineMs: msLeft }));
}

interface Group {
  readonly mspId: string;
  readonly peers: readonly Peer[];
}

function byOrganisation(peers: readonly Peer[]): Group[] {
  const groups = new Map<string, Peer[]>();
  for (const peer of peers) groups.set(peer.mspId, [...(groups.get(peer.mspId) ?? []), peer]);
  return [...groups].map(([mspId, members]) => ({ mspId, peers: members }));
}

interface Answer extends Endorsement {
  readonly mspId: string;
  readonly payload: Uint8Array;
}

/** Asks as many organisations as needed at once; one that cannot answer is replaced by the next one. */
async function askAll(groups: readonly Group[], proposal: Uint8Array, options: AttestedReadOptions): Promise<AttestedAnswer> {
  const queue = [...groups];
  const failures: FabricError[] = [];
  const askNext = async (): Promise<Answer> => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
      try {
        return await askOrganisation(group, proposal, options);
      } catch (error) {
        failures.push(fabricError(error, "read"));
      }
    }
    throw refusalAmong(failures);
  };
  const answers = await Promise.all(Array.from({ length: options.organisations }, askNext));
  const first = answers[0];
  if (first === undefined) throw new FabricError("ARGUMENT_INVALID", "no organisation was asked", "read", undefined, []);
  if (answers.some((answer) => Buffer.compare(answer.payload, first.payload) !== 0)) {
    throw new FabricError("ENDORSEMENT_MISMATCH", "the organisations' answers differ", "read", undefined, []);
  }
  return { payload: first.payload, endorsements: answers, organisations: answers.map((answer) => answer.mspId) };
}

/** What a contract said counts for more than a peer that was away. */
const refusalAmong = (failures: readonly FabricError[]): FabricError =>
  failures.find((failure) => failure.code !== "UNAVAILABLE" && failure.code !== "DEADLINE") ??
  failures[0] ??
  new FabricError("UNAVAILABLE", "no organisation answered", "read", undefined, []);

async function askOrganisation(group: Group, proposal: Uint8Array, options: CallOptions): Promise<Answer> {
  let last: FabricError | undefined;
  for (const peer of group.peers) {
    try {
      return await askPeer(peer, proposal, options);
    } catch (error) {
      last = fabricError(error, "read");
      if (last.code !== "UNAVAILABLE" && last.code !== "DEADLINE") throw last;
    }
  }
  throw last ?? new FabricError("UNAVAILABLE", `${group.mspId} has no peers`, "read", undefined, []);
}

async function askPeer(peer: Peer, proposal: Uint8Array, options: CallOptions): Promise<Answer> {
  const response = messages.ProposalResponse.deserializeBinary(await call(peer, METHODS.processProposal, proposal, options));
  const text = response.getResponse()?.getMessage() ?? "";
  const endorsement = response.getEndorsement();
  if ((response.getResponse()?.getStatus() ?? 0) >= 400 || endorsement === undefined) {
    const detail = { address: peer.address, mspId: peer.mspId, message: text };
    throw new FabricError(codeOfTexts([text]) ?? "ENDORSEMENT_FAILED", text || "the peer did not sign", "read", undefined, [detail]);
  }
  return {
    mspId: peer.mspId,
    payload: response.getPayload_asU8(),
    endorser: endorsement.getEndorser_asU8(),
    signature: endorsement.getSignature_asU8(),
  };
}
