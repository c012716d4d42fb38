import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Pace } from "./pace";

export interface GuardLimits {
  readonly connectBytes: number;
  readonly packetBytes: number;
}

const CONNECT = 1;

/** Why a connection was cut; the broker counts them. */
export type CutReason = "not-connect-first" | "connect-too-large" | "packet-too-large" | "length-malformed";

/**
 * Stands between the socket and aedes and looks at nothing but each packet's fixed header (MQTT 3.1.1, section 2.2): the first packet must be a
 * CONNECT within its own small limit, no later one may be larger than `packetBytes`. A packet that breaks a rule is cut by its
 * announced length, before a byte of it is buffered, since aedes itself would collect up to 256 MiB.
 */
export class PacketGuard extends Duplex {
  readonly #socket: TLSSocket;
  readonly #limits: GuardLimits;
  readonly #header = new HeaderReader();
  readonly #pace: Pace | undefined;
  /** Runs while the sender is made to wait. */
  #held: NodeJS.Timeout | undefined;
  #first = true;
  /** Bytes of the current packet that are still to come. */
  #body = 0;

  /**
   * @param onConnect called once, when a complete CONNECT has gone through
   * @param pace how fast the sender is read; as fast as it sends when left out
   */
  constructor(
    socket: TLSSocket,
    limits: GuardLimits,
    readonly onConnect: () => void,
    readonly onCut: (reason: CutReason) => void,
    pace?: Pace,
  ) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#limits = limits;
    this.#pace = pace;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    if (this.#held === undefined) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#held);
    this.#socket.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    const reason = this.#check(chunk);
    if (reason !== undefined) {
      this.onCut(reason);
      this.destroy();
      return;
    }
    if (!this.push(chunk)) this.#socket.pause();
  }

  /** Reads nothing more for a while: TCP makes the sender wait, and nobody else. */
  #hold(ms: number): void {
    this.#socket.pause();
    clearTimeout(this.#held);
    this.#held = setTimeout(() => {
      this.#held = undefined;
      this.#socket.resume();
    }, ms);
  }

  /** Walks the packets of one chunk; the first rule that is broken, or undefined. */
  #check(chunk: Buffer): CutReason | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body === 0) {
        const reason = this.#checkHeader(chunk[at++] ?? 0);
        if (reason !== undefined) return reason;
      } else {
        const taken = Math.min(this.#body, chunk.length - at);
        this.#body -= taken;
        at += taken;
      }
      if (this.#first && this.#body === 0 && this.#header.complete) {
        this.#first = false;
        this.onConnect();
      }
    }
    return undefined;
  }

  #checkHeader(byte: number): CutReason | undefined {
    const length = this.#header.next(byte);
    if (length === "malformed") return "length-malformed";
    if (this.#first && this.#header.type !== CONNECT) return "not-connect-first";
    if (length === undefined) return undefined;
    if (this.#first && length > this.#limits.connectBytes) return "connect-too-large";
    if (length > this.#limits.packetBytes) return "packet-too-large";
    this.#body = length;
    const wait = this.#pace?.spend(length, performance.now()) ?? 0;
    if (wait > 0) this.#hold(wait);
    return undefined;
  }
}

/** Reads a fixed header byte by byte: packet type, then remaining length in one to four bytes. */
class HeaderReader {
  type = 0;
  complete = false;
  #bytes = 0;
  #length = 0;

  next(byte: number): number | "malformed" | undefined {
    if (this.complete || this.#bytes === 0) {
      this.complete = false;
      this.type = byte >> 4;
      this.#bytes = 1;
      this.#length = 0;
      return undefined;
    }
    this.#length += (byte & 0x7f) * 128 ** (this.#bytes - 1);
    if (byte < 0x80) {
      this.complete = true;
      return this.#length;
    }
    return ++this.#bytes > 4 ? "malformed" : undefined;
  }
}
