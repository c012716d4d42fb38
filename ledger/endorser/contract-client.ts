/**
 * The peer's end of chaincode-as-a-service: one stream to the organisation's contract process, on which all its transactions run side by
 * side. The stream is opened when it is first needed and again after the contract was restarted.
 */
import { readFileSync } from "node:fs";
import { peer } from "@hyperledger/fabric-protos";
import type { Logger } from "pino";
import type { OrganisationConfig } from "../config";
import { type ChaincodeMessage, decodeChaincodeMessage, encodeChaincodeMessage } from "../wire/chaincode-message";
import type { ContractSession } from "./contract-messages";
import { MessageStream, type StreamSettings } from "./message-stream";

const TYPE = peer.ChaincodeMessage.Type;
/** Fabric's default `chaincode.executetimeout`. */
const EXECUTE_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** After a failed attempt the next one waits this long; what is asked meanwhile fails at once. */
const RETRY_MS = 100;
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;
const EMPTY = new Uint8Array();

function typeName(type: number): string {
  return Object.entries(TYPE).find(([, value]) => value === type)?.[0] ?? `message ${type}`;
}

export const STREAM_TERMINATED = "chaincode stream terminated";

interface Running {
  readonly session: ContractSession;
  readonly settle: (outcome: ChaincodeMessage | Error) => void;
}

/** What a contract is asked to run. */
export interface Invocation {
  readonly transactionId: string;
  /** `protos.ChaincodeInput` bytes. */
  readonly input: Uint8Array;
  /** `protos.SignedProposal` bytes. */
  readonly proposal: Uint8Array;
}

export class ContractClient {
  readonly #settings: OrganisationConfig["contract"];
  readonly #target: StreamSettings;
  readonly #channel: string;
  readonly #log: Logger;
  readonly #running = new Map<string, Running>();
  #connecting: Promise<MessageStream> | undefined;
  #stream: MessageStream | undefined;

  constructor(settings: OrganisationConfig["contract"], channel: string, log: Logger) {
    this.#settings = settings;
    this.#channel = channel;
    this.#log = log;
    const { tls } = settings;
    this.#target = {
      address: settings.address,
      path: "/protos.Chaincode/Connect",
      maxMessageBytes: MAX_MESSAGE_BYTES,
      tls: tls && { ca: readFileSync(tls.root), key: readFileSync(tls.privateKey), cert: readFileSync(tls.certificate) },
    };
  }

  /**
   * Runs one transaction.
   * @returns the contract's closing message, COMPLETED or ERROR.
   * @throws Error with Fabric's words if the contract cannot be reached, dies or takes too long.
   */
  async execute(invocation: Invocation, session: ContractSession): Promise<ChaincodeMessage> {
    const stream = this.#stream ?? (await this.#connect());
    const { transactionId, input, proposal } = invocation;
    if (this.#running.has(transactionId)) throw new Error(`txid: ${transactionId}(${this.#channel}) exists`);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        const settle = (outcome: ChaincodeMessage | Error) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
        this.#running.set(transactionId, { session, settle });
        timer = setTimeout(() => settle(new Error("timeout expired while executing transaction")), EXECUTE_TIMEOUT_MS);
        stream.write(encodeChaincodeMessage({ type: TYPE.TRANSACTION, payload: input, transactionId, channel: this.#channel, proposal }));
      });
    } finally {
      clearTimeout(timer);
      this.#running.delete(transactionId);
    }
  }

  close(): void {
    this.#stream?.close();
  }

  #connect(): Promise<MessageStream> {
    this.#connecting ??= this.#open();
    const forget = () => {
      this.#connecting = undefined;
    };
    this.#connecting.then(forget, () => setTimeout(forget, RETRY_MS).unref());
    return this.#connecting;
  }

  #open(): Promise<MessageStream> {
    const { address, packageId } = this.#settings;
    return new Promise((resolve, reject) => {
      const stream: MessageStream = new MessageStream(this.#target, {
        onMessage: (bytes) => {
          const message = decodeChaincodeMessage(bytes);
          if (message.type !== TYPE.REGISTER) {
            this.#receive(stream, message);
            return;
          }
          const name = peer.ChaincodeID.deserializeBinary(message.payload).getName();
          if (name !== packageId) {
            ended(`it registered as ${name}`);
            stream.close();
            return;
          }
          clearTimeout(timer);
          this.#registered(stream);
          resolve(stream);
        },
        onEnd: (reason) => {
          ended(reason);
          this.#lost(stream, reason);
        },
      });
      const ended = (reason: string) => {
        clearTimeout(timer);
        reject(new Error(`could not launch chaincode ${packageId}: connection to ${address} failed: ${reason}`));
      };
      const timer = setTimeout(() => stream.close(), CONNECT_TIMEOUT_MS);
    });
  }

  #registered(stream: MessageStream): void {
    for (const type of [TYPE.REGISTERED, TYPE.READY]) {
      stream.write(encodeChaincodeMessage({ type, payload: EMPTY, transactionId: "", channel: "" }));
    }
    this.#stream = stream;
    this.#log.info({ contract: this.#settings.packageId, address: this.#settings.address }, "contract registered");
  }

  #lost(stream: MessageStream, reason: string): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#log.warn({ contract: this.#settings.packageId, reason }, "contract stream lost");
    for (const running of this.#running.values()) running.settle(new Error(STREAM_TERMINATED));
  }

  #receive(stream: MessageStream, message: ChaincodeMessage): void {
    const { type, transactionId, channel } = message;
    if (type === TYPE.KEEPALIVE) return;
    const running = this.#running.get(transactionId);
    if (type === TYPE.COMPLETED || type === TYPE.ERROR) {
      running?.settle(message);
      return;
    }
    const answer = (answerType: number, payload: Uint8Array) =>
      stream.write(encodeChaincodeMessage({ type: answerType, payload, transactionId, channel }));
    const fail = (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      answer(TYPE.ERROR, Buffer.from(`${typeName(type)} failed: transaction ID: ${transactionId}: ${text}`));
    };
    if (running === undefined) {
      fail(new Error("no ledger context"));
      return;
    }
    try {
      const payload = running.session.handle(type, message.payload);
      if (payload instanceof Promise) payload.then((bytes) => answer(TYPE.RESPONSE, bytes)).catch(fail);
      else answer(TYPE.RESPONSE, payload);
    } catch (error) {
      fail(error);
    }
  }
}
