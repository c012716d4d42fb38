/** Endorsements on the compact link: who signed by a two-byte name, the signature raw; and back to Fabric's bytes. */
import { WintersealError } from "../../../lib/messages/errors";
import { equal } from "../bytes";
import { derToRaw, rawToDer } from "../der";
import { parseEndorsement } from "../fabric";
import { sha256 } from "../hash";
import { ProtoWriter } from "../proto";
import type { CompactEndorsement } from "./wire";

/** First two bytes of the identity's SHA-256. 0 is no name. */
export function nameOf(identity: Uint8Array): number {
  const digest = sha256(identity);
  return (digest[0] ?? 0) * 256 + (digest[1] ?? 0);
}

/** More than any network of ours has; a device has room for so many and no more. */
const REMEMBERED = 32;

/** Identities that both ends have seen in full. A name says nothing about trust: the client holds whoever it means against its own configuration. */
export class Endorsers {
  readonly #known = new Map<number, Uint8Array>();

  /** The oldest goes when there are too many, so that nobody can fill the room for good. @returns whether it was known by its name */
  remember(identity: Uint8Array): boolean {
    const name = nameOf(identity);
    const known = this.#known.get(name);
    if (known !== undefined && equal(known, identity)) return true;
    if (name === 0) return false;
    this.#known.delete(name);
    this.#known.set(name, identity);
    const oldest = this.#known.keys().next();
    if (this.#known.size > REMEMBERED && !oldest.done) this.#known.delete(oldest.value);
    return false;
  }

  /** protos.Endorsement → compact. @throws WintersealError MESSAGE_MALFORMED, SIGNATURE_INVALID */
  shorten(bytes: Uint8Array): CompactEndorsement {
    const { endorser, signature } = parseEndorsement(bytes);
    const raw = derToRaw(signature);
    return { endorser: this.remember(endorser) ? { name: nameOf(endorser) } : { identity: endorser }, signature: raw };
  }

  /** compact → protos.Endorsement. @throws WintersealError ENDORSER_UNKNOWN, SIGNATURE_INVALID */
  restore({ endorser, signature }: CompactEndorsement): Uint8Array {
    const identity = "name" in endorser ? this.#known.get(endorser.name) : endorser.identity;
    if (identity === undefined) throw new WintersealError("ENDORSER_UNKNOWN", "an endorser's name that this device has not met");
    this.remember(identity);
    return new ProtoWriter().bytes(1, identity).bytes(2, rawToDer(signature)).finish();
  }

  learn(endorsements: readonly Uint8Array[]): void {
    for (const bytes of endorsements) this.remember(parseEndorsement(bytes).endorser);
  }
}
