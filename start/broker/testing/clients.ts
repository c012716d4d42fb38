/** MQTT clients of the broker's tests. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type MqttClient } from "mqtt";
import { expect } from "vitest";
import type { TestIdentity } from "../../../lib/fabric/testing/pki";
import { ATTRIBUTES } from "../../../lib/messages/names";
import type { Parties } from "./brokers";

export const sensorOf = (parties: Parties, id: string) => parties.authority.issue(id, { attributes: { [ATTRIBUTES.role]: "sensor" } });

const clients: MqttClient[] = [];

/** Call it after each test: no connection outlives the one that opened it. */
export async function leaveAll(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
}

interface Got {
  readonly topic: string;
  readonly payload: Buffer;
}
export type Listener = MqttClient & { readonly got: Got[] };

/** @throws when the broker does not let it in */
export async function join(
  port: number,
  parties: Parties,
  identity: TestIdentity | undefined,
  clientId: string,
  clean = true,
): Promise<Listener> {
  const client = connect({
    protocol: "mqtts",
    host: "127.0.0.1",
    port,
    ca: parties.operator.certificate,
    ...(identity && { cert: identity.certificate, key: identity.key }),
    clientId,
    clean,
    reconnectPeriod: 0,
    connectTimeout: 4_000,
  });
  clients.push(client);
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error("closed before CONNACK")));
  });
  client.on("error", () => undefined);
  const got: Got[] = [];
  client.on("message", (topic, payload) => got.push({ topic, payload }));
  return Object.assign(client, { got });
}

/** Unlike `once`, a reset on the way to the end is an end too. */
export const closing = (emitter: { once(event: "close", listener: () => void): unknown }) =>
  new Promise<void>((resolve) => emitter.once("close", () => resolve()));

export async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !condition(); attempt++) await sleep(10);
  expect(condition()).toBe(true);
}
