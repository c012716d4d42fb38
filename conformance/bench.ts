/** What cases work with on one target: connections, identities, proposals and transactions made by hand. */
import { createHash, randomBytes } from "node:crypto";
import type { Client } from "@grpc/grpc-js";
import { common, gateway, peer } from "@hyperledger/fabric-protos";
import { serializeIdentity } from "../ledger/msp/identity";
import { signData } from "../ledger/msp/signature";
import type { Issued } from "../ledger/testing/material";
import { type BuiltProposal, buildProposal, buildTransaction, call, type RawProposal, signEnvelope } from "../ledger/testing/raw";
import type { Mint, Target } from "./target";
import { codeName, type Tell, tellAnswer, tellError, teller } from "./tell";

/** Whoever signs a request, honestly or not. */
export interface Sender {
  readonly issued: Issued;
  /** Default: the canonical signature over the bytes. */
  readonly sign?: (bytes: Uint8Array) => Uint8Array;
}

export function signatureOf({ issued, sign }: Sender, bytes: Uint8Array): Uint8Array {
  return sign === undefined ? signData(issued.key, bytes) : sign(bytes);
}

export function creatorOf({ issued }: Sender): Uint8Array {
  return serializeIdentity(issued.mspId, issued.certificate);
}

const CALL_MS = 40_000;
const START_MS = 60_000;

/** What {@link Bench.toldSilence} says when nothing came. */
const SILENCE = "silence until the deadline";

export class Bench {
  readonly target: Target;
  readonly tell: Tell;
  /** A client of the first organisation. */
  readonly member: Sender;
  /** The operator's client: a reader. */
  readonly operator: Sender;
  readonly #clients = new Map<number, Client>();

  private constructor(target: Target, member: Issued, operator: Issued) {
    this.target = target;
    this.tell = teller(target);
    this.member = { issued: member };
    this.operator = { issued: operator };
  }

  static async open(target: Target): Promise<Bench> {
    const member = await target.mint(target.organisations[0]?.mspId ?? "", { commonName: "member", units: ["client"] });
    const bench = new Bench(target, member, await target.mint(target.operatorMspId, { commonName: "operator", units: ["client"] }));
    await bench.#untilEveryoneIsFound();
    return bench;
  }

