import { isIP } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { MqttClient } from "mqtt";
import { WintersealError } from "../../lib/messages/errors";
import { parseTopic, TO_TYPES, topicFrom, topicLane } from "../../lib/messages/link";
import { CompactDevice, NotWhole } from "./compact/device";
import type { Link } from "./link";
import type { FromBody, ToMessage } from "./link-messages";

export interface MqttLinkSettings {
  /** `mqtts://host:port`; TLS with a client certificate is the only way in. */
  readonly url: string;
  /** Device id = certificate name = client id. */
  readonly id: string;
  /** PEM: root of the broker's certificate. */
  readonly ca: string;
  /** PEM: the device's identity certificate and key. */
  readonly certificate: string;
  readonly key: string;
  /** Whether to use the compact form where the proxy offers it; yes when left out. */
  readonly compact?: boolean;
  /** The proxy says that there may be something new for the device. Anybody may say so: it is a reason to ask. */
  readonly onNews?: () => void;
}

/** Back-off between connections, ms; with jitter over half of it, so that a broker's restart is no storm. */
const RECONNECT_MIN = 250;
const RECONNECT_MAX = 8_000;
/** A connection that held this long was a good one: the next back-off starts from the beginning. ms */
const STEADY = 10_000;
/** Idle time after which the connection is probed, s [MQTT-3.1.2-24]. */
const KEEP_ALIVE = 30;
/**
 * A question that the broker took and nobody answers is published again, the same bytes: a broker drops what comes while no proxy is
 * subscribed. A proxy that is serving them answers once, and one that serves them anew orders no transaction twice. ms
 */
const AGAIN = 5_000;

interface Waiting {
  settle(answer: ToMessage | WintersealError): void;
  /** Asks again in full form, once: the compact one was not understood. */
  inFull(): boolean;
}

/** Request numbers fit one byte of a varint; few are ever open at once. */
const REQUESTS = 127;

/**
 * A device's link over MQTT 3.1.1: questions to `from/<id>/…`, answers from `to/<id>/…`. Reconnects by itself.
 * A request that the connection takes with it fails as UNAVAILABLE: it may have arrived. What is not answered is asked again until the deadline.
 *
 * QoS 0 both ways, and QoS 1 for what is asked again. A PUBACK says that the next hop has a message, 26 bytes each; here the answer says more: that a
 * proxy took the question, and, signed, what the ledger says. The connection keeps order and loses nothing while it stands; what goes with it, or is
 * dropped by a broker, is asked again either way. Asked again at QoS 1, so that a broker that does not even acknowledge is found out.
 */
export class MqttLink implements Link {
  readonly #settings: MqttLinkSettings;
  readonly #client: MqttClient;
  readonly #pending = new Map<number, Waiting>();
  readonly #whenReady = new Set<() => void>();
  #ready = false;
  #closing = false;
  #failures = 0;
  #since = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #codec: CompactDevice;
  /** Starts anywhere, so that an answer to an earlier process most likely finds nobody; what it says is checked in any case. */
  #request = Math.floor(Math.random() * REQUESTS);

