/** The organisations that people of this website come from: read once from network.json. The site needs no more of it. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { KnownOrganisation } from "@/lib/access/person";
import { networkSchema } from "@/lib/messages/network";
import { environment } from "./environment";

export interface SiteOrganisation extends KnownOrganisation {
  /** Origin of its certificate authority, for revocation lists. */
  readonly ca?: string;
}

export interface SiteNetwork {
  readonly channel: string;
  readonly chaincode: string;
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
    async ({ id, mspId, root, ca }): Promise<SiteOrganisation> => ({
      id,
      mspId,
      root: await readFile(resolve(dirname(file), root), "utf8"),
      ...(ca === undefined ? {} : { ca }),
    }),
  );
  const { channel, chaincode } = network;
  return {
    channel,
    chaincode,
    isDemonstration: network.kind === "embedded" || environment().isDemonstration,
    organisations: await Promise.all(organisations),
  };
}
