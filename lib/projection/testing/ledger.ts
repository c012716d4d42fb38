/**
 * A ledger in memory for tests of what the projection refuses: real certificates, signatures, endorsements and block hashes around the real contract,
 * and a hand on every step that a dishonest organisation could turn. The honest path is tested on the embedded ledger itself.
 */

import { createHash, randomBytes } from "node:crypto";
import common from "@hyperledger/fabric-protos/lib/common/common_pb.js";
import events from "@hyperledger/fabric-protos/lib/peer/chaincode_event_pb.js";
import chaincodes from "@hyperledger/fabric-protos/lib/peer/chaincode_pb.js";
import proposals from "@hyperledger/fabric-protos/lib/peer/proposal_pb.js";
import responses from "@hyperledger/fabric-protos/lib/peer/proposal_response_pb.js";
import { envelope, formProposal, formTransaction, invocationArgs, signedProposal } from "../../../device/ts/fabric";
import { ProtoWriter } from "../../../device/ts/proto";
import { buildBlock, dataHash, headerHash } from "../../../ledger/wire/block";
import { encodeReadWriteSet } from "../../../ledger/wire/rwset";
import { execute } from "../../contract/execute";
import { parseIdentity } from "../../contract/identity";
import type { Outcome } from "../../contract/types";
import { type CanonicalValue, canonicalBytes } from "../../domain/canonical-json";
import { Members } from "../../evidence/members";
import type { TransactionRules } from "../../evidence/verify-transaction";
import { FOUNDING_TERMS } from "../../messages/agreement";
import { sensorAttributes } from "../../messages/attributes";
import type { FunctionName, Question } from "../../messages/functions";
import { ATTRIBUTES } from "../../messages/names";
import type { CalibrationStatement, Statement, StatementName } from "../../messages/statements";
import type { OpenBlocks, Source } from "../feed";
import { nodeVerify } from "../verify-node";
import { Organisation, type Party, signAs } from "./parties";

export const CHANNEL = "coldchain";
export const CHAINCODE = "winterseal";

interface Version {
  readonly block: number;
  readonly position: number;
}

/** What a dishonest organisation may change about one transaction. */
export interface Tampering {
  readonly writes?: (writes: Map<string, Uint8Array>) => Map<string, Uint8Array>;
  /** Key-level policies. */
  readonly policies?: (policies: Map<string, Uint8Array>) => Map<string, Uint8Array>;
  readonly result?: Uint8Array;
  readonly event?: Uint8Array;
  readonly endorsers?: readonly Party[];
  /** Signs the transaction in place of the creator. */
  readonly signer?: Party;
  /** Validation code that the block carries; writes of invalid transactions are not applied. */
  readonly code?: number;
  /** Namespace that the writes go to. */
  readonly namespace?: string;
  /** Changes the finished envelope's bytes. */
  readonly bytes?: (envelope: Uint8Array) => Uint8Array;
}

/** `protos.SignedProposal`, `protos.ProposalResponsePayload`, `protos.Endorsement`s. */
export interface Attested {
  readonly proposal: Uint8Array;
  readonly payload: Uint8Array;
  readonly endorsements: readonly Uint8Array[];
}

interface Entry {
  readonly envelope: Uint8Array;
  readonly code: number;
}

export interface People {
  readonly authority: Party;
  readonly shipper: Party;
  readonly recipient: Party;
}

export class TestLedger {
  readonly blocks: common.Block[] = [];
  readonly #state = new Map<string, { value: Uint8Array; version: Version }>();
  #pending: Entry[] = [];
  #listeners = new Set<() => void>();
  /** Time of the next transaction, ms UTC. */
  now = Date.UTC(2026, 2, 1, 8);

  private constructor(
    readonly organisations: readonly Organisation[],
    readonly peers: readonly Party[],
    readonly people: People,
    /** One of each organisation. */
    readonly signatories: readonly Party[],
  ) {}

  /** @param names common names of the three people. */
  static async create(
    names = { authority: "urs@authority", shipper: "lena@shipper", recipient: "ines@recipient" },
    demonstration = false,
  ): Promise<TestLedger> {
    const mspIds = ["AuthorityMSP", "ShipperMSP", "RecipientMSP"];
    const organisations = await Promise.all(mspIds.map((mspId) => Organisation.create(mspId, demonstration)));
    const peers = await Promise.all(organisations.map((organisation) => organisation.issue("peer0", "peer")));
    const person = (index: number, role: keyof typeof names): Promise<Party> =>
      (organisations[index] as Organisation).issue(names[role], "client", { [ATTRIBUTES.role]: role, [ATTRIBUTES.name]: names[role] });
    const [authority, shipper, recipient] = await Promise.all([person(0, "authority"), person(1, "shipper"), person(2, "recipient")]);
    const signatories = await Promise.all(
      organisations.map((each) => each.issue(`signatory@${each.mspId}`, "client", { [ATTRIBUTES.role]: "signatory" })),
    );
    const ledger = new TestLedger(organisations, peers, { authority, shipper, recipient }, signatories);
    ledger.#cutConfig();
    return ledger;
  }

