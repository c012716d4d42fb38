/** `npm run sensor`: a sensor of one's own, beside the demo's. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pino from "pino";
import { WintersealError } from "../../lib/messages/errors";
import { serveDisplay } from "../fleet/display";
import { type Endpoints, type Layout, layoutOf } from "../layout";
import { deviceContext } from "./context";
import { type Device, openDevice } from "./device";
import { install, requestFor } from "./identity";
import { readOptions, type SensorOptions, USAGE } from "./options";
import { lineProbe } from "./probe";

async function endpointsOf(layout: Layout): Promise<Endpoints> {
  try {
    return JSON.parse(await readFile(layout.endpoints, "utf8")) as Endpoints;
  } catch (cause) {
    throw new WintersealError(
      "UNAVAILABLE",
      `Nothing runs on ${layout.data}: start it with npm start, or name its folder by --data`,
      {},
      { cause },
    );
  }
}

/** Its probe's program has ended: what it measured is still brought to the ledger. */
async function delivered(device: Device): Promise<void> {
  for (;;) {
    const { waiting, sequence, confirmedThrough } = device.status();
    if (waiting === 0 && confirmedThrough >= sequence) return;
    await delay(500);
  }
}

async function run(options: SensorOptions, layout: Layout, folder: string): Promise<void> {
  const log = pino({ name: options.id, level: process.env.LOG_LEVEL ?? "info" });
  const { mqttUrl } = await endpointsOf(layout);
  const mqttCa = process.env.MQTT_CA ?? path.join(layout.data, "network/operator/root.pem");
  const context = await deviceContext(
    { network: layout.network, mqttUrl, mqttCa },
    { batchAgeMs: options.sendMs, proveAfterMs: options.sendMs },
    log,
  );
  const probe = lineProbe(process.stdin, options.everyMs);
  const boot = async (journal: Parameters<Parameters<typeof openDevice>[0]["boot"]>[0]) => {
    const id = new Uint8Array(randomBytes(8));
    await journal.beginBoot(id, { tick: 0, at: Date.now() });
    return { boot: id, age: 0 };
  };
  const { id, everyMs: intervalMs, profile } = options;
  const asks = { id, folder, intervalMs, measure: probe.measure, boot, ...(profile === undefined ? {} : { profile }) };
  const device: Device = await openDevice(asks, context);
  const display =
    options.display === undefined ? undefined : await serveDisplay({ host: "127.0.0.1", port: options.display }, () => [device]);
  process.stdout.write(`${JSON.stringify({ ready: true, sensor: options.id, display: display && `${display.origin}/${options.id}` })}\n`);
  const asked = new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  await Promise.race([asked, device.running, probe.ended.then(() => delivered(device))]);
  await device.stop();
  await display?.close();
  process.exit(0);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const layout = layoutOf(options.data);
  const folder = path.join(layout.devices, options.id);
  if (options.command === "request") process.stdout.write(`${(await requestFor(folder, options.id)).trim()}\n`);
  else if (options.command === "run") await run(options, layout, folder);
  else {
    await install(folder, options.id, await readFile(options.file ?? "", "utf8"));
    process.stdout.write(`Kept. Start it with: npm run sensor -- run ${options.id}\n`);
  }
}

main().catch((error: unknown) => {
  if (error instanceof WintersealError) process.stderr.write(`[${error.code}] ${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
