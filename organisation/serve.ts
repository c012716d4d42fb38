/** Runs one organisation's services: its certificate authority and its signer, each on a port of its own. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { CertificateAuthority } from "./ca";
import { createCaServer } from "./ca/http";
import { loadNetwork } from "./network";
import type { Settings } from "./settings";

export interface Running {
  readonly caPort: number;
  readonly signerPort: number;
  close(): Promise<void>;
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  await closed;
}

/** Starts both services; resolves when both listen. @throws when a port is taken or a file is missing */
export async function serve(dir: string, settings: Settings): Promise<Running> {
  const ca = await CertificateAuthority.open(dir);
  const network = loadNetwork(settings.network);
  const log = pino({ level: settings.logLevel, base: { organisation: ca.profile.id } });
  const caServer = createCaServer(
    ca,
    { channel: network.channel, chaincode: network.chaincode, graceDays: settings.graceDays },
    log.child({ part: "ca" }),
  );
  const caPort = await listen(caServer, settings.caPort, settings.host);
  return { caPort, signerPort: settings.signerPort, close: () => close(caServer) };
}
