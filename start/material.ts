import { chownSync, cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { LedgerConfigInput } from "../ledger/config";
import { DEFAULT_CHAINCODE, DEFAULT_CHANNEL } from "../lib/messages/names";
import type { Network } from "../lib/messages/network";
import { CertificateAuthority, initialise, issueIdentity, type MachineIdentity } from "../organisation/ca";
import { endorsementsOf, type Layout, OPERATOR, ORDERER, ORGANISATIONS, writeWhole } from "./layout";
import { pinsOf } from "./pins";
import type { Ports } from "./ports";

export const contractPackageId = (organisation: string): string => `${DEFAULT_CHAINCODE}-${organisation}:1`;

/** Where things are reached: by browsers under public origins, by processes of this machine under plain ones. */
export interface Origins {
  readonly site: string;
  /** Where signers reach the proxy: behind the website's own address. */
  readonly relay: string;
  ca(id: string): string;
  signer(id: string): string;
  readonly inner: { readonly site: string; readonly relay: string; ca(id: string): string };
}

/**
 * @param name host name that browsers use
 * @param inner ports of the plain servers
 */
export function originsOf(name: string, tls: boolean, ports: Ports, inner: Pick<Ports, "web" | "ca">, face: "site" | "proxy"): Origins {
  const open = (port: number | undefined) => `${tls ? "https" : "http"}://${name}:${port}`;
  const plain = (port: number | undefined) => `http://127.0.0.1:${port}`;
  return {
    site: open(ports.web),
    relay: `${open(ports.web)}/relay`,
    ca: (id) => open(ports.ca[id]),
    signer: (id) => open(ports.signers[id]),
    inner: {
      site: plain(inner.web),
      relay: face === "site" ? `${plain(inner.web)}/relay` : plain(ports.relay),
      ca: (id) => plain(inner.ca[id]),
    },
  };
}

/**
 * Makes what every set-up needs and lacks: the operator's authority, and the broker's and the proxy's identities towards each other. Where the
 * organisations are on this machine, their command-line identities too. A second call keeps all keys.
 */
export async function commonMaterial(layout: Layout, origins: Origins, withOrganisations: boolean): Promise<void> {
  const { id, mspId, name } = OPERATOR;
  await initialise(layout.organisation(id), { id, mspId, name, type: id, demonstration: true });
  publish(layout, id, ["root.pem"]);
  await issueOnce(layout, id, { commonName: "proxy@operator", type: "client", role: "operator", out: layout.operator });
  await issueOnce(layout, id, { commonName: "broker", type: "client", tlsHosts: ["127.0.0.1", "localhost"], out: layout.broker });
  // Its certificate names the host that phones use, so another host is another certificate.
  const { hostname } = new URL(origins.site);
  await issueOnce(layout, id, {
    commonName: "front",
    type: "client",
    tlsHosts: [hostname, "localhost"],
    out: frontFolder(layout, origins),
  });
  if (!withOrganisations) return;
  for (const { id, mspId, name } of ORGANISATIONS) {
    await initialise(layout.organisation(id), { id, mspId, name, type: "peer", demonstration: true });
    publish(layout, id, ["root.pem", "peer0.pem"]);
  }
  for (const id of ["authority", "shipper"]) {
    const out = join(layout.people, `importer-${id}`);
    await issueOnce(layout, id, { commonName: `importer@${id}`, type: "client", role: "importer", name: "Command line (importer)", out });
  }
}

/** What the embedded ledger needs besides: the orderer, `network.json` and `ledger.json`. Rewrites only addresses. */
export async function embeddedMaterial(layout: Layout, ports: Ports, origins: Origins): Promise<void> {
  const { id, mspId, name } = ORDERER;
  await initialise(layout.organisation(id), { id, mspId, name, type: id, demonstration: true });
  publish(layout, id, ["root.pem"]);
  await issueOnce(layout, id, { commonName: "orderer0", type: "orderer", out: join(layout.organisation(id), "orderer") });
  writeWhole(layout.network, JSON.stringify({ ...networkOf(ports, origins), ...pinsOf(layout) }, null, 2));
  writeWhole(layout.ledgerConfig, JSON.stringify(ledgerOf(ports), null, 2));
}

/** The website's user reads the operator's identity. */
export const shareOperator = (layout: Layout, webUser: { uid: number; gid: number }): void => giveTo(layout.operator, webUser);

export const frontFolder = (layout: Layout, origins: Origins): string => join(layout.data, "front", new URL(origins.site).hostname);

/** Copies public certificates to where everybody may read them; organisations' own folders are closed. */
function publish(layout: Layout, id: string, files: readonly string[]): void {
  const to = join(layout.data, "network", id);
  mkdirSync(to, { recursive: true });
  for (const file of files) cpSync(join(layout.organisation(id), "public", file), join(to, file));
}

async function issueOnce(layout: Layout, issuer: string, identity: MachineIdentity): Promise<void> {
  if (existsSync(join(identity.out, "cert.pem"))) return;
  await issueIdentity(await CertificateAuthority.open(layout.organisation(issuer)), identity);
}

function giveTo(folder: string, user: { uid: number; gid: number }): void {
  chownSync(folder, user.uid, user.gid);
  for (const file of readdirSync(folder)) chownSync(join(folder, file), user.uid, user.gid);
}

function networkOf(ports: Ports, origins: Origins): Network {
  return {
    kind: "embedded",
    channel: DEFAULT_CHANNEL,
    chaincode: DEFAULT_CHAINCODE,
    endorsements: endorsementsOf(),
    organisations: ORGANISATIONS.map(({ id, mspId, name }) => ({
      id,
      mspId,
      name,
      root: `network/${id}/root.pem`,
      endorsers: [`network/${id}/peer0.pem`],
      peers: [{ name: `peer0.${id}`, address: `127.0.0.1:${ports.peers[id]}` }],
      ca: origins.ca(id),
      signer: origins.signer(id),
    })),
    operator: { mspId: OPERATOR.mspId, certificate: "operator/cert.pem", privateKey: "operator/key.pem" },
  };
}

function ledgerOf(ports: Ports): LedgerConfigInput {
  return {
    channel: DEFAULT_CHANNEL,
    chaincode: { name: DEFAULT_CHAINCODE },
    data: "ledger",
    endorsements: endorsementsOf(),
    orderer: {
      mspId: ORDERER.mspId,
      root: `network/${ORDERER.id}/root.pem`,
      certificate: `organisations/${ORDERER.id}/orderer/cert.pem`,
      privateKey: `organisations/${ORDERER.id}/orderer/key.pem`,
    },
    organisations: ORGANISATIONS.map(({ id, mspId }) => ({
      mspId,
      root: `network/${id}/root.pem`,
      peer: {
        name: `peer0.${id}`,
        certificate: `organisations/${id}/peer/cert.pem`,
        privateKey: `organisations/${id}/peer/key.pem`,
        listen: `127.0.0.1:${ports.peers[id]}`,
      },
      contract: { address: `127.0.0.1:${ports.contracts[id]}`, packageId: contractPackageId(id) },
    })),
    readers: [{ mspId: OPERATOR.mspId, root: `network/${OPERATOR.id}/root.pem` }],
  };
}
