/** Revocation lists of the organisations, fetched from their certificate authorities and kept for a while. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { WintersealError } from "../messages/errors";
import { certificatesIn, listsIn } from "../messages/pem";
import type { KnownOrganisation } from "./person";

export interface ListedOrganisation extends KnownOrganisation {
  /** Origin of its certificate authority. */
  readonly ca?: string;
}

interface List {
  readonly fetchedAt: number;
  readonly nextUpdate: number;
  readonly serials: ReadonlySet<string>;
}

const FRESH_MS = 60_000;
const DEADLINE_MS = 3_000;

/**
 * Answers whether a certificate is revoked. A list is fetched again after a minute; while its authority does not answer, the last one
 * serves until its own end. Without any list the answer is an error, never "no".
 */
export class RevocationLists {
  readonly #lists = new Map<string, List>();
  readonly #fetch: typeof fetch;

  constructor(fetchList: typeof fetch = fetch) {
    this.#fetch = fetchList;
  }

  /** @throws WintersealError UNAVAILABLE when no list of that organisation can be had */
  async isRevoked(organisation: ListedOrganisation, serial: string, now = Date.now()): Promise<boolean> {
    return (await this.#list(organisation, now)).serials.has(canonicalSerial(serial));
  }

  async #list(organisation: ListedOrganisation, now: number): Promise<List> {
    const known = this.#lists.get(organisation.mspId);
    if (known !== undefined && now - known.fetchedAt < FRESH_MS) return known;
    try {
      const list = await this.#read(organisation, now);
      this.#lists.set(organisation.mspId, list);
      return list;
    } catch (cause) {
      if (known !== undefined && now < known.nextUpdate) return known;
      throw new WintersealError("UNAVAILABLE", "the organisation's revocation list cannot be had", {}, { cause });
    }
  }

  async #read({ ca, root }: ListedOrganisation, now: number): Promise<List> {
    if (ca === undefined) throw new WintersealError("UNAVAILABLE", "network.json names no certificate authority for this organisation");
    const response = await this.#fetch(`${ca}/crl`, { signal: AbortSignal.timeout(DEADLINE_MS), cache: "no-store" });
    const roots = certificatesIn(root).map((pem) => new x509.X509Certificate(pem));
    const lists = listsIn(await response.text()).map((der) => new x509.X509Crl(Buffer.from(der, "base64")));
    if (lists.length === 0) throw new WintersealError("UNAVAILABLE", "the answer holds no revocation list");
    for (const list of lists) {
      if (!(await isSignedByOne(list, roots))) {
        throw new WintersealError("SIGNATURE_INVALID", "the revocation list is not signed by its organisation");
      }
    }
    const nextUpdate = Math.min(...lists.map((list) => list.nextUpdate?.getTime() ?? now));
    if (nextUpdate < now) throw new WintersealError("UNAVAILABLE", "the revocation list has ended");
    const serials = lists.flatMap((list) => list.entries.map((entry) => canonicalSerial(entry.serialNumber)));
    return { fetchedAt: now, nextUpdate, serials: new Set(serials) };
  }
}

async function isSignedByOne(list: x509.X509Crl, roots: readonly x509.X509Certificate[]): Promise<boolean> {
  for (const root of roots) if (await list.verify({ publicKey: root })) return true;
  return false;
}

/** Serial numbers are compared as numbers: libraries differ in case and leading zeros. */
const canonicalSerial = (hex: string): string => BigInt(`0x${hex}`).toString(16);
