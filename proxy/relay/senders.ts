import { createHash, type KeyObject, verify, X509Certificate } from "node:crypto";
import { ProtoReader } from "../../device/ts/proto";
import { WintersealError } from "../../lib/messages/errors";

/** A creator's certificate, read once. Whether it is valid is the ledger's to say; here it must only be the sender's. */
export interface Sender {
  /** SHA-256 of the creator bytes, hex: short enough for keys and logs. */
  readonly id: string;
  readonly mspId: string;
  readonly commonName: string;
  /** @param signature DER */
  verifies(message: Uint8Array, signature: Uint8Array): boolean;
}

const REMEMBERED = 4_096;

/** Remembers the certificates seen last, since parsing one costs more than checking a signature with it. */
export class Senders {
  readonly #known = new Map<string, Sender>();

  /** @throws WintersealError MESSAGE_MALFORMED when the creator is no serialized identity with an EC certificate */
  of(creator: Uint8Array): Sender {
    const id = createHash("sha256").update(creator).digest("hex");
    const known = this.#known.get(id);
    if (known !== undefined) {
      this.#known.delete(id);
      this.#known.set(id, known);
      return known;
    }
    const sender = readSender(id, creator);
    this.#known.set(id, sender);
    const oldest = this.#known.keys().next();
    if (this.#known.size > REMEMBERED && !oldest.done) this.#known.delete(oldest.value);
    return sender;
  }
}

function readSender(id: string, creator: Uint8Array): Sender {
  const identity = new ProtoReader(creator);
  const { certificate, key } = readCertificate(identity.bytes(2));
  const names = certificate.subject.split("\n").filter((line) => line.startsWith("CN="));
  return {
    id,
    mspId: identity.string(1),
    commonName: names.length === 1 ? (names[0]?.slice(3) ?? "") : "",
    verifies: (message, signature) => verify("sha256", message, key, signature),
  };
}

function readCertificate(pem: Uint8Array): { certificate: X509Certificate; key: KeyObject } {
  try {
    const certificate = new X509Certificate(Buffer.from(pem));
    const key = certificate.publicKey;
    if (key.asymmetricKeyType !== "ec") throw new WintersealError("MESSAGE_MALFORMED", "the creator's key is not an EC key");
    return { certificate, key };
  } catch (error) {
    if (error instanceof WintersealError) throw error;
    throw new WintersealError("MESSAGE_MALFORMED", "the creator holds no certificate", {}, { cause: error });
  }
}
