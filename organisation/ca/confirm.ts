/**
 * Asks the ledger, before a sensor's identity is issued, whether it holds the sensor under that key. The answer is signed by as many
 * organisations as must endorse (an attested read), so neither relay nor proxy can make it up; they can only withhold it.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LightClient } from "../../device/ts/client";
import { nodeCrypto } from "../../device/ts/crypto-node";
import { httpsLink } from "../../device/ts/link-https";
import { loadSigner } from "../../device/ts/signer-node";
import { WintersealError } from "../../lib/messages/errors";
import type { SensorAnswer } from "../../lib/messages/functions";
import { clientSettings, type LoadedNetwork } from "../network";
import { provideIdentity } from "./identity";
import type { Issuer } from "./issuer";
import type { SensorSettings } from "./sensors";

/** A peer that was not asked for the commit may be a block behind: ask again for a while. */
const ATTEMPTS = 6;
const PAUSE_MS = 500;

/**
 * A confirmation by attested reads, asked under an identity of the authority's own (`ca@<organisation>`, an auditor: it reads).
 * @param relay where the relay listens for signers
 */
export function attestedConfirmation(ca: Issuer, network: LoadedNetwork, relay: string, pauseMs = PAUSE_MS): SensorSettings["confirm"] {
  const folder = join(ca.dir, "ca", "reader");
  const openClient = async (): Promise<LightClient> => {
    await provideIdentity(ca, {
      type: "client",
      commonName: `ca@${ca.profile.id}`,
      out: folder,
      role: "auditor",
      name: "Certificate authority",
    });
    const signer = await loadSigner(ca.profile.mspId, folder);
    return LightClient.open({ signer, link: httpsLink({ relay }), crypto: nodeCrypto(), now: Date.now }, clientSettings(network));
  };
  let tail: Promise<unknown> = Promise.resolve();
  return async (sensor, thumbprint) => {
    // One after the other: two at once would make two keys.
    const opening = tail.then(openClient);
    tail = opening.catch(() => undefined);
    const client = await opening;
    for (let attempt = 1; ; attempt++) {
      const { answer } = await client.read({ kind: "sensor", sensor });
      const found = answer as SensorAnswer | null;
      if (found?.status === "active" && found.thumbprint === thumbprint) return;
      if (attempt === ATTEMPTS) throw new WintersealError("REGISTRATION_MISSING", undefined, { sensor });
      await sleep(pauseMs);
    }
  };
}
