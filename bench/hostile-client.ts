/** A hostile device in a process of its own: enrolled, connected with its own certificate, and sending as fast as its socket takes it. */
import { connect } from "mqtt";

export interface Hostile {
  readonly url: string;
  readonly id: string;
  /** PEM */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** What it sends in turn: topic and bytes, base64. */
  readonly messages: readonly { readonly topic: string; readonly bytes: string }[];
}

/** How many it hands over between two looks at whether its socket still takes them. */
const AT_ONCE = 20;

async function flood({ url, id, ca, certificate, key, messages }: Hostile): Promise<void> {
  const client = connect(url, {
    clientId: id,
    ca,
    cert: certificate,
    key,
    protocolVersion: 4,
    rejectUnauthorized: true,
    reconnectPeriod: 200,
  });
  client.on("error", () => undefined);
  let sent = 0;
  process.on("message", () => process.send?.({ sent }));
  const ready = messages.map(({ topic, bytes }) => ({ topic, bytes: Buffer.from(bytes, "base64") }));
  const publish = (done?: () => void) => {
    const message = ready[sent++ % ready.length];
    if (message !== undefined) client.publish(message.topic, message.bytes, { qos: 0 }, done);
  };
  for (;;) {
    if (!client.connected) await new Promise((resolve) => client.once("connect", resolve));
    for (let index = 1; index < AT_ONCE; index++) publish();
    await new Promise<void>((resolve) => publish(resolve));
    await new Promise(setImmediate);
  }
}

process.once("disconnect", () => process.exit(0));
process.once("message", (hostile: Hostile) => void flood(hostile));
