/**
 * The peer's end of chaincode-as-a-service: one stream to the organisation's contract process, on which all its transactions run side by
 * side. The stream is opened when it is first needed and again after the contract was restarted.
 */
import { readFileSync } from "node:fs";
import { type ClientDuplexStream, credentials } from "@grpc/grpc-js";
import { peer } from "@hyperledger/fabric-protos";
import type { Logger } from "pino";
import type { OrganisationConfig } from "../config";
import type { ContractSession } from "./contract-messages";

const TYPE = peer.ChaincodeMessage.Type;
/** Fabric's default `chaincode.executetimeout`. */
const EXECUTE_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

export const STREAM_TERMINATED = "chaincode stream terminated";

type Stream = ClientDuplexStream<peer.ChaincodeMessage, peer.ChaincodeMessage>;

interface Running {
  readonly session: ContractSession;
  readonly settle: (outcome: peer.ChaincodeMessage | Error) => void;
}

export class ContractClient {
  readonly #settings: OrganisationConfig["contract"];
  readonly #channel: string;
  readonly #log: Logger;
  readonly #client: InstanceType<typeof peer.ChaincodeClient>;
  readonly #running = new Map<string, Running>();
  #connecting: Promise<Stream> | undefined;
  #stream: Stream | undefined;

  constructor(settings: OrganisationConfig["contract"], channel: string, log: Logger) {
    this.#settings = settings;
    this.#channel = channel;
    this.#log = log;
    const { tls } = settings;
    const channelCredentials =
      tls === undefined
        ? credentials.createInsecure()
        : credentials.createSsl(readFileSync(tls.root), readFileSync(tls.privateKey), readFileSync(tls.certificate));
    this.#client = new peer.ChaincodeClient(settings.address, channelCredentials, {
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
      "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 1_000,
    });
  }

  /**
   * Runs one transaction.
   * @returns the contract's closing message, COMPLETED or ERROR.
   * @throws Error with Fabric's words if the contract cannot be reached, dies or takes too long.
   */
  async execute(
    transactionId: string,
    input: peer.ChaincodeInput,
    proposal: peer.SignedProposal,
    session: ContractSession,
  ): Promise<peer.ChaincodeMessage> {
    const stream = this.#stream ?? (await this.#connect());
    if (this.#running.has(transactionId)) throw new Error(`txid: ${transactionId}(${this.#channel}) exists`);
    const message = new peer.ChaincodeMessage();
    message.setType(TYPE.TRANSACTION);
    message.setTxid(transactionId);
    message.setChannelId(this.#channel);
    message.setPayload(input.serializeBinary());
    message.setProposal(proposal);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        const settle = (outcome: peer.ChaincodeMessage | Error) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
        this.#running.set(transactionId, { session, settle });
        timer = setTimeout(() => settle(new Error("timeout expired while executing transaction")), EXECUTE_TIMEOUT_MS);
        stream.write(message);
      });
    } finally {
      clearTimeout(timer);
      this.#running.delete(transactionId);
    }
  }

  close(): void {
    this.#stream?.cancel();
    this.#client.close();
  }

  #connect(): Promise<Stream> {
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<Stream> {
    const { address, packageId } = this.#settings;
    const unreachable = (reason: string) =>
      new Error(`could not launch chaincode ${packageId}: connection to ${address} failed: ${reason}`);
    await new Promise<void>((resolve, reject) => {
      this.#client.waitForReady(Date.now() + CONNECT_TIMEOUT_MS, (error) => (error ? reject(unreachable(error.message)) : resolve()));
    });
    return await new Promise((resolve, reject) => {
      const stream: Stream = this.#client.connect();
      const timer = setTimeout(() => stream.cancel(), CONNECT_TIMEOUT_MS);
      const ended = (reason: string) => {
        clearTimeout(timer);
        reject(unreachable(reason));
        this.#lost(stream, reason);
      };
      stream.on("error", (error) => ended(error.message));
      stream.on("end", () => ended("the contract closed the stream"));
      stream.on("data", (message: peer.ChaincodeMessage) => {
        if (message.getType() !== TYPE.REGISTER) {
          this.#receive(stream, message);
          return;
        }
        const refusal = this.#register(stream, message);
        if (refusal === undefined) {
          clearTimeout(timer);
          resolve(stream);
        } else {
          stream.cancel();
          ended(refusal);
        }
      });
    });
  }

  /** Answers REGISTER; the reason if the contract is another one than expected. */
  #register(stream: Stream, message: peer.ChaincodeMessage): string | undefined {
    const name = peer.ChaincodeID.deserializeBinary(message.getPayload_asU8()).getName();
    if (name !== this.#settings.packageId) return `it registered as ${name}`;
    for (const type of [TYPE.REGISTERED, TYPE.READY]) {
      const answer = new peer.ChaincodeMessage();
      answer.setType(type);
      stream.write(answer);
    }
    this.#stream = stream;
    this.#log.info({ contract: name, address: this.#settings.address }, "contract registered");
    return undefined;
  }

  #lost(stream: Stream, reason: string): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#log.warn({ contract: this.#settings.packageId, reason }, "contract stream lost");
    for (const running of this.#running.values()) running.settle(new Error(STREAM_TERMINATED));
  }

  #receive(stream: Stream, message: peer.ChaincodeMessage): void {
    const type = message.getType();
    if (type === TYPE.KEEPALIVE) return;
    const running = this.#running.get(message.getTxid());
    if (type === TYPE.COMPLETED || type === TYPE.ERROR) {
      running?.settle(message);
      return;
    }
    const answer = (answerType: peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap], payload: Uint8Array) => {
      const response = new peer.ChaincodeMessage();
      response.setType(answerType);
      response.setPayload(payload);
      response.setTxid(message.getTxid());
      response.setChannelId(message.getChannelId());
      stream.write(response);
    };
    const fail = (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      answer(TYPE.ERROR, Buffer.from(`message ${type} failed: transaction ID: ${message.getTxid()}: ${text}`));
    };
    if (running === undefined) {
      fail(new Error("no ledger context"));
      return;
    }
    try {
      const payload = running.session.handle(type, message.getPayload_asU8());
      if (payload instanceof Promise) payload.then((bytes) => answer(TYPE.RESPONSE, bytes)).catch(fail);
      else answer(TYPE.RESPONSE, payload);
    } catch (error) {
      fail(error);
    }
  }
}
