/** Who sends bad input here: real identities of the test stack, and some that only an authority's own library can make. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LightClient } from "../../device/ts/client";
import { nodeCrypto } from "../../device/ts/crypto-node";
import type { Link } from "../../device/ts/link";
import { httpsLink } from "../../device/ts/link-https";
import { keySigner, loadSigner } from "../../device/ts/signer-node";
import { parseIdentity } from "../../lib/contract/identity";
import { readNetwork } from "../../lib/fabric/network";
import type { Role } from "../../lib/messages/names";
import { CertificateAuthority, createCode, createRequest } from "../../organisation/ca";
import { readRequest } from "../../organisation/ca/request";
import { enrolPerson, Person } from "../../organisation/signer/cli/person";
import { clientSettings } from "../importer/client";
import { deviceKeys } from "../importer/sensors";
import { ORGANISATIONS } from "../layout";
import type { TestStack } from "../testing/stack";

/** A light client of an identity on disk, over the signers' relay unless another link is given. */
export async function clientOf(
  { context }: TestStack,
  identity: { readonly mspId: string; readonly folder: string },
  options: { readonly now?: () => number; readonly link?: Link } = {},
): Promise<LightClient> {
  const { link = httpsLink({ relay: context.origins.inner.relay }), now = Date.now } = options;
  const signer = await loadSigner(identity.mspId, identity.folder);
  return LightClient.open({ signer, link, crypto: nodeCrypto(), now }, await clientSettings(await readNetwork(context.layout.network)));
}

/** {@link clientOf} an identity in memory. */
export async function clientWith(
  { context }: TestStack,
  mspId: string,
  identity: { readonly certificate: string; readonly key: string },
): Promise<LightClient> {
  const link = httpsLink({ relay: context.origins.inner.relay });
  const signer = keySigner(mspId, identity.certificate, identity.key);
  return LightClient.open(
    { signer, link, crypto: nodeCrypto(), now: Date.now },
    await clientSettings(await readNetwork(context.layout.network)),
  );
}

/** A person of an organisation, enrolled with a one-time code as anybody. */
export async function personOf({ context }: TestStack, organisation: string, role: Role): Promise<{ person: Person; folder: string }> {
  const { layout, origins } = context;
  const { dir, profile } = await CertificateAuthority.open(layout.organisation(organisation));
  const code = await createCode(dir, profile, { login: `test-${role}`, name: `Test ${role}`, role }, 600_000);
  const folder = join(layout.people, `test-${organisation}-${role}`);
  await enrolPerson(folder, origins.inner.ca(organisation), code);
  const mspId = ORGANISATIONS.find(({ id }) => id === organisation)?.mspId ?? "";
  const person = await Person.open({ folder, network: layout.network, mspId, relay: origins.inner.relay });
  return { person, folder };
}

/**
 * Another certificate of the authority for a sensor that is there: same key and facts, other validity.
 * @returns its folder
 */
export async function reissue(
  { context: { layout } }: TestStack,
  sensor: string,
  { issued, ends, as = sensor }: { readonly issued: number; readonly ends: number; readonly as?: string },
): Promise<string> {
  const from = join(layout.devices, sensor);
  const folder = join(layout.devices, `${sensor}-${issued}-${ends}`);
  const [certificate, key] = await Promise.all([readFile(join(from, "cert.pem"), "utf8"), readFile(join(from, "key.pem"), "utf8")]);
  const { attributes } = parseIdentity("AuthorityMSP", certificate);
  const keys = await deviceKeys(join(from, "key.pem"));
  const ca = await CertificateAuthority.open(layout.organisation("authority"));
  const made = await ca.issue(
    {
      type: "client",
      commonName: as,
      request: await readRequest(await createRequest(as, keys)),
      attributes: { ...attributes, "ws.sensor": as },
      notAfter: ends,
    },
    issued,
  );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "cert.pem"), made);
  await writeFile(join(folder, "key.pem"), key, { mode: 0o600 });
  return folder;
}