  /** @throws WintersealError ARGUMENT_INVALID for an address that is not `mqtts:` */
  constructor(settings: MqttLinkSettings) {
    const { protocol, hostname, port } = new URL(settings.url);
    if (protocol !== "mqtts:") throw new WintersealError("ARGUMENT_INVALID", "a device connects by mqtts: only", { protocol });
    this.#settings = settings;
    this.#codec = new CompactDevice(settings.id);
    this.#client = new MqttClient(() => openSocket(settings, hostname, Number(port || 8883)), {
      clientId: settings.id,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEP_ALIVE,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      queueQoSZero: false,
      resubscribe: false,
    });
    this.#client.on("connect", () => this.#subscribe());
    this.#client.on("message", (topic, payload) => this.#receive(topic, payload));
    this.#client.on("close", () => this.#lost());
    // Every error of the connection ends in "close", which is handled; without a listener it would end the process.
    this.#client.on("error", () => undefined);
  }

  /** Whether answers can arrive now. */
  get connected(): boolean {
    return this.#ready;
  }

  async request(body: FromBody, deadlineMs: number): Promise<ToMessage> {
    const until = performance.now() + deadlineMs;
    if (!(await this.#readyWithin(deadlineMs))) throw new WintersealError("UNAVAILABLE", "no connection to the broker");
    const request = this.#number();
    return new Promise<ToMessage>((resolve, reject) => {
      let acknowledged = true;
      let form = this.#codec.encode({ ...body, request }, this.#settings.compact === false);
      const settle: Waiting["settle"] = (answer) => {
        clearTimeout(timer);
        clearInterval(again);
        this.#pending.delete(request);
        this.#codec.settle(request);
        if (answer instanceof WintersealError) reject(answer);
        else resolve(answer);
      };
      const timer = setTimeout(() => {
        // Nobody hears on that lane any more, as it seems: the next question is for any proxy.
        if (form.compact) this.#codec.reset();
        settle(new WintersealError("DEADLINE", undefined, { asked: body.type }));
        // Not even the broker took it: the connection is half open.
        if (!acknowledged) this.#cut();
      }, until - performance.now());
      const publish = (qos: 0 | 1) => {
        acknowledged = qos === 0;
        const topic = (form.compact ? topicLane : topicFrom)(this.#settings.id, form.level);
        this.#client.publish(topic, Buffer.from(form.bytes), { qos }, (error) => {
          acknowledged = true;
          if (error) settle(new WintersealError("UNAVAILABLE", undefined, {}, { cause: error }));
        });
      };
      /** For any proxy: the one that it was meant for may be gone, or may have forgotten. */
      const inFull = () => {
        const was = form.compact;
        if (was) {
          this.#codec.reset();
          form = this.#codec.encode({ ...body, request }, true);
        }
        return was;
      };
      const again = setInterval(() => {
        if (!acknowledged) return;
        inFull();
        publish(1);
      }, AGAIN);
      const waiting: Waiting = {
        settle,
        inFull: () => {
          const changed = inFull();
          if (changed) publish(0);
          return changed;
        },
      };
      this.#pending.set(request, waiting);
      publish(0);
    });
  }

  doubt(): void {
    this.#codec.reset();
  }

  /** Ends the connection; open requests fail as UNAVAILABLE. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    await this.#client.endAsync(true);
    this.#abandon();
  }

  #number(): number {
    do this.#request = (this.#request % REQUESTS) + 1;
    while (this.#pending.has(this.#request) && this.#pending.size < REQUESTS);
    return this.#request;
  }

  /** What is asked from here on waits for the next connection. */
  #cut(): void {
    this.#ready = false;
    this.#client.stream.destroy();
  }

  #readyWithin(ms: number): Promise<boolean> {
    if (this.#ready) return Promise.resolve(true);
    return new Promise((resolve) => {
      const ready = () => {
        clearTimeout(timer);
        resolve(this.#ready);
      };
      const timer = setTimeout(() => {
        this.#whenReady.delete(ready);
        resolve(false);
      }, ms);
      this.#whenReady.add(ready);
    });
  }

  #subscribe(): void {
    this.#client.subscribe(`to/${this.#settings.id}/#`, { qos: 0 }, (error) => {
      if (error) {
        this.#cut();
        return;
      }
      this.#ready = true;
      this.#since = performance.now();
      this.#wake();
    });
  }

  #receive(topic: string, payload: Uint8Array): void {
    const parts = parseTopic(topic);
    if (parts?.direction !== "to" || parts.deviceId !== this.#settings.id) return;
    try {
      const answer = this.#codec.decode(parts.type, payload);
      if (answer.type === TO_TYPES.news) {
        this.#settings.onNews?.();
        return;
      }
      // An unknown number is an answer that came too late, or twice.
      const waiting = this.#pending.get(answer.request) ?? this.#meant(answer);
      if (this.#codec.needsFull(answer) && waiting?.inFull()) return;
      waiting?.settle(answer);
    } catch (error) {
      if (error instanceof NotWhole) {
        this.#pending.get(error.request)?.inFull();
        return;
      }
      // Bytes that are no answer settle nothing: the request's own deadline does.
      if (!(error instanceof WintersealError)) throw error;
    }
  }

  /** A refusal of bytes whose number could not be read bears 0: while one question is open it can mean no other. */
  #meant(answer: ToMessage): Waiting | undefined {
    if (answer.type !== TO_TYPES.refused || answer.request !== 0 || this.#pending.size !== 1) return undefined;
    return this.#pending.values().next().value;
  }

  #lost(): void {
    this.#ready = false;
    this.#abandon();
    if (this.#closing) return;
    // Not at once after connecting: a second device of the same name would push and be pushed off without end [MQTT-3.1.4-2].
    if (performance.now() - this.#since > STEADY) this.#failures = 0;
    this.#since = Number.POSITIVE_INFINITY;
    const base = Math.min(RECONNECT_MIN * 2 ** Math.min(this.#failures, 10), RECONNECT_MAX);
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#client.reconnect(), base * (0.5 + Math.random() / 2));
  }

  #abandon(): void {
    for (const { settle } of [...this.#pending.values()]) settle(new WintersealError("UNAVAILABLE", "the connection was lost"));
    if (this.#closing) this.#wake();
  }

  #wake(): void {
    for (const ready of this.#whenReady) ready();
    this.#whenReady.clear();
  }
}

function openSocket({ ca, certificate, key }: MqttLinkSettings, host: string, port: number): TLSSocket {
  const socket = connectTls({ host, port, ca, cert: certificate, key, ...(isIP(host) === 0 && { servername: host }) });
  // mqtt.js leaves Nagle's algorithm on: 100 ms for a lone transaction.
  socket.setNoDelay(true);
  return socket;
}
