/**
 * `protos.ChaincodeMessage` and the two requests that contracts send most, read and written by hand: a transaction is some twenty of
 * these messages, and the generated classes cost more than all else that is done for one. Tests hold them against `@hyperledger/fabric-protos`.
 */
export interface ChaincodeMessage {
  readonly type: number;
  readonly payload: Uint8Array;
  readonly transactionId: string;
  readonly channel: string;
  /** `protos.SignedProposal` bytes, with TRANSACTION. */
  readonly proposal?: Uint8Array;
  /** `protos.ChaincodeEvent` bytes, with COMPLETED. */
  readonly event?: Uint8Array;
}

const FIELD = { type: 1, payload: 3, transactionId: 4, proposal: 5, event: 6, channel: 7 } as const;
const EMPTY: Uint8Array = new Uint8Array();

type Field = { readonly number: number; readonly value: number; readonly bytes: Uint8Array };

/** Walks the fields of one message. Throws on anything that leaves its bounds and on groups, which Fabric's messages do not have. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined) throw new Error("message is cut short");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error("varint is too long");
  }

  #take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new Error("message is cut short");
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  next(): Field | undefined {
    if (this.#offset >= this.#bytes.length) return undefined;
    const tag = this.#varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        return { number, value: this.#varint(), bytes: EMPTY };
      case 1:
        return { number, value: 0, bytes: this.#take(8) };
      case 2:
        return { number, value: 0, bytes: this.#take(this.#varint()) };
      case 5:
        return { number, value: 0, bytes: this.#take(4) };
      default:
        throw new Error("unknown wire type");
    }
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** @throws Error on malformed bytes. */
export function decodeChaincodeMessage(bytes: Uint8Array): ChaincodeMessage {
  const reader = new FieldReader(bytes);
  const message = { type: 0, payload: EMPTY, transactionId: "", channel: "" };
  const optional: { proposal?: Uint8Array; event?: Uint8Array } = {};
  for (let field = reader.next(); field !== undefined; field = reader.next()) {
    if (field.number === FIELD.type) message.type = field.value;
    else if (field.number === FIELD.payload) message.payload = field.bytes;
    else if (field.number === FIELD.transactionId) message.transactionId = text(field.bytes);
    else if (field.number === FIELD.channel) message.channel = text(field.bytes);
    else if (field.number === FIELD.proposal) optional.proposal = field.bytes;
    else if (field.number === FIELD.event) optional.event = field.bytes;
  }
  return { ...message, ...optional };
}

/** Writes fields into a buffer whose size is known before. */
class FieldWriter {
  readonly bytes: Buffer;
  #offset = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.#offset++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.#offset++] = rest;
  }

  field(number: number, content: Uint8Array | undefined): void {
    if (content === undefined || content.length === 0) return;
    this.varint(number * 8 + 2);
    this.varint(content.length);
    this.bytes.set(content, this.#offset);
    this.#offset += content.length;
  }

  text(number: number, content: string, length: number): void {
    if (length === 0) return;
    this.varint(number * 8 + 2);
    this.varint(length);
    this.#offset += this.bytes.write(content, this.#offset, "utf8");
  }
}

function fieldSize(length: number | undefined): number {
  if (length === undefined || length === 0) return 0;
  let size = 2 + length;
  for (let rest = Math.floor(length / 0x80); rest > 0; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

export function encodeChaincodeMessage(message: ChaincodeMessage): Buffer {
  const { payload, transactionId, channel, proposal, event } = message;
  const idLength = Buffer.byteLength(transactionId);
  const channelLength = Buffer.byteLength(channel);
  const lengths = [payload.length, idLength, proposal?.length, event?.length, channelLength];
  const writer = new FieldWriter(lengths.reduce((sum: number, length) => sum + fieldSize(length), 2));
  writer.varint(FIELD.type * 8);
  writer.varint(message.type);
  writer.field(FIELD.payload, payload);
  writer.text(FIELD.transactionId, transactionId, idLength);
  writer.field(FIELD.proposal, proposal);
  writer.field(FIELD.event, event);
  writer.text(FIELD.channel, channel, channelLength);
  return writer.bytes;
}

/** `protos.GetState` {key, collection}; also the form of `DelState` and `GetStateMetadata`. */
export function decodeKeyRequest(bytes: Uint8Array): { key: string; collection: string } {
  const reader = new FieldReader(bytes);
  const request = { key: "", collection: "" };
  for (let field = reader.next(); field !== undefined; field = reader.next()) {
    if (field.number === 1) request.key = text(field.bytes);
    else if (field.number === 2) request.collection = text(field.bytes);
  }
  return request;
}

/** `protos.PutState` {key, value, collection}. */
export function decodePutState(bytes: Uint8Array): { key: string; value: Uint8Array; collection: string } {
  const reader = new FieldReader(bytes);
  const request = { key: "", value: EMPTY, collection: "" };
  for (let field = reader.next(); field !== undefined; field = reader.next()) {
    if (field.number === 1) request.key = text(field.bytes);
    else if (field.number === 2) request.value = field.bytes;
    else if (field.number === 3) request.collection = text(field.bytes);
  }
  return request;
}
