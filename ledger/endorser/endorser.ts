/**
 * One organisation's endorser: simulates a proposal on its own contract process and signs the result with its own key. Each endorser
 * simulates for itself; whether the proposal may be simulated is the same question for all and is answered once (decision 0010).
 */
import { peer } from "@hyperledger/fabric-protos";
import type { Logger } from "pino";
import type { NodeSigner } from "../msp/signer";
import type { ChainStore } from "../store/chain-store";
import type { ChaincodeMessage } from "../wire/chaincode-message";
import type { UnpackedProposal } from "../wire/proposal";
import type { ContractClient } from "./contract-client";
import { ContractSession } from "./contract-messages";
import { readSequence } from "./lifecycle";
import { failure, QSCC, querySystem, refusalToContract, SYSTEM_VERSION } from "./qscc";
import { Simulator } from "./simulator";

const TYPE = peer.ChaincodeMessage.Type;
/** From here on an answer is an error and is not endorsed (Fabric `shim.ERRORTHRESHOLD`). */
const ERROR_STATUS = 400;

export interface EndorserSettings {
  readonly name: string;
  /** host:port; known once the peer listens. */
  readonly address: () => string;
  readonly channel: string;
  readonly chaincode: { readonly name: string; readonly version: string; readonly sequence: number };
  readonly signer: NodeSigner;
  readonly contract: ContractClient;
  readonly store: ChainStore;
  readonly log: Logger;
}

export interface SimulationResult {
  readonly response: peer.Response;
  readonly results?: Uint8Array;
  readonly event?: peer.ChaincodeEvent;
  readonly chaincode: string;
  readonly version: string;
}

export function notDefined(chaincode: string, channel: string, reason: string): string {
  return `make sure the chaincode ${chaincode} has been successfully defined on channel ${channel} and try again: ${reason}`;
}

export class Endorser {
  readonly #settings: EndorserSettings;

  constructor(settings: EndorserSettings) {
    this.#settings = settings;
  }

  get mspId(): string {
    return this.#settings.signer.mspId;
  }

  get name(): string {
    return this.#settings.name;
  }

  get address(): string {
    return this.#settings.address();
  }

  /**
   * Simulates and endorses a checked proposal. Failures are answers with status 500, as in Fabric.
   * @param readerRefusal why the creator is no channel reader; undefined = is one.
   */
  async process(proposal: UnpackedProposal, readerRefusal: string | undefined): Promise<peer.ProposalResponse> {
    try {
      const simulation = proposal.chaincode === QSCC ? await this.#query(proposal, readerRefusal) : await this.#simulate(proposal);
      return this.#endorse(proposal.hash, simulation);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#settings.log.warn({ peer: this.name, transaction: proposal.transactionId, reason: message }, "proposal failed");
      const response = new peer.ProposalResponse();
      response.setResponse(failure(message));
      return response;
    }
  }

  async #query(proposal: UnpackedProposal, refused: string | undefined): Promise<SimulationResult> {
    const response = await querySystem(this.#settings.store, this.#settings.channel, proposal.input.getArgsList_asU8(), refused);
    return { response, chaincode: QSCC, version: SYSTEM_VERSION };
  }

  async #simulate(proposal: UnpackedProposal): Promise<SimulationResult> {
    const { chaincode, channel, store } = this.#settings;
    const { name } = chaincode;
    if (proposal.chaincode !== name) {
      throw new Error(notDefined(proposal.chaincode, channel, `chaincode ${proposal.chaincode} not found`));
    }
    const view = store.acquireView();
    const simulator = new Simulator(view, proposal.transactionId);
    const session = new ContractSession(name, simulator, (callee) => {
      if (callee === QSCC) return refusalToContract(name);
      const problem = `failed to get chaincode container info for ${callee}: chaincode ${callee} not found`;
      throw new Error(`execute failed: invalid invocation: [channel ${channel}] ${problem}`);
    });
    try {
      if (readSequence(simulator, name) !== chaincode.sequence) throw new Error(`chaincode definition for '${name}' changed during invoke`);
      const message = await this.#run(proposal, session);
      const event = message.event && peer.ChaincodeEvent.deserializeBinary(message.event);
      event?.setChaincodeId(name);
      event?.setTxId(proposal.transactionId);
      const response = peer.Response.deserializeBinary(message.payload);
      return { response, results: simulator.encodedResults(), chaincode: name, version: chaincode.version, ...(event && { event }) };
    } finally {
      await session.close();
      await view.release();
    }
  }

  async #run(proposal: UnpackedProposal, session: ContractSession): Promise<ChaincodeMessage> {
    let message: ChaincodeMessage;
    try {
      message = await this.#settings.contract.execute(proposal.invocation(), session);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`error in simulation: failed to execute transaction ${proposal.transactionId}: ${reason}`, { cause });
    }
    if (message.type === TYPE.ERROR) {
      throw new Error(`error in simulation: transaction returned with failure: ${Buffer.from(message.payload).toString()}`);
    }
    return message;
  }

  /** The answer to a simulated proposal: signed unless the contract's answer is an error. */
  #endorse(proposalHash: Uint8Array, simulation: SimulationResult): peer.ProposalResponse {
    const { response } = simulation;
    const answer = new peer.ProposalResponse();
    answer.setResponse(response);
    const payload = responsePayload(proposalHash, simulation);
    const refused = response.getStatus() >= ERROR_STATUS;
    if (!refused || response.getStatus() >= 500) answer.setPayload(payload);
    if (refused) return answer;
    const { signer } = this.#settings;
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(signer.serialized);
    endorsement.setSignature(signer.sign(Buffer.concat([payload, signer.serialized])));
    answer.setVersion(1);
    answer.setEndorsement(endorsement);
    return answer;
  }
}

function responsePayload(proposalHash: Uint8Array, simulation: SimulationResult): Uint8Array {
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(simulation.chaincode);
  chaincodeId.setVersion(simulation.version);
  const action = new peer.ChaincodeAction();
  if (simulation.results !== undefined) action.setResults(simulation.results);
  if (simulation.event !== undefined) action.setEvents(simulation.event.serializeBinary());
  action.setResponse(simulation.response);
  action.setChaincodeId(chaincodeId);
  const payload = new peer.ProposalResponsePayload();
  payload.setProposalHash(proposalHash);
  payload.setExtension$(action.serializeBinary());
  return payload.serializeBinary();
}