  get rules(): TransactionRules {
    const members = Members.of(this.organisations.map(({ mspId, root }) => ({ mspId, pem: root })));
    return { channel: CHANNEL, chaincode: CHAINCODE, endorsements: 2, members, verify: nodeVerify() };
  }

  get sources(): Source[] {
    return this.organisations.map(({ mspId }) => ({ mspId, peers: [mspId] }));
  }

  /** All organisations' signatures on the founding agreement, a block each: from here on the people's calls need its endorsers. */
  async found(): Promise<void> {
    for (const signatory of this.signatories) {
      await this.say(signatory, "governance:Agree", { version: 1, terms: FOUNDING_TERMS });
      this.cut();
    }
  }

  /** A state record as it stands, pending calls included. */
  record<T>(key: string): T | undefined {
    const entry = this.#state.get(key);
    return entry && (JSON.parse(Buffer.from(entry.value).toString("utf8")) as T);
  }

  /** A sensor's identity, its calibration in its attributes. */
  sensor(id: string, calibration: CalibrationStatement): Promise<Party> {
    const [authority] = this.organisations;
    if (!authority) throw new TypeError("no authority");
    return authority.issue(id, "client", sensorAttributes(id, calibration));
  }

  say<N extends StatementName>(creator: Party, name: N, statement: Statement<N>, tampering?: Tampering): Promise<string> {
    return this.transact(creator, name, [canonicalBytes(statement as unknown as CanonicalValue)], tampering);
  }

  /** Simulates, endorses and signs one call into the next block. @returns the transaction's id. */
  async transact(creator: Party, name: FunctionName, args: readonly Uint8Array[], tampering: Tampering = {}): Promise<string> {
    const { proposal, payload, endorsements, writes } = await this.#endorse(creator, name, args, tampering);
    const transaction = formTransaction(proposal, payload, endorsements);
    const signed = envelope(transaction, signAs(tampering.signer ?? creator, transaction));
    const code = tampering.code ?? 0;
    if (code === 0 && tampering.namespace === undefined) this.#commit(writes);
    this.#pending.push({ envelope: (tampering.bytes ?? ((same) => same))(signed), code });
    return proposal.transactionId;
  }

  /** An attested read, as a person's signer brings it back. */
  async read(creator: Party, question: Question, tampering: Tampering = {}): Promise<Attested> {
    const args = [canonicalBytes(question as CanonicalValue), Buffer.from(randomBytes(16).toString("hex"))];
    const { proposal, payload, endorsements } = await this.#endorse(creator, "attest:Read", args, tampering);
    return { proposal: signedProposal(proposal.bytes, signAs(creator, proposal.bytes)), payload, endorsements };
  }

