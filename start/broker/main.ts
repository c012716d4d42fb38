/** The embedded MQTT broker as a process of its own (docs/architecture.md, "broker"). */
import { pino } from "pino";
import { startBroker } from "./broker";
import { brokerSettings } from "./settings";

const settings = await brokerSettings(process.env);
const log = pino({ name: "broker", level: settings.logLevel });
const broker = await startBroker(settings, (reason, who) => log.warn({ reason, who }, "turned away"));

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await broker.close();
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
process.stdout.write(`${JSON.stringify({ ready: true, port: broker.port })}\n`);
