import { readFile } from "node:fs/promises";
import { type ClientSettings, LightClient } from "../../device/ts/client";
import { nodeCrypto } from "../../device/ts/crypto-node";
import type { Link } from "../../device/ts/link";
import { httpsLink } from "../../device/ts/link-https";
import { loadSigner } from "../../device/ts/signer-node";
import type { Network } from "../../lib/messages/network";

/** Whom a client of this network believes: the endorsers' certificates that `network.json` names. */
export async function clientSettings(network: Network): Promise<ClientSettings> {
  const endorsers = await Promise.all(
    network.organisations.flatMap(({ mspId, endorsers }) =>
      endorsers.map(async (file) => ({ mspId, certificate: await readFile(file, "utf8") })),
    ),
  );
  const { channel, chaincode, endorsements, agreement } = network;
  return { channel, chaincode, endorsements, ...(agreement && { agreement }), endorsers };
}

/** Opens the light client of an identity on disk (`cert.pem`, `key.pem`), by default over the signers' relay. */
export async function openClient(
  identity: { readonly mspId: string; readonly folder: string },
  network: Network,
  link: { readonly relay: string } | Link,
): Promise<LightClient> {
  const parts = {
    signer: await loadSigner(identity.mspId, identity.folder),
    link: "request" in link ? link : httpsLink(link),
    crypto: nodeCrypto(),
    now: Date.now,
  };
  return LightClient.open(parts, await clientSettings(network));
}
