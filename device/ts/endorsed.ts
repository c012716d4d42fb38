/**
 * What a client checks before it believes or signs an endorsed payload (design, "What a device does, exactly", step 2). The proxy that
 * hands the payload over is not trusted: only the signatures of endorsers that stand in the client's own configuration count.
 */
import { WintersealError } from "../../lib/messages/errors";
import { concat, equal } from "./bytes";
import { readCertificate } from "./certificate";
import type { Crypto } from "./crypto";
import { derToRaw } from "./der";
import { parseEndorsedPayload, parseEndorsement, parseIdentity } from "./fabric";

/** An endorsing peer that the client was configured with. */
export interface Endorser {
  readonly mspId: string;
  /** PEM */
  readonly certificate: string;
}

export interface Trust {
  readonly chaincode: string;
  /** Version of the contract's definition on the channel; unchecked when left out (a device then survives an upgrade). */
  readonly version?: string;
  readonly endorsers: readonly Endorser[];
}

/** What the organisations that signed must be besides enough. @returns what is lacking, in words */
export type Lacking = (organisations: readonly string[]) => string | undefined;

/** More than any policy of ours needs: a bound on the work that one answer can cause. */
const MAX_ENDORSEMENTS = 16;

/** Checks one answer of endorsers against own proposal. */
export class EndorsementCheck {
  readonly #trust: Trust;
  readonly #crypto: Crypto;
  readonly #known: readonly { mspId: string; spki: Uint8Array }[];

  /** @throws WintersealError ARGUMENT_INVALID for a configured certificate that cannot be read */
  constructor(trust: Trust, crypto: Crypto) {
    this.#trust = trust;
    this.#crypto = crypto;
    this.#known = trust.endorsers.map(({ mspId, certificate }) => ({ mspId, spki: readCertificate(certificate).spki }));
  }

  /**
   * @param proposalHash hash of the proposal that this client formed
   * @param organisations how many distinct organisations must have signed
   * @param lacking asked last, when all that signed are known
   * @returns the contract's result, vouched for by that many organisations
   * @throws WintersealError MESSAGE_MALFORMED, ENDORSED_HEADER, ENDORSED_CONTRACT, ENDORSED_RESULT, ENDORSER_UNKNOWN, ENDORSER_SIGNATURE, ENDORSERS_TOO_FEW, AGREEMENT_LACKING
   */
  async result(
    proposalHash: Uint8Array,
    payload: Uint8Array,
    endorsements: readonly Uint8Array[],
    organisations: number,
    lacking: Lacking = () => undefined,
  ): Promise<Uint8Array> {
    const endorsed = parseEndorsedPayload(payload);
    if (!equal(endorsed.proposalHash, proposalHash)) throw new WintersealError("ENDORSED_HEADER");
    const { name, version } = endorsed.chaincode;
    if (name !== this.#trust.chaincode || (this.#trust.version !== undefined && version !== this.#trust.version)) {
      throw new WintersealError("ENDORSED_CONTRACT", undefined, { name: name.slice(0, 64), version: version.slice(0, 64) });
    }
    if (endorsed.response.status !== 200) throw new WintersealError("ENDORSED_RESULT", undefined, { status: endorsed.response.status });
    if (endorsements.length > MAX_ENDORSEMENTS) throw new WintersealError("MESSAGE_MALFORMED", "too many endorsements");
    const signers = new Set<string>();
    for (const endorsement of endorsements) signers.add(await this.#verified(payload, endorsement));
    if (signers.size < organisations) throw new WintersealError("ENDORSERS_TOO_FEW", undefined, { organisations: signers.size });
    const lack = lacking([...signers]);
    if (lack !== undefined) throw new WintersealError("AGREEMENT_LACKING", lack);
    return endorsed.response.payload;
  }

  /** Organisation whose known endorser signed. Every endorsement must hold: the client signs the transaction with all of them in it. */
  async #verified(payload: Uint8Array, bytes: Uint8Array): Promise<string> {
    const { endorser, signature } = parseEndorsement(bytes);
    const identity = parseIdentity(endorser);
    const known = this.#find(identity.mspId, identity.certificate);
    if (known === undefined) throw new WintersealError("ENDORSER_UNKNOWN", undefined, { mspId: identity.mspId.slice(0, 64) });
    if (!(await this.#crypto.verify(known.spki, concat(payload, endorser), rawOf(signature)))) {
      throw new WintersealError("ENDORSER_SIGNATURE", undefined, { mspId: known.mspId });
    }
    return known.mspId;
  }

  /**
   * Who is known is known by key: a peer's certificate is renewed for the same key every few years, and whoever cannot sign with a known key
   * gains nothing by another certificate around it.
   */
  #find(mspId: string, certificate: string) {
    try {
      const { spki } = readCertificate(certificate);
      return this.#known.find((known) => known.mspId === mspId && equal(known.spki, spki));
    } catch (cause) {
      throw new WintersealError("ENDORSER_UNKNOWN", "the endorser's certificate cannot be read", {}, { cause });
    }
  }
}

function rawOf(signature: Uint8Array): Uint8Array {
  try {
    return derToRaw(signature);
  } catch (cause) {
    throw new WintersealError("ENDORSER_SIGNATURE", undefined, {}, { cause });
  }
}
