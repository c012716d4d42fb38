import { COMPACT_LEVEL, FROM_TYPES, LANE, parseTopic, REFUSED_FILTER, TO_TYPES } from "../../lib/messages/link";
import type { BrokerIdentity } from "./identity";

const FROM = new Set<string>(Object.values(FROM_TYPES));
const TO = new Set<string>([...Object.values(TO_TYPES), COMPACT_LEVEL]);

/**
 * A client id is the certificate's name, so that nobody pushes another one off [MQTT-3.1.4-2]. Several proxies may serve one broker:
 * theirs begin with the name.
 */
export function mayConnect(identity: BrokerIdentity, clientId: string): boolean {
  if (identity.kind === "sensor") return clientId === identity.name;
  return clientId === identity.name || (clientId.startsWith(`${identity.name}-`) && clientId.length <= 96);
}

/** Sensors write under their own name, the proxy to everyone; only types of the link, so that nothing else can be carried here. */
export function mayPublish(identity: BrokerIdentity, topic: string): boolean {
  const parts = parseTopic(topic);
  if (parts === undefined) return false;
  if (identity.kind === "proxy") return parts.direction === "to" && TO.has(parts.type);
  // An unknown type is let through to the proxy, which answers it with its own error code.
  if (parts.deviceId !== identity.name) return false;
  return parts.direction === "lane" ? LANE.test(parts.type) : parts.direction === "from" && /^[\w-]{1,32}$/.test(parts.type);
}

/** Sensors read their own answers, the proxy every question. Wildcards only below the own name. */
export function maySubscribe(identity: BrokerIdentity, filter: string): boolean {
  if (identity.kind === "proxy") return ALL.has(filter) || isFrom(filter) || isLane(filter);
  const own = `to/${identity.name}/`;
  if (!filter.startsWith(own)) return false;
  const rest = filter.slice(own.length);
  return rest === "#" || rest === "+" || TO.has(rest);
}

const ALL = new Set(["from/#", "from/+/+", REFUSED_FILTER]);

const isLane = (filter: string): boolean => {
  const [, lane] = /^f\/\+\/(\w+)$/.exec(filter) ?? [];
  return lane !== undefined && LANE.test(lane);
};

const isFrom = (filter: string): boolean => {
  const parts = filter.split("/");
  return parts.length === 3 && parts[0] === "from" && FROM.has(parts[2] ?? "");
};
