/** Revocation lists of the organisations, fetched from their certificate authorities and kept for a while. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { WintersealError } from "../messages/errors";
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
    const pem = (await response.text()).replaceAll("X509 CRL", "CRL");
    const list = new x509.X509Crl(pem);
    if (!(await list.verify({ publicKey: new x509.X509Certificate(root) }))) {
      throw new WintersealError("SIGNATURE_INVALID", "the revocation list is not signed by its organisation");
    }
    const nextUpdate = list.nextUpdate?.getTime() ?? now;
    if (nextUpdate < now) throw new WintersealError("UNAVAILABLE", "the revocation list has ended");
    return { fetchedAt: now, nextUpdate, serials: new Set(list.entries.map((entry) => canonicalSerial(entry.serialNumber))) };
  }
}

/** Serial numbers are compared as numbers: libraries differ in case and leading zeros. */
const canonicalSerial = (hex: string): string => BigInt(`0x${hex}`).toString(16);
