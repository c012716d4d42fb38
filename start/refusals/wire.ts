/** A sensor's bare MQTT connection, and messages as no honest device forms them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { nodeCrypto } from "../../device/ts/crypto-node";
import { rawToDer } from "../../device/ts/der";
import { formProposal, invocationArgs, serializedIdentity, signedProposal } from "../../device/ts/fabric";
import type { Link } from "../../device/ts/link";
import { decodeTo, type FromBody, type ToMessage } from "../../device/ts/link-messages";
import type { Signer } from "../../device/ts/signer";
import { parseTopic } from "../../lib/messages/link";
import type { TestStack } from "../testing/stack";

export class Wire {
  readonly client: MqttClient;
  readonly #id: string;
  #answers: ToMessage[] = [];
  #wake: () => void = () => undefined;

  private constructor(client: MqttClient, id: string) {
    this.client = client;
    this.#id = id;
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => {
      this.#answers.push(decodeTo(parseTopic(topic)?.type ?? "", payload));
      this.#wake();
    });
  }

  /** Connects with the sensor's own certificate. Nothing else may be connected under its name. */
  static async open({ context: { layout, mqttUrl } }: TestStack, id: string, clientId = id): Promise<Wire> {
    const folder = join(layout.devices, id);
    const client = await connectAsync(mqttUrl, {
      ca: readFileSync(join(layout.data, "network/operator/root.pem")),
      cert: readFileSync(join(folder, "cert.pem")),
      key: readFileSync(join(folder, "key.pem")),
      clientId,
      reconnectPeriod: 200,
      resubscribe: true,
    });
    const wire = new Wire(client, id);
    await client.subscribeAsync(`to/${id}/#`, { qos: 1 });
    return wire;
  }

  /** The next answer to arrive after `act` began. */
  async answerTo(act: () => unknown): Promise<ToMessage> {
    this.#answers = [];
    const arrived = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await act();
    await Promise.race([arrived, new Promise((_, reject) => setTimeout(reject, 10_000, new Error("no answer within 10 s")))]);
    const [answer] = this.#answers;
    if (answer === undefined) throw new Error("no answer");
    return answer;
  }

  publish(type: string, bytes: Uint8Array, id = this.#id): Promise<ToMessage> {
    return this.answerTo(() => this.client.publish(`from/${id}/${type}`, Buffer.from(bytes), { qos: 1 }));
  }

  close(): Promise<void> {
    return this.client.endAsync(true);
  }
}

interface Asked {
  readonly channel?: string;
  readonly args?: readonly Uint8Array[];
  /** Signs other bytes than it sends. */
  readonly falsely?: boolean;
}

/** protos.SignedProposal of `batch:Record` with whatever arguments. */
export async function proposalOf(signer: Signer, { channel = "coldchain", args = [], falsely = false }: Asked = {}): Promise<Uint8Array> {
  const creator = serializedIdentity(signer.mspId, signer.certificate);
  const invocation = { channel, chaincode: "winterseal", args: invocationArgs("batch:Record", args) };
  const { bytes } = formProposal(creator, invocation, nodeCrypto().random(24), Date.now());
  const signature = await signer.sign(falsely ? Uint8Array.of(...bytes, 0) : bytes);
  return signedProposal(bytes, rawToDer(signature));
}

/** A link that keeps what was asked, to be sent once more. */
export function recording(asked: FromBody[]): (link: Link) => Link {
  return (link) => ({
    request(body, deadlineMs) {
      asked.push(body);
      return link.request(body, deadlineMs);
    },
  });
}
