import { peer as messages } from "@hyperledger/fabric-protos";
import { type CallOptions, call, METHODS } from "./call";
import type { Connection, Peer } from "./connection";
import { ATTEMPTS } from "./deadlines";
import { codeOfTexts, FabricError, fabricError } from "./errors";
import { Peers } from "./peers";
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

/** How long an organisation may keep the others waiting before one more is asked, ms. */
const PATIENCE = 1_500;

/**
 * Asks the endorsers of k distinct organisations directly for their signatures over one answer (design, "Attested read"); one that fails, differs or is
 * slow is joined by a further one. Peers at different heights give different payloads: asked again until they agree. Nothing is checked here that the
 * reader must check itself: it verifies the signatures.
 * @throws FabricError stage `read`; the contract's code when it refused; ENDORSEMENT_MISMATCH when the organisations never agreed in time
 */
export function attestedRead(
  peers: Peers | Pick<Connection, "peers">,
  signedProposal: Uint8Array,
  options: AttestedReadOptions,
): Promise<AttestedAnswer> {
  const known = peers instanceof Peers ? peers : new Peers(peers);
  const { organisations, deadlineMs, signal } = options;
  const groups = byOrganisation(known.order("read"));
  if (organisations < 1) return Promise.reject(new FabricError("ARGUMENT_INVALID", "no organisation is asked", "read", undefined, []));
  if (groups.length < organisations) {
    return Promise.reject(
      new FabricError("ENDORSERS_TOO_FEW", `${organisations} organisations asked, ${groups.length} known`, "read", undefined, []),
    );
  }
  return withRetries("read", { deadlineMs, attemptMs: ATTEMPTS.read, signal }, (_, msLeft) =>
    new Round(known, byOrganisation(known.order("read")), signedProposal, { organisations, deadlineMs: msLeft, signal }).ask(),
  );
}

interface Group {
  readonly mspId: string;
  readonly peers: readonly Peer[];
}

/** Organisations in the order in which their best peers stand. */
function byOrganisation(peers: readonly Peer[]): Group[] {
  const groups = new Map<string, Peer[]>();
  for (const peer of peers) groups.set(peer.mspId, [...(groups.get(peer.mspId) ?? []), peer]);
  return [...groups].map(([mspId, members]) => ({ mspId, peers: members }));
}

interface Answer extends Endorsement {
  readonly mspId: string;
  readonly payload: Uint8Array;
}

/** One question to as many organisations as it takes until enough of them say the same. */
class Round {
  readonly #peers: Peers;
  readonly #waiting: Group[];
  readonly #order: readonly string[];
  readonly #proposal: Uint8Array;
  readonly #options: AttestedReadOptions;
  readonly #answers = new Map<string, Answer[]>();
  readonly #failures: FabricError[] = [];
  readonly #over = new AbortController();
  #asked = 0;

  constructor(peers: Peers, groups: readonly Group[], proposal: Uint8Array, options: AttestedReadOptions) {
    this.#peers = peers;
    this.#waiting = [...groups];
    this.#order = groups.map(({ mspId }) => mspId);
    this.#proposal = proposal;
    this.#options = options;
  }

  async ask(): Promise<AttestedAnswer> {
    const { organisations, signal } = this.#options;
    const calledOff = () => this.#over.abort();
    if (signal?.aborted) calledOff();
    signal?.addEventListener("abort", calledOff, { once: true });
    let patience: NodeJS.Timeout | undefined;
    try {
      return await new Promise<AttestedAnswer>((resolve, reject) => {
        const settle = () => {
          const agreed = [...this.#answers.values()].find((answers) => answers.length >= organisations);
          if (agreed !== undefined) resolve(attested(this.#inOrder(agreed)));
          else if (this.#asked === 0 && !next()) reject(this.#refusal());
        };
        const next = () => this.#askNext(settle);
        for (let index = 0; index < organisations; index++) next();
        patience = setInterval(next, PATIENCE);
      });
    } finally {
      clearInterval(patience);
      signal?.removeEventListener("abort", calledOff);
      this.#over.abort();
    }
  }

  /** @returns false when there is nobody left to ask */
  #askNext(settle: () => void): boolean {
    const group = this.#waiting.shift();
    if (group === undefined) return false;
    this.#asked++;
    askOrganisation(this.#peers, group, this.#proposal, { ...this.#options, signal: this.#over.signal })
      .then(
        (answer) => {
          const key = Buffer.from(answer.payload).toString("latin1");
          this.#answers.set(key, [...(this.#answers.get(key) ?? []), answer]);
        },
        (error: unknown) => this.#failures.push(fabricError(error, "read")),
      )
      .then(() => {
        this.#asked--;
        settle();
      });
    return true;
  }

  #inOrder(answers: readonly Answer[]): Answer[] {
    return this.#order.flatMap((mspId) => answers.find((answer) => answer.mspId === mspId) ?? []);
  }

  #refusal(): FabricError {
    if (this.#answers.size > 1) return new FabricError("ENDORSEMENT_MISMATCH", "the organisations' answers differ", "read", undefined, []);
    return refusalAmong(this.#failures);
  }
}

function attested(answers: readonly Answer[]): AttestedAnswer {
  const payload = answers[0]?.payload ?? new Uint8Array(0);
  return { payload, endorsements: answers, organisations: answers.map(({ mspId }) => mspId) };
}

/** What a contract said counts for more than a peer that was away. */
const refusalAmong = (failures: readonly FabricError[]): FabricError =>
  failures.find((failure) => failure.code !== "UNAVAILABLE" && failure.code !== "DEADLINE") ??
  failures[0] ??
  new FabricError("UNAVAILABLE", "no organisation answered", "read", undefined, []);

async function askOrganisation(peers: Peers, group: Group, proposal: Uint8Array, options: CallOptions): Promise<Answer> {
  let last: FabricError | undefined;
  for (const peer of group.peers) {
    try {
      return await peers.ask("read", peer, () => askPeer(peer, proposal, options), options.signal);
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