  async #endorse(creator: Party, name: FunctionName, args: readonly Uint8Array[], tampering: Tampering) {
    const invocation = { channel: CHANNEL, chaincode: CHAINCODE, args: invocationArgs(name, args) };
    const proposal = formProposal(creator.serialized, invocation, randomBytes(24), this.now);
    const reads = new Map<string, Version | undefined>();
    const view = {
      get: (key: string) => {
        const entry = this.#state.get(key);
        reads.set(key, entry?.version);
        return Promise.resolve(entry?.value);
      },
    };
    const identity = parseIdentity(creator.mspId, creator.pem);
    const call = { name, args, creator: identity, transactionId: proposal.transactionId, timestamp: this.now };
    const outcome = await execute(call, view, { windowMs: 0 });
    const writes = (tampering.writes ?? ((same) => same))(new Map(outcome.writes));
    const payload = responsePayload(proposal.hash, proposal.transactionId, outcome, reads, writes, tampering);
    const endorsers = tampering.endorsers ?? this.peers.slice(0, 2);
    const endorsements = endorsers.map((peer) => {
      const signature = signAs(peer, Buffer.concat([payload, peer.serialized]));
      return new ProtoWriter().bytes(1, peer.serialized).bytes(2, signature).finish();
    });
    return { proposal, payload, endorsements, writes };
  }

  /** Cuts what is pending into a block; one transaction per key and block, since simulation sees earlier ones of the same block. */
  cut(): common.Block {
    const entries = this.#pending;
    this.#pending = [];
    return this.#append(
      entries.map((entry) => entry.envelope),
      Uint8Array.from(entries.map((entry) => entry.code)),
    );
  }

  /** What peer `mspId` delivers; `alter` makes it lie. */
  open(alter: (mspId: string, block: common.Block) => common.Block = (_, block) => block): OpenBlocks {
    const ledger = this;
    return async function* (mspId, from, signal) {
      for (let number = from; !signal.aborted; number++) {
        const block = await ledger.#block(number, signal);
        if (block) yield alter(mspId, block);
      }
    };
  }

  #block(number: number, signal: AbortSignal): Promise<common.Block | undefined> {
    return new Promise((resolve) => {
      const look = (): void => {
        const block = this.blocks[number];
        if (!block && !signal.aborted) return;
        this.#listeners.delete(look);
        signal.removeEventListener("abort", look);
        resolve(block);
      };
      this.#listeners.add(look);
      signal.addEventListener("abort", look, { once: true });
      look();
    });
  }

  #commit(writes: ReadonlyMap<string, Uint8Array>): void {
    const version = { block: this.blocks.length, position: this.#pending.length };
    for (const [key, value] of writes) this.#state.set(key, { value, version });
  }

  #cutConfig(): void {
    const header = new ProtoWriter().bytes(1, new ProtoWriter().uint(1, common.HeaderType.CONFIG).string(4, CHANNEL).finish()).finish();
    const payload = new ProtoWriter().element(1, header).bytes(2, Buffer.from("configuration")).finish();
    this.#append([envelope(payload, Buffer.from("signature"))], Uint8Array.of(0));
  }

  #append(envelopes: readonly Uint8Array[], codes: Uint8Array): common.Block {
    const previous = this.blocks.at(-1)?.getHeader();
    const previousHash = previous
      ? headerHash({ number: previous.getNumber(), previousHash: previous.getPreviousHash_asU8(), dataHash: previous.getDataHash_asU8() })
      : new Uint8Array(0);
    const commitHash = createHash("sha256").update(previousHash).update(codes).digest();
    const header = { number: this.blocks.length, previousHash, dataHash: dataHash(envelopes) };
    const empty = new Uint8Array(0);
    const block = buildBlock(header, envelopes, [empty, empty, codes, empty, new ProtoWriter().bytes(1, commitHash).finish()]);
    this.blocks.push(block);
    for (const listener of [...this.#listeners]) listener();
    return block;
  }
}

function responsePayload(
  proposalHash: Uint8Array,
  transactionId: string,
  outcome: Outcome,
  reads: ReadonlyMap<string, Version | undefined>,
  writes: ReadonlyMap<string, Uint8Array>,
  tampering: Tampering,
): Uint8Array {
  const readList = [...reads]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, version]) => ({ key, version: version && { block: version.block, transaction: version.position } }));
  const writeList = [...writes].map(([key, value]) => ({ key, value }));
  const namespace = tampering.namespace ?? CHAINCODE;
  const policies = [...(tampering.policies ?? ((same) => same))(new Map(outcome.policies))];
  const metadata = policies.map(([key, value]) => ({ key, entries: [{ name: "VALIDATION_PARAMETER", value }] }));
  const own = namespace === CHAINCODE;
  const sets = [{ namespace: CHAINCODE, reads: readList, ranges: [], writes: own ? writeList : [], metadata: own ? metadata : [] }];
  if (!own) sets.push({ namespace, reads: [], ranges: [], writes: writeList, metadata: [] });
  const action = new proposals.ChaincodeAction();
  action.setResults(encodeReadWriteSet(sets));
  if (outcome.event) action.setEvents(eventBytes(outcome.event.name, transactionId, tampering.event ?? outcome.event.payload));
  const response = new responses.Response();
  response.setStatus(200);
  response.setPayload(tampering.result ?? outcome.result);
  action.setResponse(response);
  const id = new chaincodes.ChaincodeID();
  id.setName(CHAINCODE);
  id.setVersion("1");
  action.setChaincodeId(id);
  const payload = new responses.ProposalResponsePayload();
  payload.setProposalHash(proposalHash);
  payload.setExtension$(action.serializeBinary());
  return payload.serializeBinary();
}

function eventBytes(name: string, transactionId: string, payload: Uint8Array): Uint8Array {
  const event = new events.ChaincodeEvent();
  event.setChaincodeId(CHAINCODE);
  event.setTxId(transactionId);
  event.setEventName(name);
  event.setPayload(payload);
  return event.serializeBinary();
}
