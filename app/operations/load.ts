/** Gathers what the operators' page tells: from the record, from the peers themselves, and from the files that network.json names. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { environment } from "@/app/auth/environment";
import type { CertificateKind, CertificateRow } from "@/components/operations/certificates";
import type { Operations } from "@/components/operations/model";
import type { Viewer } from "@/lib/access/viewer";
import { type ChannelConfig, type ConfigOrganisation, readConfig } from "@/lib/evidence/config-block";
import { orderingOf } from "@/lib/evidence/ordering";
import { type Network, networkSchema } from "@/lib/messages/network";
import { runtime } from "@/lib/messages/runtime";
import { database } from "@/lib/store/db";
import { checkpoint } from "@/lib/store/ledger";
import { configurationInForce, definitionChange, heardBlocks, peopleOf } from "@/lib/store/operations";

export async function loadOperations(viewer: Viewer): Promise<Operations> {
  const { pool } = database();
  const file = environment().network;
  const network = networkSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const mspIds = network.organisations.map(({ mspId }) => mspId);
  const [point, heard, row, definition, people, reports] = await Promise.all([
    checkpoint(pool),
    heardBlocks(pool, mspIds),
    configurationInForce(pool),
    definitionChange(pool),
    peopleOf(pool, viewer),
    runtime()?.peers() ?? [],
  ]);
  const config = row && readConfig(row.envelope);
  const certificates = [
    ...(config === null ? [] : [...rootsOf(config), ...orderersOf(config)]),
    ...(await certificatesOfFiles(network, dirname(file))),
    ...reports.flatMap(({ name, mspId, tlsEnds }): CertificateRow[] =>
      tlsEnds === null ? [] : [{ kind: "peer-tls", holder: name, mspId, ends: tlsEnds }],
    ),
  ];
  return {
    kind: network.kind,
    channel: network.channel,
    chaincode: network.chaincode,
    block: point?.block ?? null,
    halt: point?.halt ?? null,
    organisations: mspIds.map((mspId) => ({
      mspId,
      heard: heard.get(mspId) ?? null,
      peers: reports.filter((report) => report.mspId === mspId),
    })),
    configuration: row && config && { block: row.block, sequence: config.sequence, ordering: orderingOf(config) },
    // The embedded ledger writes one like Fabric's, of no time and for ever.
    definition: network.kind === "fabric" ? definition : null,
    certificates: certificates.sort((a, b) => a.ends - b.ends || a.holder.localeCompare(b.holder, "en")),
    people,
  };
}

function rowOf(kind: CertificateKind, mspId: string, certificate: Uint8Array | string): CertificateRow {
  const { subject, validTo } = new X509Certificate(certificate);
  return { kind, mspId, holder: /^CN=(.+)$/m.exec(subject)?.[1] ?? mspId, ends: Date.parse(validTo) };
}

const rootsOf = ({ organisations, orderers }: ChannelConfig): CertificateRow[] =>
  [...organisations.values(), ...orderers.values()].flatMap(({ mspId, roots, tlsRoots }: ConfigOrganisation) => [
    ...roots.map((root) => rowOf("root", mspId, root)),
    ...tlsRoots.map((root) => rowOf("tls-root", mspId, root)),
  ]);

const orderersOf = (config: ChannelConfig): CertificateRow[] =>
  orderingOf(config).nodes.map(({ mspId, tlsCertificate }) => rowOf("orderer", mspId ?? "", tlsCertificate));

/** Peers' identities and the proxy's own. The latter is not where the website runs apart from the proxy. */
async function certificatesOfFiles({ organisations, operator }: Network, folder: string): Promise<CertificateRow[]> {
  const named = [
    ...organisations.flatMap(({ mspId, endorsers }) => endorsers.map((file) => ({ kind: "peer", mspId, file }) as const)),
    { kind: "operator", mspId: operator.mspId, file: operator.certificate } as const,
  ];
  const rows = named.map(async ({ kind, mspId, file }) => {
    const pem = await readFile(resolve(folder, file), "utf8").catch(() => undefined);
    return pem === undefined ? [] : [rowOf(kind, mspId, pem)];
  });
  return (await Promise.all(rows)).flat();
}
