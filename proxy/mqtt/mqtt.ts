import { randomBytes } from "node:crypto";
import { connect, type MqttClient } from "mqtt";
import { encodeTo } from "../../device/ts/link-messages";
import { WintersealError } from "../../lib/messages/errors";
import { laneFilter, parseRefused, parseTopic, REFUSED_FILTER, TO_TYPES, topicTo } from "../../lib/messages/link";
import type { Reply } from "../relay/compact";
import type { Desk } from "../relay/desk";
import type { MqttSettings } from "../settings";

export interface MqttTransport {
  /** Connected and subscribed. */
  readonly connected: boolean;
  /** Tells a device that there may be something new for it; nothing happens when it, or the broker, is away. */
  hint(deviceId: string): void;
  /** Takes no more messages; answers still go out. */
  pause(): Promise<void>;
  close(): Promise<void>;
}

export interface MqttEvents {
  readonly connected?: () => void;
  readonly lost?: (reason: string) => void;
  /** An answer that had nowhere to go: the device asks again. */
  readonly dropped?: () => void;
  /** A topic that is none of the link's. */
  readonly foreign?: (topic: string) => void;
}

/** What a device's topic level may look like here; which names exist is the broker's and the ledger's matter. */
const NAME = /^[\w.@-]{1,96}$/;
const RECONNECT_MS = 1_000;
const NEWS = Buffer.from(encodeTo({ type: TO_TYPES.news, request: 0 }));

/**
 * Serves sensors over any MQTT 3.1.1 broker. The broker has authenticated the publisher, so the topic's device id is the sender; the relay holds it against
 * the creator that signed. Connects in the background and for as long as it takes.
 * @param lane topic level of compact messages that are for this proxy alone
 */
export function startMqtt(settings: MqttSettings, desk: Desk, lane: string, events: MqttEvents = {}): MqttTransport {
  const filters = [settings.shared ? "$share/proxies/from/#" : "from/#", laneFilter(lane)];
  const client = connect(settings.url, {
    clientId: `proxy@operator-${randomBytes(4).toString("hex")}`,
    protocolVersion: 4,
    clean: true,
    resubscribe: false,
    reconnectPeriod: RECONNECT_MS + Math.round(Math.random() * RECONNECT_MS),
    connectTimeout: 10_000,
    keepalive: 30,
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.certificate === undefined ? {} : { cert: settings.certificate, key: settings.key ?? "" }),
  });
  let paused = false;
  let subscribed = false;

  client.on("connect", () => {
    // mqtt.js leaves Nagle on: 100 ms more for a lone transaction.
    (client.stream as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
    if (paused) return;
    client.subscribe(filters, { qos: 1 }, (error, granted) => {
      const refused = granted?.some(({ qos }) => qos === 128);
      if (error || refused) events.lost?.(error?.message ?? `the broker refuses the subscription ${filters.join(" ")}`);
      else {
        subscribed = true;
        events.connected?.();
      }
    });
    // Only a broker that serves one proxy tells these (lib/messages/link); where it does not, there is nothing to hear.
    if (!settings.shared) client.subscribe(REFUSED_FILTER, { qos: 0 }, () => undefined);
  });
  client.on("error", (error) => events.lost?.(error.message));
  client.on("close", () => {
    subscribed = false;
    events.lost?.("closed");
  });
  client.on("message", (topic, payload) => receive(client, desk, events, topic, payload));

  return {
    get connected() {
      return client.connected && subscribed;
    },
    hint(deviceId) {
      if (client.connected) client.publish(topicTo(deviceId, TO_TYPES.news), NEWS, { qos: 0 });
    },
    async pause() {
      paused = true;
      if (client.connected) await client.unsubscribeAsync(filters);
    },
    async close() {
      await client.endAsync(!client.connected);
    },
  };
}

function receive(client: MqttClient, desk: Desk, events: MqttEvents, topic: string, payload: Buffer): void {
  const turnedAway = parseRefused(topic);
  if (turnedAway !== undefined) {
    const refusal = desk.refuse(new WintersealError(turnedAway.code));
    answer(client, events, turnedAway.deviceId, { level: refusal.type, bytes: encodeTo(refusal) });
    return;
  }
  const parts = parseTopic(topic);
  if (parts === undefined || parts.direction === "to" || !NAME.test(parts.deviceId)) {
    events.foreign?.(topic);
    desk.refuse(new WintersealError("TOPIC_FOREIGN"));
    return;
  }
  const { reply, repeated } = desk.take({ transport: "mqtt", name: parts.deviceId }, parts.type, payload);
  // MQTT's own resending brings the same bytes twice; the first one's answer serves both.
  if (repeated) return;
  void reply.then((message) => answer(client, events, parts.deviceId, message));
}

function answer(client: MqttClient, events: MqttEvents, deviceId: string, { level, bytes }: Reply): void {
  // Queued while the connection is away, answers would pile up for devices that have long asked again.
  if (!client.connected) {
    events.dropped?.();
    return;
  }
  client.publish(topicTo(deviceId, level), Buffer.from(bytes), { qos: 1 }, (error) => {
    if (error) events.dropped?.();
  });
}
