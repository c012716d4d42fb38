/** The peer's end of chaincode-as-a-service with a state in memory, for tests: it commits what an invocation wrote when that succeeded. */
import { createHash, randomBytes } from "node:crypto";
import { type ClientDuplexStream, credentials } from "@grpc/grpc-js";
import { common, msp, peer } from "@hyperledger/fabric-protos";
import { ByteWriter } from "../../../lib/domain/bytes";

const TYPE = peer.ChaincodeMessage.Type;
type Message = peer.ChaincodeMessage;

export interface Caller {
  readonly mspId: string;
  readonly pem: string;
}

export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly payload: string;
  readonly writes: ReadonlyMap<string, Uint8Array>;
  /** Key-level policies. */
  readonly policies: ReadonlyMap<string, Uint8Array>;
  readonly event: { readonly name: string; readonly payload: string } | null;
}

interface Running {
  readonly writes: Map<string, Uint8Array>;
  readonly policies: Map<string, Uint8Array>;
  readonly settle: (message: Message) => void;
}

function proposalOf(caller: Caller, timestamp: number): { signed: peer.SignedProposal; transactionId: string } {
  const creator = new msp.SerializedIdentity();
  creator.setMspid(caller.mspId);
  creator.setIdBytes(Buffer.from(caller.pem));
  const nonce = randomBytes(24);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator.serializeBinary());
  signatureHeader.setNonce(nonce);
  const transactionId = createHash("sha256").update(nonce).update(creator.serializeBinary()).digest("hex");
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(3);
  channelHeader.setChannelId("test");
  channelHeader.setTxId(transactionId);
  // as bytes: fabric-protos has a google-protobuf of its own, and takes no Timestamp of another one
  const time = new ByteWriter()
    .byte(0x08)
    .unsigned(Math.floor(timestamp / 1000))
    .byte(0x10)
    .unsigned((timestamp % 1000) * 1_000_000)
    .finish();
  const header = new common.Header();
  header.setChannelHeader(Buffer.concat([channelHeader.serializeBinary(), Uint8Array.of(0x1a, time.length), time]));
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(Uint8Array.of(0));
  proposal.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  return { signed, transactionId };
}

function answerOf(message: Message, { writes, policies }: Pick<Running, "writes" | "policies">): Answer {
  if (message.getType() !== TYPE.COMPLETED) throw new Error(Buffer.from(message.getPayload_asU8()).toString());
  const response = peer.Response.deserializeBinary(message.getPayload_asU8());
  const event = message.getChaincodeEvent();
  return {
    status: response.getStatus(),
    message: response.getMessage(),
    payload: Buffer.from(response.getPayload_asU8()).toString(),
    writes,
    policies,
    event: event === undefined ? null : { name: event.getEventName(), payload: Buffer.from(event.getPayload_asU8()).toString() },
  };
}

export class TestPeer {
  readonly state = new Map<string, Uint8Array>();
  readonly #client: InstanceType<typeof peer.ChaincodeClient>;
  readonly #stream: ClientDuplexStream<Message, Message>;
  readonly #running = new Map<string, Running>();
  /** Package id that the contract registered under. */
  readonly registered: Promise<string>;

  constructor(address: string) {
    this.#client = new peer.ChaincodeClient(address, credentials.createInsecure());
    this.#stream = this.#client.connect();
    this.registered = new Promise((resolve, reject) => {
      this.#stream.on("error", reject);
      this.#stream.on("data", (message: Message) => {
        if (message.getType() === TYPE.REGISTER) {
          for (const type of [TYPE.REGISTERED, TYPE.READY]) this.#send(type);
          resolve(peer.ChaincodeID.deserializeBinary(message.getPayload_asU8()).getName());
        } else this.#receive(message);
      });
    });
  }

  async invoke(caller: Caller, name: string, args: readonly Uint8Array[], timestamp = Date.now()): Promise<Answer> {
    const { signed, transactionId } = proposalOf(caller, timestamp);
    const input = new peer.ChaincodeInput();
    input.setArgsList([Buffer.from(name), ...args]);
    const written = { writes: new Map<string, Uint8Array>(), policies: new Map<string, Uint8Array>() };
    const completed = await new Promise<Message>((settle) => {
      this.#running.set(transactionId, { ...written, settle });
      this.#send(TYPE.TRANSACTION, input.serializeBinary(), transactionId, signed);
    });
    this.#running.delete(transactionId);
    const answer = answerOf(completed, written);
    if (answer.status < 400) for (const [key, value] of written.writes) this.state.set(key, value);
    return answer;
  }

  close(): void {
    this.#stream.removeAllListeners("error").on("error", () => undefined);
    this.#stream.cancel();
    this.#client.close();
  }

  #receive(message: Message): void {
    const id = message.getTxid();
    const running = this.#running.get(id);
    const type = message.getType();
    if (running === undefined) return;
    if (type === TYPE.GET_STATE) {
      const key = peer.GetState.deserializeBinary(message.getPayload_asU8()).getKey();
      this.#send(TYPE.RESPONSE, this.state.get(key) ?? new Uint8Array(), id);
    } else if (type === TYPE.PUT_STATE) {
      const put = peer.PutState.deserializeBinary(message.getPayload_asU8());
      running.writes.set(put.getKey(), put.getValue_asU8());
      this.#send(TYPE.RESPONSE, new Uint8Array(), id);
    } else if (type === TYPE.PUT_STATE_METADATA) {
      const put = peer.PutStateMetadata.deserializeBinary(message.getPayload_asU8());
      running.policies.set(put.getKey(), put.getMetadata()?.getValue_asU8() ?? new Uint8Array());
      this.#send(TYPE.RESPONSE, new Uint8Array(), id);
    } else running.settle(message);
  }

  #send(
    type: peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap],
    payload?: Uint8Array,
    id?: string,
    signed?: peer.SignedProposal,
  ): void {
    const message = new peer.ChaincodeMessage();
    message.setType(type);
    if (payload !== undefined) message.setPayload(payload);
    if (id !== undefined) message.setTxid(id);
    message.setChannelId("test");
    if (signed !== undefined) message.setProposal(signed);
    this.#stream.write(message);
  }
}
