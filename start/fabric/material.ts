/** Founds the organisations of a Fabric network and issues what their nodes need; says it all as a topology that room network/ runs. */
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DEFAULT_CHAINCODE, DEFAULT_CHANNEL } from "../../lib/messages/names";
import type { Network } from "../../lib/messages/network";
import {
  BLOCKS,
  type Consensus,
  type KeyPair,
  type OrdererOrganisation,
  type PeerOrganisation,
  type Topology,
} from "../../network/topology";
import { CertificateAuthority, initialise, issueIdentity, type MachineIdentity } from "../../organisation/ca";
import { endorsementsOf, type Layout, OPERATOR, ORGANISATIONS, writeWhole } from "../layout";
import { contractHost, contractPort, ordererPorts, peerPorts } from "./ports";

const HOST = "127.0.0.1";

/** A sensor that nobody registers: "not there" is an answer, endorsed like any other. */
const PROBE = { name: "attest:Read", args: ['{"kind":"sensor","sensor":"network-probe"}', "0".repeat(16)] };

export interface FabricShape {
  readonly basePort: number;
  readonly consensus: Consensus;
  /** Peers of each organisation, 1 to 4. */
  readonly peers: number;
  /** Longest wait for a lone transaction, ms. */
  readonly blockTimeoutMs?: number;
  /** Each process in a container of its own, which the others know by its name, and which sees the data folder as {@link INSIDE}. */
  readonly containers?: boolean;
}

/** Where containers see the data folder: each only those parts of it that are its own. */
export const INSIDE = "/srv/winterseal";

/** By which name other nodes know a node. */
const hostOf = ({ containers }: FabricShape, name: string): string => (containers ? name : HOST);

/** Each organisation orders, too, by a membership of its own (docs/decisions/0100); BFT needs a fourth, the operator's. */
const orderersOf = (consensus: Consensus) => [
  ...ORGANISATIONS.map(({ id, mspId, name }) => ({ id, mspId: mspId.replace(/MSP$/, "OrdererMSP"), name: `${name}, ordering` })),
  ...(consensus === "bft" ? [{ id: OPERATOR.id, mspId: "OperatorOrdererMSP", name: `${OPERATOR.name}, ordering` }] : []),
];

const pairIn = (folder: string): KeyPair => ({ certificate: join(folder, "cert.pem"), privateKey: join(folder, "key.pem") });

/** Opens the authority only where something is missing: a second start reads no root key. */
async function issueOnce(authority: string, identity: MachineIdentity): Promise<KeyPair> {
  if (!existsSync(join(identity.out, "cert.pem"))) await issueIdentity(await CertificateAuthority.open(authority), identity);
  return pairIn(identity.out);
}

export interface Founder {
  readonly id: string;
  readonly mspId: string;
  readonly name: string;
}

/** The authority for TLS is another key than the one for identities: a TLS certificate is no identity on the channel. */
async function foundTls(folder: string, { id, mspId, name }: Founder): Promise<string> {
  await initialise(join(folder, "tls"), { id, mspId, name: `${name}, TLS`, type: "tls", demonstration: true });
  return join(folder, "tls");
}

const hostsOf = (name: string) => [name, "localhost", HOST];
const tlsIdentity = (
  folder: string,
  authority: string,
  commonName: string,
  type: "peer" | "orderer" | "client",
  otherNames: readonly string[] = [],
) => issueOnce(authority, { type, commonName, tlsHosts: [...hostsOf(commonName), ...otherNames], out: join(folder, `${commonName}-tls`) });

async function peerOrganisation(layout: Layout, founder: Founder, index: number, shape: FabricShape): Promise<PeerOrganisation> {
  const { id, mspId, name } = founder;
  const folder = layout.organisation(id);
  await initialise(folder, { id, mspId, name, type: "peer", demonstration: true });
  const tls = await foundTls(folder, founder);
  const fabric = join(layout.fabric, "organisations", id);
  const peers = await Promise.all(
    Array.from({ length: shape.peers }, async (_, number) => {
      const peer = `peer${number}.${id}`;
      const out = number === 0 ? join(folder, "peer") : join(folder, `peer${number}`);
      return {
        name: peer,
        host: hostOf(shape, peer),
        folder: join(layout.fabric, peer),
        identity: await issueOnce(folder, { type: "peer", commonName: peer, tlsHosts: hostsOf(peer), out }),
        tls: await tlsIdentity(folder, tls, peer, "peer"),
        ports: peerPorts(shape.basePort, index, number, shape.peers),
      };
    }),
  );
  return {
    id,
    mspId,
    root: join(folder, "public", "root.pem"),
    tlsRoot: join(tls, "public", "root.pem"),
    admin: await issueOnce(folder, { type: "admin", commonName: `admin@${id}`, out: join(folder, "admin") }),
    adminTls: await tlsIdentity(folder, tls, `admin.${id}`, "client"),
    monitor: await issueOnce(folder, { type: "client", commonName: `monitor@${id}`, role: "auditor", out: join(folder, "monitor") }),
    folder: fabric,
    peers,
    contract: {
      address: `${hostOf(shape, contractHost(id, 0))}:${contractPort(shape.basePort, index)}`,
      otherAddress: `${hostOf(shape, contractHost(id, 1))}:${contractPort(shape.basePort, index, 1)}`,
      tls: await tlsIdentity(folder, tls, contractHost(id, 0), "client", [contractHost(id, 1)]),
    },
  };
}

