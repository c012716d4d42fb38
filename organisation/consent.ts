/** One organisation's consent to an agreement (docs/decisions/0140): its signatory signs, at the command line or at a set-up's first start. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LightClient, parseResult } from "../device/ts/client";
import { nodeCrypto } from "../device/ts/crypto-node";
import type { Link } from "../device/ts/link";
import { httpsLink } from "../device/ts/link-https";
import { loadSigner } from "../device/ts/signer-node";
import { type CanonicalValue, canonicalBytes, canonicalJson } from "../lib/domain/canonical-json";
import type { Terms } from "../lib/messages/agreement";
import { RETRYABLE, WintersealError } from "../lib/messages/errors";
import type { AgreementAnswer } from "../lib/messages/functions";
import { type Issuer, issueIdentity } from "./ca";
import { clientSettings, loadNetwork } from "./network";

const ATTEMPTS = 8;
const LONGEST_PAUSE_MS = 5_000;

export interface Signatory {
  readonly mspId: string;
  /** Folder with `cert.pem` and `key.pem` of an identity with role `signatory`. */
  readonly folder: string;
  /** Path of network.json. */
  readonly network: string;
  /** Where the relay listens for signers, or another way to the proxy. */
  readonly relay: string | Link;
}

/** The organisation's signatory at the command line; key and certificate are made at the first call. */
export async function signatoryOf(ca: Issuer): Promise<Pick<Signatory, "mspId" | "folder">> {
  const { id, mspId, name } = ca.profile;
  const folder = join(ca.dir, "signatory");
  await issueIdentity(ca, { type: "client", commonName: `signatory@${id}`, role: "signatory", name: `Signatory of ${name}`, out: folder });
  return { mspId, folder };
}

export interface Consent {
  /** Number of the agreement that was signed, or that says the same and is in force. */
  readonly version: number;
  readonly inForce: boolean;
}

/**
 * Signs for the organisation unless the same is in force already; in force it is when every organisation has.
 * @throws WintersealError the contract's refusal
 */
export async function consent(signatory: Signatory, terms: Terms): Promise<Consent> {
  const client = await openSignatory(signatory);
  const before = await agreementInForce(client);
  const agreed = before && canonicalJson(before.terms as unknown as CanonicalValue) === canonicalJson(terms as unknown as CanonicalValue);
  if (before && agreed) return { version: before.version, inForce: true };
  const version = (before?.version ?? 0) + 1;
  await sign(client, canonicalBytes({ version, terms } as unknown as CanonicalValue));
  return { version, inForce: (await agreementInForce(client))?.version === version };
}

/** The agreement in force, signed by as many organisations as must endorse; null = there is none. */
export async function agreementInForce(client: Pick<LightClient, "read">): Promise<AgreementAnswer | null> {
  const { answer } = await client.read({ kind: "agreement" });
  return answer as AgreementAnswer | null;
}

export async function openSignatory({ mspId, folder, network, relay }: Signatory): Promise<LightClient> {
  const link = typeof relay === "string" ? httpsLink({ relay }) : relay;
  const parts = { signer: await loadSigner(mspId, folder), link, crypto: nodeCrypto(), now: Date.now };
  return LightClient.open(parts, clientSettings(await loadNetwork(network)));
}

/** Signatories of several organisations at once meet each other's records: what can be tried again is. */
async function sign(client: LightClient, statement: Uint8Array): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.transact("governance:Agree", [statement], parseResult);
      return;
    } catch (error) {
      if (!(error instanceof WintersealError) || !RETRYABLE.has(error.code) || attempt === ATTEMPTS) throw error;
      await sleep(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** attempt) * (0.5 + Math.random() / 2));
    }
  }
}
