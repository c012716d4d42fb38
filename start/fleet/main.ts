/** The demo's sensors, one process: `dist/fleet.mjs`. */
import pino from "pino";
import { startFleet } from "./fleet";
import { fleetSettings } from "./settings";

const settings = fleetSettings(process.env);
const log = pino({ name: "fleet", level: settings.logLevel });
const fleet = await startFleet(settings, log);

let stopping = false;
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await fleet.stop();
  process.exit(code);
}
process.on("SIGTERM", () => stop(0));
process.on("SIGINT", () => stop(0));
fleet.running.catch((error: unknown) => {
  log.fatal({ err: error }, "a sensor ended");
  return stop(1);
});
process.stdout.write(`${JSON.stringify({ ready: true, sensors: fleet.devices.length, display: fleet.display.origin })}\n`);
