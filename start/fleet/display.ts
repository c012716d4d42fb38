import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Device } from "../device/device";
import type { Lamp } from "../device/lamp";
import { type LampShown, listPage, type Shown, sensorPage } from "./page";
import { STYLE } from "./style";

export interface Display {
  /** `http://host:port` */
  readonly origin: string;
  close(): Promise<void>;
}

const SECURITY = {
  "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** What one device shows of itself. */
export function shownBy(device: Device): Shown {
  const status = device.status();
  const text = status.sequence === 0 ? null : `${status.id} ${status.sequence} ${status.hash}`;
  return { ...status, connected: device.connected(), identifying: device.identifying(), validUntil: device.validUntil, text };
}

const lampShown = (lamp: Lamp): LampShown => ({ id: lamp.id, shipment: lamp.shipment, connected: lamp.connected(), ...lamp.status() });

/**
 * Serves each sensor's own display: `GET /` lists them and the lamps, `GET /<id>` shows one; JSON when asked for (lamps: `GET /lamps`). It reads the device and nothing else.
 * @throws when the port is taken
 */
export async function serveDisplay(
  at: { readonly host: string; readonly port: number },
  devices: () => readonly Device[],
  lamps: () => readonly Lamp[] = () => [],
): Promise<Display> {
  const server = createServer((request, response) => {
    answer(request, response, devices(), lamps()).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(at.port, at.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${at.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  devices: readonly Device[],
  lamps: readonly Lamp[],
): Promise<void> {
  const send = (status: number, type: string, body: string) => {
    response.writeHead(status, { ...SECURITY, "content-type": `${type}; charset=utf-8` });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  if (request.method !== "GET" && request.method !== "HEAD") return send(405, "text/plain", "only GET");
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path === "/style.css") return send(200, "text/css", STYLE);
  const json = request.headers.accept?.includes("application/json") === true;
  if (path === "/") {
    const shown = devices.map(shownBy);
    return json ? send(200, "application/json", JSON.stringify(shown)) : send(200, "text/html", listPage(shown, lamps.map(lampShown)));
  }
  if (path === "/lamps" && json) return send(200, "application/json", JSON.stringify(lamps.map(lampShown)));
  const device = devices.find(({ id }) => `/${id}` === path);
  if (device === undefined) return send(404, "text/plain", "There is no such sensor here.");
  const shown = shownBy(device);
  return json ? send(200, "application/json", JSON.stringify(shown)) : send(200, "text/html", await sensorPage(shown, Date.now()));
}