  /** After a start it takes seconds until the first organisation's Gateway knows every other one's peer. */
  async #untilEveryoneIsFound(): Promise<void> {
    const everyone = this.target.organisations.map((_, index) => index);
    const end = Date.now() + START_MS;
    for (;;) {
      const found = await this.told(this.endorse(this.sign(this.propose({ args: ["get", "nothing"] })), everyone));
      if (found === "OK") return;
      if (Date.now() > end) throw new Error(`not every organisation endorses: ${found}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  mspId(index: number): string {
    const organisation = this.target.organisations[index];
    if (organisation === undefined) throw new Error(`the target has no organisation ${index}`);
    return organisation.mspId;
  }

  /** An identity of an organisation, by its number. */
  async mint(index: number, mint: Mint): Promise<Sender> {
    return { issued: await this.target.mint(this.mspId(index), mint) };
  }

  client(index = 0): Client {
    const client = this.#clients.get(index) ?? this.target.connect(index);
    this.#clients.set(index, client);
    return client;
  }

  /** A key that no other run has used. */
  key(name: string): string {
    return `${name}-${randomBytes(6).toString("hex")}`;
  }

  propose(raw: RawProposal = {}, sender = this.member): BuiltProposal {
    const { channel, chaincode } = this.target;
    return buildProposal(sender.issued, { channel, chaincode, ...raw });
  }

  sign(proposal: BuiltProposal, sender = this.member): peer.SignedProposal {
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(proposal.bytes);
    signed.setSignature(signatureOf(sender, proposal.bytes));
    return signed;
  }

  /** `Endorser.ProcessProposal` at one organisation's peer. */
  process(signed: peer.SignedProposal, index = 0): Promise<peer.ProposalResponse> {
    return call(this.client(index), "/protos.Endorser/ProcessProposal", signed, peer.ProposalResponse.deserializeBinary, deadline());
  }

  /** `Gateway.Endorse` at the first organisation's peer. */
  endorse(signed: peer.SignedProposal, organisations: readonly number[] = []): Promise<common.Envelope> {
    return this.endorseAt(
      signed,
      organisations.map((index) => this.mspId(index)),
    );
  }

  async endorseAt(signed: peer.SignedProposal, mspIds: readonly string[]): Promise<common.Envelope> {
    const request = new gateway.EndorseRequest();
    request.setChannelId(this.target.channel);
    request.setProposedTransaction(signed);
    request.setEndorsingOrganizationsList([...mspIds]);
    const answer = await call(this.client(), "/gateway.Gateway/Endorse", request, gateway.EndorseResponse.deserializeBinary, deadline());
    const prepared = answer.getPreparedTransaction();
    if (prepared === undefined) throw new Error("endorsed without a transaction");
    return prepared;
  }

  evaluate(signed: peer.SignedProposal): Promise<peer.Response> {
    return this.evaluateAt(signed, []);
  }

  /** `Gateway.Evaluate` at the first organisation's peer; no organisation named = wherever the Gateway likes. */
  async evaluateAt(signed: peer.SignedProposal, mspIds: readonly string[]): Promise<peer.Response> {
    const request = new gateway.EvaluateRequest();
    request.setChannelId(this.target.channel);
    request.setProposedTransaction(signed);
    request.setTargetOrganizationsList([...mspIds]);
    const answer = await call(this.client(), "/gateway.Gateway/Evaluate", request, gateway.EvaluateResponse.deserializeBinary, deadline());
    return answer.getResult() ?? new peer.Response();
  }

  async submit(envelope: common.Envelope, channel = this.target.channel): Promise<void> {
    const request = new gateway.SubmitRequest();
    request.setChannelId(channel);
    request.setPreparedTransaction(envelope);
    await call(this.client(), "/gateway.Gateway/Submit", request, gateway.SubmitResponse.deserializeBinary, deadline());
  }

  statusRequest(transactionId: string, sender = this.member, channel = this.target.channel): gateway.SignedCommitStatusRequest {
    const request = new gateway.CommitStatusRequest();
    request.setChannelId(channel);
    request.setTransactionId(transactionId);
    request.setIdentity(creatorOf(sender));
    const signed = new gateway.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    signed.setSignature(signatureOf(sender, request.serializeBinary()));
    return signed;
  }

  commitStatus(signed: gateway.SignedCommitStatusRequest, index = 0, ms = CALL_MS): Promise<gateway.CommitStatusResponse> {
    const read = gateway.CommitStatusResponse.deserializeBinary;
    return call(this.client(index), "/gateway.Gateway/CommitStatus", signed, read, deadline(ms));
  }

  /** Name of a transaction's validation code, once every organisation's peer has committed it. */
  async code(transactionId: string): Promise<string> {
    const request = this.statusRequest(transactionId);
    const answers = await Promise.all(this.target.organisations.map((_, index) => this.commitStatus(request, index)));
    const names = new Set(answers.map((answer) => codeName(answer.getResult())));
    return [...names].join(" and ");
  }

  /** Signs the endorsed payload with the sender's key. */
  signed(prepared: common.Envelope, sender = this.member): common.Envelope {
    return signEnvelope(sender.issued, prepared.getPayload_asU8());
  }

  /**
   * A transaction of the sender that nobody endorsed, whole in all its parts. Nothing malformed may share a block with an honest
   * transaction on a real network: peers of 2.5 and 3.1 then wait for ever (decision 0111).
   */
  unendorsed(proposal: BuiltProposal, sender = this.member): common.Envelope {
    const response = new peer.ProposalResponsePayload();
    response.setExtension$(new peer.ChaincodeAction().serializeBinary());
    const honest = buildTransaction(sender.issued, proposal, response.serializeBinary(), []);
    honest.setSignature(signatureOf(sender, honest.getPayload_asU8()));
    return honest;
  }

  /** Chosen organisations' answers, one after the other: a peer refuses a proposal that it is simulating already. */
  async answers(signed: peer.SignedProposal, organisations: readonly number[]): Promise<peer.ProposalResponse[]> {
    const answers: peer.ProposalResponse[] = [];
    for (const index of organisations) answers.push(await this.process(signed, index));
    return answers;
  }

  /** A transaction from the answers of chosen organisations' endorsers; all are endorsements of the first answer's payload. */
  async assemble(proposal: BuiltProposal, organisations: readonly number[], signed = this.sign(proposal)): Promise<common.Envelope> {
    const answers = await this.answers(signed, organisations);
    const endorsements = answers.flatMap((answer) => answer.getEndorsement() ?? []);
    return buildTransaction(this.member.issued, proposal, answers[0]?.getPayload_asU8() ?? new Uint8Array(), endorsements);
  }

  /** Submits and waits until all peers have committed: the validation code's name. */
  async outcome(envelope: common.Envelope, transactionId: string): Promise<string> {
    await this.submit(envelope);
    return await this.code(transactionId);
  }

  /** Endorsed by the Gateway, not yet submitted. */
  async prepare(...args: string[]): Promise<{ envelope: common.Envelope; transactionId: string }> {
    const proposal = this.propose({ args });
    return { envelope: this.signed(await this.endorse(this.sign(proposal))), transactionId: proposal.transactionId };
  }

  /** The whole way through; throws unless the transaction is valid. Returns its id. */
  async transact(...args: string[]): Promise<string> {
    const { envelope, transactionId } = await this.prepare(...args);
    const code = await this.outcome(envelope, transactionId);
    if (code !== "VALID") throw new Error(`${args.join(" ")} was found ${code}`);
    return transactionId;
  }

  async query(...args: string[]): Promise<string> {
    return Buffer.from((await this.evaluate(this.sign(this.propose({ args })))).getPayload_asU8()).toString();
  }

  /** Asks a system contract at one peer. */
  async ask(chaincode: string, args: readonly (string | Uint8Array)[], index = 0, sender = this.member): Promise<peer.ProposalResponse> {
    return await this.process(this.sign(this.propose({ chaincode, args }, sender), sender), index);
  }

  async height(index = 0): Promise<number> {
    const answer = await this.ask("qscc", ["GetChainInfo", this.target.channel], index);
    return common.BlockchainInfo.deserializeBinary(answer.getResponse()?.getPayload_asU8() ?? new Uint8Array()).getHeight();
  }

  /** `OK` and what `tell` makes of the result, or the error in words. */
  async told<T>(promise: Promise<T>, describe: (value: T) => string = () => ""): Promise<string> {
    try {
      return `OK ${describe(await promise)}`.trim();
    } catch (error) {
      return tellError(error, this.tell);
    }
  }

  /**
   * For a call that nobody answers before its deadline of `ms`. Which end of the connection looks at its clock first is chance, and the code with it:
   * DEADLINE_EXCEEDED from the caller's own end, CANCELLED from the other.
   */
  async toldSilence<T>(call: () => Promise<T>, ms: number, describe?: (value: T) => string): Promise<string> {
    const begun = performance.now();
    const text = await this.told(call(), describe);
    const isOver = performance.now() - begun >= 0.95 * ms;
    return isOver && /^(DEADLINE_EXCEEDED|CANCELLED)\b/.test(text) ? SILENCE : text;
  }

  toldAnswer(promise: Promise<peer.ProposalResponse>): Promise<string> {
    return this.told(promise, (answer) => tellAnswer(answer, this.tell));
  }
}

export function deadline(ms = CALL_MS): { deadline: number } {
  return { deadline: Date.now() + ms };
}

export function hex(...parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString("hex");
}

export function digest(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
