/** What is wrong with a Compose file, by what the containers would find and what the network's description says. */
import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { ComposeFile, Service } from "../../network/compose/document";
import { FABRIC_RELEASES, NODE_IMAGE } from "../../network/compose/images";
import type { Topology } from "../../network/topology";
import { INSIDE } from "../fabric/material";

const IMAGES = new Set<string>([
  NODE_IMAGE,
  ...Object.values(FABRIC_RELEASES).flatMap((release) => [`hyperledger/fabric-peer:${release}`, `hyperledger/fabric-orderer:${release}`]),
]);

/** Every text in a JSON document. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

/** Where a path inside a container lies on this machine, by the container's own mounts; undefined when it does not see it. */
export function hostPathOf(file: string, { volumes }: Service, inside: string): string | undefined {
  const mounts = volumes.filter(({ target }) => inside === target || inside.startsWith(`${target}/`));
  const [nearest] = mounts.sort((a, b) => b.target.length - a.target.length);
  return nearest && resolve(dirname(file), nearest.source, relative(nearest.target, inside));
}

/** Files of a folder and of what lies below. */
function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => (name === "node_modules" ? [] : filesBelow(join(path, name))));
}

const settingsOf = (file: string, service: Service): string[] => {
  const folder = service.environment.FABRIC_CFG_PATH;
  const path = folder && hostPathOf(file, service, folder);
  if (path === undefined || path === "" || !existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name === "core.yaml" || name === "orderer.yaml")
    .map((name) => readFileSync(join(path, name), "utf8"));
};

/** Paths that a service is told, by its environment, its command and its settings. */
function pathsTold(file: string, service: Service): string[] {
  const settings = settingsOf(file, service).flatMap((text) => textsOf(JSON.parse(text)));
  return [...Object.values(service.environment), ...service.command, ...settings].filter((text) => text.startsWith(`${INSIDE}/`));
}

function problemsOfMounts(file: string, name: string, service: Service): string[] {
  const missing = service.volumes.filter(({ source }) => !existsSync(resolve(dirname(file), source)));
  const unseen = pathsTold(file, service).filter((path) => {
    // What lies above a mount is there, too.
    if (service.volumes.some(({ target }) => target.startsWith(`${path}/`))) return false;
    const at = hostPathOf(file, service, path);
    // A ledger's own folders are made by the node that writes them.
    return at === undefined || (!existsSync(at) && !/\/ledger(\/|$)/.test(path));
  });
  const writable = service.volumes.filter(({ read_only, source }) => !read_only && !/\/(ledger|ca)$/.test(source));
  return [
    ...missing.map(({ source }) => `${name}: ${source} does not exist`),
    ...unseen.map((path) => `${name}: does not see ${path}`),
    ...writable.map(({ source }) => `${name}: may write into ${source}`),
  ];
}

/** Private keys that a service could read. Packages and bundles hold none of ours. */
const keysOf = (file: string, { volumes }: Service): string[] =>
  volumes
    .filter(({ source }) => !/\/(node_modules|dist)$/.test(source))
    .map(({ source }) => resolve(dirname(file), source))
    .filter(existsSync)
    .flatMap(filesBelow)
    .map((path) => readFileSync(path, "utf8"))
    .filter((text) => text.includes("PRIVATE KEY-----"));

function sharedKeys(file: string, services: ComposeFile["services"]): string[] {
  const holders = new Map<string, Set<string>>();
  for (const [name, service] of Object.entries(services)) {
    for (const key of keysOf(file, service)) holders.set(key, (holders.get(key) ?? new Set()).add(name));
  }
  return [...holders.values()].filter(({ size }) => size > 1).map((names) => `one private key at ${[...names].sort().join(" and ")}`);
}

function problemsOfPorts(file: string, services: ComposeFile["services"]): string[] {
  const all = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port] as const));
  const outside = all.filter(([, port]) => !/^127\.0\.0\.1:(\d+):\1$/.test(port));
  const twice = all.filter(([, port], index) => all.findIndex(([, other]) => other === port) !== index);
  const settings = Object.entries(services).flatMap(([name, service]) =>
    settingsOf(file, service).flatMap((text) => textsOf(JSON.parse(text)).map((value) => [name, value] as const)),
  );
  const loopback = settings.filter(([, value]) => /^(127\.0\.0\.1|localhost)(:[1-9]|$)/.test(value));
  return [
    ...outside.map(([name, port]) => `${name}: publishes ${port}, beyond this machine or under another number`),
    ...twice.map(([name, port]) => `${name}: ${port} is published twice`),
    ...loopback.map(([name, value]) => `${name}: ${value} would be the container itself`),
  ];
}

/** Names under which processes reach each other, and the certificate that is shown there. */
const reached = ({ organisations, orderers }: Topology): { at: string; certificate: string }[] => [
  ...[...organisations.flatMap(({ peers }) => peers), ...orderers.flatMap(({ nodes }) => nodes)].map(({ host, tls }) => ({
    at: host,
    certificate: tls.certificate,
  })),
  ...organisations.flatMap(({ contract }) =>
    [contract.address, contract.otherAddress].map((address) => ({
      at: address.split(":")[0] ?? "",
      certificate: contract.tls.certificate,
    })),
  ),
];

function problemsOfNames(topology: Topology, services: ComposeFile["services"]): string[] {
  const uncovered = reached(topology).filter(({ at, certificate }) => !new X509Certificate(readFileSync(certificate)).checkHost(at));
  const nodes = [...topology.organisations.flatMap(({ peers }) => peers), ...topology.orderers.flatMap(({ nodes }) => nodes)];
  const expected = [
    ...nodes.map(({ host, ports: { grpc, operations } }) => ({ host, ports: [grpc, operations] })),
    ...topology.organisations.map(({ contract }) => ({ host: contract.address.split(":")[0] ?? "", ports: [] })),
    ...topology.organisations.map(({ id }) => ({ host: `ca.${id}`, ports: [] })),
  ];
  const unexpected = Object.keys(services).filter((name) => !expected.some(({ host }) => host === name));
  return [
    ...uncovered.map(({ at }) => `${at}: its TLS certificate is for other names`),
    ...expected.filter(({ host }) => services[host] === undefined).map(({ host }) => `${host}: has no service`),
    ...expected.flatMap(({ host, ports }) =>
      ports
        .filter((port) => !services[host]?.ports?.some((each) => each.endsWith(`:${port}`)))
        .map((port) => `${host}: ${port} is not published`),
    ),
    ...unexpected.map((name) => `${name}: is nothing that the network has`),
  ];
}

/** Everything at once; empty = the file tells what the topology tells. */
export function problemsOf(file: string, { services }: ComposeFile, topology: Topology): string[] {
  return [
    ...problemsOfNames(topology, services),
    ...problemsOfPorts(file, services),
    ...Object.entries(services).flatMap(([name, service]) => [
      ...problemsOfMounts(file, name, service),
      ...(IMAGES.has(service.image) ? [] : [`${name}: ${service.image} is no pinned image`]),
      ...(service.healthcheck?.test.length > 1 ? [] : [`${name}: nobody would know whether it is well`]),
    ]),
    ...sharedKeys(file, services),
  ];
}
