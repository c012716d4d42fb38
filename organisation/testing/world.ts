/**
 * A small world around one signer: the organisation's real services, a relay that endorses with the peers' real keys, and two websites, of
 * which the organisation allows one. For browser tests.
 */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Role } from "../../lib/messages/names";
import type { Network } from "../../lib/messages/network";
import { createCode } from "../ca";
import { serve } from "../serve";
import { buildSigner } from "../signer/build.mjs";
import { foundOrganisation, type TestOrganisation } from "./organisation";
import { type Committed, type Mood, relayListener } from "./relay";

const HOUR_MS = 3_600_000;

export interface World {
  readonly signer: string;
  /** Origin of the website that the organisation allows, and of one that it does not. */
  readonly website: string;
  readonly stranger: string;
  readonly organisation: TestOrganisation;
  /** What the relay does next: endorse and commit, or be unwell. */
  relay: Mood;
  /** What was committed, in order. */
  readonly committed: readonly Committed[];
  code(login: string, name: string, role: Role): Promise<string>;
  end(): Promise<void>;
}

async function listen(listener: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

/** A website of one page, with the product's own opening half in it. */
async function websiteListener(): Promise<RequestListener> {
  const { outputFiles } = await build({
    stdin: {
      contents: 'import { openSigner } from "./components/signer/open"; Object.assign(window, { openSigner });',
      resolveDir: process.cwd(),
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "iife",
    alias: { "@": process.cwd() },
  });
  const script = outputFiles[0]?.text ?? "";
  return (request, response) => {
    const isScript = request.url === "/site.js";
    response.writeHead(200, {
      "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8",
      "cross-origin-opener-policy": "same-origin-allow-popups",
    });
    response.end(isScript ? script : '<!doctype html><title>A website</title><script src="/site.js"></script><main>A website</main>');
  };
}

/** @param id whose signer it is */
export async function makeWorld(id: "authority" | "shipper" | "recipient"): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "winterseal-signer-"));
  const page = join(folder, "page");
  const other = id === "shipper" ? "recipient" : "shipper";
  const [organisation, witness] = await Promise.all([foundOrganisation(id), foundOrganisation(other), buildSigner(page)]);
  const site = await websiteListener();
  const [website, stranger] = await Promise.all([listen(site), listen(site)]);
  const committed: Committed[] = [];
  const state: { relay: Mood } = { relay: "well" };
  const relay = await listen(relayListener([organisation, witness], () => state.relay, committed));
  const networkFile = join(folder, "network.json");
  await writeFile(networkFile, JSON.stringify(networkOf([organisation, witness])));
  const running = await serve(organisation.dir, {
    host: "127.0.0.1",
    caPort: 0,
    signerPort: 0,
    websites: [website.origin],
    relay: relay.origin.replace("localhost", "127.0.0.1"),
    network: networkFile,
    signerPage: page,
    graceDays: 14,
    logLevel: "silent",
  });
  return {
    signer: `http://localhost:${running.signerPort}`,
    website: website.origin,
    stranger: stranger.origin,
    organisation,
    committed,
    get relay() {
      return state.relay;
    },
    set relay(next) {
      state.relay = next;
    },
    code: (login, name, role) => createCode(organisation.dir, organisation.ca.profile, { login, name, role }, HOUR_MS),
    end: async () => {
      for (const { server } of [website, stranger, relay]) {
        server.closeAllConnections();
        server.close();
      }
      await running.close();
      await Promise.all([organisation.remove(), witness.remove(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

function networkOf(organisations: readonly TestOrganisation[]): Network {
  return {
    kind: "embedded",
    channel: "coldchain",
    chaincode: "winterseal",
    endorsements: 2,
    organisations: organisations.map(({ ca: { profile }, dir }) => ({
      id: profile.id,
      mspId: profile.mspId,
      name: profile.name,
      root: join(dir, "public", "root.pem"),
      endorsers: [join(dir, "public", "peer0.pem")],
      peers: [],
    })),
    operator: { mspId: "OperatorMSP", certificate: "unused", privateKey: "unused" },
  };
}
