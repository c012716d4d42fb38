/** Both ends of the compact form around a link that knows the full one only: what lies between them can be altered, and the proxy's memory lost. */
import { WintersealError } from "../../../lib/messages/errors";
import { COMPACT_LEVEL } from "../../../lib/messages/link";
import { CompactProxy, type Reply } from "../../../proxy/relay/compact";
import { inspectEnvelope, inspectProposal } from "../../../proxy/relay/inspect";
import { Senders } from "../../../proxy/relay/senders";
import { CompactDevice, NotWhole, type Outgoing } from "../compact/device";
import { derToRaw } from "../der";
import type { Link } from "../link";
import { encodeTo, type FromBody, type FromMessage, type ToMessage } from "../link-messages";

export interface Disturbance {
  /** Whether the proxy has been replaced by one that knows nothing. */
  readonly restart?: () => boolean;
  /** Either direction's bytes, as they arrive. */
  readonly disturb?: (bytes: Uint8Array) => Uint8Array;
}

export class CompactLink implements Link {
  readonly #behind: Link;
  readonly #sensor: string;
  readonly #disturbance: Disturbance;
  readonly #device: CompactDevice;
  #proxy = new CompactProxy(COMPACT_LEVEL);
  #request = 0;
  readonly #senders = new Senders();
  /** Messages by form, and their bytes, topics left out. */
  readonly counted = { full: 0, compact: 0, sent: 0, received: 0 };

  constructor(behind: Link, sensor: string, disturbance: Disturbance = {}) {
    this.#behind = behind;
    this.#sensor = sensor;
    this.#disturbance = disturbance;
    this.#device = new CompactDevice(sensor);
  }

  /** The proxy that comes after has never met the device. */
  restartProxy(): void {
    this.#proxy = new CompactProxy(COMPACT_LEVEL);
  }

  doubt(): void {
    this.#device.reset();
  }

  async request(body: FromBody, deadlineMs: number): Promise<ToMessage> {
    this.#request = (this.#request % 127) + 1;
    const request = this.#request;
    try {
      const first = this.#device.encode({ ...body, request });
      const answer = await this.#exchange(first, deadlineMs);
      if (answer !== undefined && !this.#device.needsFull(answer)) return answer;
      if (first.compact) {
        this.#device.reset();
        const second = await this.#exchange(this.#device.encode({ ...body, request }, true), deadlineMs);
        if (second !== undefined) return second;
      }
      throw new WintersealError("DEADLINE");
    } catch (error) {
      if (error instanceof WintersealError && error.code === "DEADLINE") this.#device.reset();
      throw error;
    } finally {
      this.#device.settle(request);
    }
  }

  async #exchange(out: Outgoing, deadlineMs: number): Promise<ToMessage | undefined> {
    if (this.#disturbance.restart?.()) this.restartProxy();
    const { level, bytes } = await this.#serve(out, deadlineMs);
    this.counted[out.compact ? "compact" : "full"] += 1;
    this.counted.sent += out.bytes.length;
    this.counted.received += bytes.length;
    try {
      return this.#device.decode(level, this.#disturb(bytes));
    } catch (error) {
      if (error instanceof NotWhole || error instanceof WintersealError) return undefined;
      throw error;
    }
  }

  async #serve({ level, bytes }: Outgoing, deadlineMs: number): Promise<Reply> {
    try {
      const { message, reply } = this.#proxy.open(this.#sensor, level, this.#disturb(bytes));
      this.#checkSignature(message);
      const answer = await this.#behind.request(message, deadlineMs);
      return reply({ ...answer, request: message.request });
    } catch (error) {
      if (!(error instanceof WintersealError) || !error.code.match(/^(MESSAGE|CONTEXT|SIGNATURE)_|^PROPOSAL_REFUSED$/)) throw error;
      const refused = {
        type: "refused" as const,
        request: this.#request,
        code: error.code,
        stage: "receive" as const,
        message: "",
        retryAfter: 0,
        transactionId: new Uint8Array(0),
      };
      return { level: refused.type, bytes: encodeTo(refused) };
    }
  }

  /** As the relay and every peer do. */
  #checkSignature(message: FromMessage): void {
    if (message.type === "hello" || message.type === "status") return;
    const inspected = message.type === "sendTX" ? inspectEnvelope(message.envelope) : inspectProposal(message.signedProposal);
    derToRaw(inspected.signature);
    const sender = this.#senders.of(inspected.creator);
    if (!sender.verifies(inspected.signed, inspected.signature)) throw new WintersealError("SIGNATURE_INVALID");
  }

  #disturb(bytes: Uint8Array): Uint8Array {
    return this.#disturbance.disturb?.(bytes) ?? bytes;
  }
}
