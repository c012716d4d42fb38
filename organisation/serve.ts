/** Runs one organisation's services: its certificate authority and its signer, each on a port of its own. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { type Issuer, openIssuer } from "./ca";
import { attestedConfirmation } from "./ca/confirm";
import { createCaServer } from "./ca/http";
import { type LoadedNetwork, loadNetwork } from "./network";
import type { Settings } from "./settings";
import { createSignerServer } from "./signer/server";
import type { SignerNetwork } from "./signer/signer-network";

export interface Running {
  readonly caPort: number;
  readonly signerPort: number;
  close(): Promise<void>;
}

/** Starts both services; resolves when both listen. @throws when a port is taken or a file is missing */
export async function serve(dir: string, settings: Settings): Promise<Running> {
  const ca = await openIssuer(dir);
  const network = await loadNetwork(settings.network);
  const { channel, chaincode } = network;
  const log = pino({ level: settings.logLevel, base: { organisation: ca.profile.id } });
  const confirm = attestedConfirmation(ca, network, settings.relay);
  const caServer = createCaServer(ca, { channel, chaincode, graceDays: settings.graceDays, confirm }, log.child({ part: "ca" }));
  const caPort = await listen(caServer, settings.caPort, settings.host);
  try {
    const signerServer = await createSignerServer({
      page: settings.signerPage,
      network: describeNetwork(ca, network, settings.websites),
      authority: `http://127.0.0.1:${caPort}`,
      relay: settings.relay,
    });
    const signerPort = await listen(signerServer, settings.signerPort, settings.host);
    return { caPort, signerPort, close: async () => void (await Promise.all([close(caServer), close(signerServer)])) };
  } catch (error) {
    await close(caServer);
    throw error;
  }
}

function describeNetwork(ca: Issuer, network: LoadedNetwork, websites: readonly string[]): SignerNetwork {
  const { id, mspId, name, demonstration } = ca.profile;
  const { channel, chaincode, endorsements, agreement } = network;
  return {
    organisation: { id, mspId, name },
    websites: [...websites],
    demonstration,
    channel,
    chaincode,
    ...(agreement && { agreement }),
    endorsements,
    organisations: network.organisations.map((organisation) => ({
      id: organisation.id,
      mspId: organisation.mspId,
      name: organisation.name,
      endorsers: [...organisation.endorsers],
    })),
  };
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
