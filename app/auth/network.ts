/** The organisations that people of this website come from: read once from network.json. The site needs no more of it. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { KnownOrganisation } from "@/lib/access/person";
import { networkSchema } from "@/lib/messages/network";
import { environment } from "./environment";

export interface SiteOrganisation extends KnownOrganisation {
  readonly name: string;
  /** Origin of its certificate authority, for revocation lists. */
  readonly ca?: string;
  /** Origin of its signer page. */
  readonly signer?: string;
}

export interface SiteNetwork {
  readonly isDemonstration: boolean;
  readonly organisations: readonly SiteOrganisation[];
}

let loading: Promise<SiteNetwork> | undefined;

/** @throws Error naming the file when it is missing or malformed */
export function siteNetwork(): Promise<SiteNetwork> {
  loading ??= load(environment().network).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(file: string): Promise<SiteNetwork> {
  const network = networkSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const organisations = network.organisations.map(
    async ({ id, mspId, name, root, ca, signer }): Promise<SiteOrganisation> => ({
      id,
      mspId,
      name,
      root: await readFile(resolve(dirname(file), root), "utf8"),
      ...(ca === undefined ? {} : { ca }),
      ...(signer === undefined ? {} : { signer }),
    }),
  );
  return { isDemonstration: network.kind === "embedded" || environment().isDemonstration, organisations: await Promise.all(organisations) };
}

/** Display name of an organisation; its MSP id when network.json does not know it. */
export async function organisationName(mspId: string): Promise<string> {
  return (await siteNetwork()).organisations.find((organisation) => organisation.mspId === mspId)?.name ?? mspId;
}
