/**
 * A gRPC bidirectional stream as raw messages on Node's HTTP/2: length-prefixed frames out, whole messages in. What is written in one
 * turn of the event loop leaves in one piece.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { status } from "@grpc/grpc-js";

const PREFIX_BYTES = 5;
const WINDOW_BYTES = 4 * 1024 * 1024;
/** A peer that does not answer a ping for this long is gone, whatever its socket says. */
const PING_EVERY_MS = 20_000;

export interface StreamSettings {
  /** host:port. */
  readonly address: string;
  /** e.g. `/protos.Chaincode/Connect`. */
  readonly path: string;
  readonly tls?: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly maxMessageBytes: number;
}

export interface StreamEvents {
  onMessage(bytes: Buffer): void;
  /** Once, whatever ended the stream. */
  onEnd(reason: string): void;
}

export class MessageStream {
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  readonly #events: StreamEvents;
  readonly #maxMessageBytes: number;
  readonly #pings: NodeJS.Timeout;
  #incoming: Buffer = Buffer.alloc(0);
  #outgoing: Buffer[] = [];
  #ended = false;
  #answered = true;

  constructor(settings: StreamSettings, events: StreamEvents) {
    this.#events = events;
    this.#maxMessageBytes = settings.maxMessageBytes;
    const scheme = settings.tls === undefined ? "http" : "https";
    this.#session = connect(`${scheme}://${settings.address}`, {
      ...settings.tls,
      settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
    });
    this.#session.on("error", (error) => this.#end(error.message));
    this.#session.on("close", () => this.#end("the connection was closed"));
    this.#session.once("connect", () => {
      this.#session.setLocalWindowSize(WINDOW_BYTES);
    });
    this.#stream = this.#session.request(
      { ":method": "POST", ":path": settings.path, "content-type": "application/grpc", te: "trailers" },
      { endStream: false },
    );
    this.#stream.on("error", (error) => this.#end(error.message));
    this.#stream.on("response", (headers) => this.#checkStatus(headers));
    this.#stream.on("trailers", (headers) => this.#checkStatus(headers));
    this.#stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#stream.on("close", () => this.#end("the stream was closed"));
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#pings.unref();
  }

  write(message: Uint8Array): void {
    if (this.#ended) return;
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(message.length, 1);
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(prefix, Buffer.from(message.buffer, message.byteOffset, message.byteLength));
  }

  close(): void {
    this.#end("closed");
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    if (!this.#ended) this.#stream.write(bytes);
  }

  #checkStatus(headers: Readonly<Record<string, unknown>>): void {
    const code = headers["grpc-status"];
    if (headers[":status"] !== undefined && headers[":status"] !== 200) this.#end(`HTTP status ${String(headers[":status"])}`);
    else if (code !== undefined) this.#end(`gRPC status ${status[Number(code)] ?? String(code)} ${String(headers["grpc-message"] ?? "")}`);
  }

  #receive(chunk: Buffer): void {
    this.#incoming = this.#incoming.length === 0 ? chunk : Buffer.concat([this.#incoming, chunk]);
    while (this.#incoming.length >= PREFIX_BYTES && !this.#ended) {
      const length = this.#incoming.readUInt32BE(1);
      if (this.#incoming[0] !== 0 || length > this.#maxMessageBytes) {
        this.#end(`a message of ${length} bytes cannot be taken`);
        return;
      }
      const end = PREFIX_BYTES + length;
      if (this.#incoming.length < end) return;
      const message = this.#incoming.subarray(PREFIX_BYTES, end);
      this.#incoming = this.#incoming.subarray(end);
      try {
        this.#events.onMessage(message);
      } catch (error) {
        this.#end(`a message cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  #ping(): void {
    if (!this.#answered) {
      this.#end("no answer to a ping");
      return;
    }
    this.#answered = false;
    this.#session.ping(() => {
      this.#answered = true;
    });
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#pings);
    this.#stream?.destroy();
    this.#session.destroy();
    this.#events.onEnd(reason);
  }
}
