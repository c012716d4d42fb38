/** `network.json` as an organisation's own services and command lines read it: with the certificates that it names. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ClientSettings } from "../device/ts/client";
import { type Network, networkSchema } from "../lib/messages/network";

export interface LoadedOrganisation {
  readonly id: string;
  readonly mspId: string;
  readonly name: string;
  /** PEM */
  readonly root: string;
  /** PEM of each endorsing peer. */
  readonly endorsers: readonly string[];
  readonly ca?: string;
  readonly signer?: string;
}

export interface LoadedNetwork extends Pick<Network, "channel" | "chaincode" | "endorsements" | "agreement"> {
  readonly organisations: readonly LoadedOrganisation[];
}

/** @throws Error naming the file when it is missing or malformed */
export async function loadNetwork(file: string): Promise<LoadedNetwork> {
  const network = networkSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const read = (path: string) => readFile(resolve(dirname(file), path), "utf8");
  const organisations = network.organisations.map(
    async (organisation): Promise<LoadedOrganisation> => ({
      id: organisation.id,
      mspId: organisation.mspId,
      name: organisation.name,
      root: await read(organisation.root),
      endorsers: await Promise.all(organisation.endorsers.map(read)),
      ...(organisation.ca === undefined ? {} : { ca: organisation.ca }),
      ...(organisation.signer === undefined ? {} : { signer: organisation.signer }),
    }),
  );
  const { channel, chaincode, endorsements, agreement } = network;
  return { channel, chaincode, endorsements, ...(agreement && { agreement }), organisations: await Promise.all(organisations) };
}

/** Where a light client writes and whom it believes. */
export function clientSettings(network: LoadedNetwork): ClientSettings {
  const { channel, chaincode, endorsements, agreement } = network;
  const endorsers = network.organisations.flatMap(({ mspId, endorsers: peers }) => peers.map((certificate) => ({ mspId, certificate })));
  return { channel, chaincode, endorsements, ...(agreement && { agreement }), endorsers };
}
