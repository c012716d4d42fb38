/** `npm run proxy`: proxy and projection as a process of their own, beside a website that shows the same database. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";
import { proxySettings } from "./settings";
import { startProxy } from "./start";

const { WINTERSEAL_HEALTH_PORT: healthPort } = z
  .object({ WINTERSEAL_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(4171) })
  .parse(process.env);
const running = await startProxy(await proxySettings(process.env));

const health = createServer(async (request, response) => {
  if (request.url === "/health") {
    const answer = await running.health();
    response.writeHead(answer.status === "degraded" ? 503 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  } else if (request.url === "/metrics") {
    const { text, contentType } = await running.metrics();
    response.writeHead(200, { "content-type": contentType });
    response.end(text);
  } else {
    response.writeHead(404);
    response.end();
  }
});
await new Promise<void>((resolve, reject) => {
  health.once("error", reject);
  health.listen(healthPort, "127.0.0.1", resolve);
});

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  health.close();
  await running.stop();
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
const { port } = health.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ ready: true, relayPort: running.relayPort, healthPort: port })}\n`);