async function ordererOrganisation(layout: Layout, founder: Founder, index: number, shape: FabricShape): Promise<OrdererOrganisation> {
  const { id, mspId, name } = founder;
  const folder = layout.organisation(`${id}-orderer`);
  const named = { ...founder, id: `${id}-orderer` };
  await initialise(folder, { id: named.id, mspId, name, type: "orderer", demonstration: true });
  const tls = await foundTls(folder, named);
  const orderer = `orderer.${id}`;
  return {
    id: named.id,
    mspId,
    root: join(folder, "public", "root.pem"),
    tlsRoot: join(tls, "public", "root.pem"),
    admin: await issueOnce(folder, { type: "admin", commonName: `admin@${named.id}`, out: join(folder, "admin") }),
    adminTls: await tlsIdentity(folder, tls, `admin.${named.id}`, "client"),
    folder: join(layout.fabric, "organisations", named.id),
    nodes: [
      {
        name: orderer,
        host: hostOf(shape, orderer),
        folder: join(layout.fabric, orderer),
        identity: await issueOnce(folder, { type: "orderer", commonName: orderer, out: join(folder, "orderer") }),
        tls: await tlsIdentity(folder, tls, orderer, "orderer"),
        ports: ordererPorts(shape.basePort, index),
      },
    ],
  };
}

const joinedFile = (layout: Layout): string => join(layout.data, "joined.json");

/** Organisations that joined after the channel was founded, in the order in which they did. */
export function joinedOrganisations(layout: Layout): readonly Founder[] {
  return existsSync(joinedFile(layout)) ? (JSON.parse(readFileSync(joinedFile(layout), "utf8")) as Founder[]) : [];
}

/** Remembers one more: the next start runs its peers, lets them join and has everybody approve the contract with it. */
export function rememberJoined(layout: Layout, { id, mspId, name }: Founder): void {
  const before = joinedOrganisations(layout).filter((each) => each.id !== id);
  writeWhole(joinedFile(layout), JSON.stringify([...before, { id, mspId, name }], null, 2));
}

/**
 * Makes what is missing and keeps every key that is there.
 * @param newcomers organisations that are about to join
 */
export async function fabricMaterial(layout: Layout, shape: FabricShape, newcomers: readonly Founder[] = []): Promise<Topology> {
  const founders = [...ORGANISATIONS, ...joinedOrganisations(layout), ...newcomers];
  const organisations = await Promise.all(founders.map((founder, index) => peerOrganisation(layout, founder, index, shape)));
  const orderers = await Promise.all(
    orderersOf(shape.consensus).map((founder, index) => ordererOrganisation(layout, founder, index, shape)),
  );
  const operator = layout.organisation(OPERATOR.id);
  await initialise(operator, { ...OPERATOR, type: "operator", demonstration: true });
  await issueOnce(operator, { commonName: "proxy@operator", type: "client", role: "operator", out: layout.operator });
  const topology: Topology = {
    channel: DEFAULT_CHANNEL,
    chaincode: DEFAULT_CHAINCODE,
    probe: PROBE,
    endorsements: endorsementsOf(),
    consensus: shape.consensus,
    host: HOST,
    listen: shape.containers ? "0.0.0.0" : HOST,
    ...(shape.containers ? { mount: { from: layout.data, to: INSIDE } } : {}),
    folder: layout.fabric,
    organisations,
    orderers,
    readers: [{ id: OPERATOR.id, mspId: OPERATOR.mspId, root: join(operator, "public", "root.pem") }],
    blocks: { ...BLOCKS, ...(shape.blockTimeoutMs === undefined ? {} : { timeoutMs: shape.blockTimeoutMs }) },
  };
  publish(layout, topology);
  return topology;
}

/** Copies public certificates to where everybody may read them; organisations' own folders are closed. */
function publish(layout: Layout, { organisations, readers }: Topology): void {
  const put = (id: string, name: string, from: string) => {
    mkdirSync(join(layout.data, "network", id), { recursive: true });
    cpSync(from, join(layout.data, "network", id, name));
  };
  for (const { id, root, tlsRoot, peers } of organisations) {
    put(id, "root.pem", join(dirname(root), "roots.pem"));
    put(id, "tls-root.pem", tlsRoot);
    peers.forEach(({ identity }, number) => {
      put(id, `peer${number}.pem`, identity.certificate);
    });
  }
  for (const { id, root } of readers) put(id, "root.pem", join(dirname(root), "roots.pem"));
}

/**
 * What clients read: `network.json` of a topology.
 * @param joined who came after the founders: their own services run elsewhere
 * @param services origins of CA and signer, where they run
 */
export function fabricNetworkJson(
  topology: Topology,
  joined: readonly Founder[],
  services?: (id: string) => { ca: string; signer: string },
): Network {
  const names = new Map([...ORGANISATIONS, ...joined].map(({ id, name }) => [id, name]));
  const isFounder = (id: string) => ORGANISATIONS.some((organisation) => organisation.id === id);
  return {
    kind: "fabric",
    channel: topology.channel,
    chaincode: topology.chaincode,
    endorsements: topology.endorsements,
    organisations: topology.organisations.map(({ id, mspId, peers }) => ({
      id,
      mspId,
      name: names.get(id) ?? id,
      root: `network/${id}/root.pem`,
      endorsers: peers.map((_, number) => `network/${id}/peer${number}.pem`),
      peers: peers.map(({ name, ports }) => ({
        name,
        address: `${topology.host}:${ports.grpc}`,
        tlsRoot: `network/${id}/tls-root.pem`,
        serverName: name,
      })),
      ...((isFounder(id) ? services?.(id) : undefined) ?? {}),
    })),
    operator: { mspId: OPERATOR.mspId, certificate: "operator/cert.pem", privateKey: "operator/key.pem" },
  };
}

export function writeNetworkJson(layout: Layout, network: Network): void {
  writeWhole(layout.network, JSON.stringify(network, null, 2));
}
