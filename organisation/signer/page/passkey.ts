/**
 * A passkey that locks a signing key (docs/decisions/0196): the key is kept encrypted under a secret that only the passkey's authenticator can
 * compute, and only after it has verified its person by finger, face or PIN (WebAuthn Level 3, extension `prf`). So signing takes two
 * components: the device and what unlocks it, at each use.
 */
import { WintersealError } from "../../../lib/messages/errors";

/** A key at rest. Nothing of it helps without the authenticator. */
export interface Lock {
  /** The passkey's id. */
  readonly credential: Uint8Array<ArrayBuffer>;
  /** What the authenticator's secret is computed over. */
  readonly salt: Uint8Array<ArrayBuffer>;
  /** AES-GCM of the PKCS #8 key. */
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly wrapped: ArrayBuffer;
}

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const ES256 = -7;
const RS256 = -257;
const INFO = new TextEncoder().encode("winterseal/key-lock/1");

const random = (bytes: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(bytes));
const locked = (why: string, cause?: unknown): WintersealError => new WintersealError("KEY_LOCKED", why, {}, { cause });

/** Whether this browser can be asked: passkeys belong to names, so not at an address of digits. */
export const canLock = (): boolean =>
  "PublicKeyCredential" in window && window.isSecureContext && !/^\[|^\d+(\.\d+){3}$/.test(location.hostname);

/**
 * Makes a passkey and locks a key with it. The key must be extractable for this one moment and is not kept otherwise.
 * @throws WintersealError KEY_LOCKED when no passkey was made, or it cannot lock a key
 */
export async function lockKey(key: CryptoKey, name: string): Promise<Lock> {
  const salt = random(32);
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: document.title },
        user: { id: random(16), name, displayName: name },
        // Nobody but this page ever looks at the passkey's own signatures: what counts is the secret that it computes.
        challenge: random(32),
        pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const credential = new Uint8Array(made.rawId);
  const { enabled, results } = made.getClientExtensionResults().prf ?? {};
  if (!enabled && results === undefined) throw locked("This passkey cannot lock a key; enrol without, or with another one");
  const secret = results === undefined ? await secretOf({ credential, salt }) : bytesOf(results.first);
  const nonce = random(12);
  const wrapped = await crypto.subtle.wrapKey("pkcs8", key, await wrappingKey(secret), { name: "AES-GCM", iv: nonce });
  return { credential, salt, nonce, wrapped };
}

/** Asks the passkey's person and gives the key, which cannot leave this page. @throws WintersealError KEY_LOCKED */
export async function unlockKey({ credential, salt, nonce, wrapped }: Lock): Promise<CryptoKey> {
  const key = await wrappingKey(await secretOf({ credential, salt }));
  try {
    return await crypto.subtle.unwrapKey("pkcs8", wrapped, key, { name: "AES-GCM", iv: nonce }, P256, false, ["sign"]);
  } catch (cause) {
    throw locked("The passkey is another one than the key was locked with", cause);
  }
}

async function secretOf({ credential, salt }: Pick<Lock, "credential" | "salt">): Promise<Uint8Array<ArrayBuffer>> {
  const answered = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: random(32),
        allowCredentials: [{ type: "public-key", id: credential }],
        userVerification: "required",
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const first = answered.getClientExtensionResults().prf?.results?.first;
  if (first === undefined) throw locked("The passkey gave no secret; enrol again");
  return bytesOf(first);
}

async function asked(work: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await work();
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (cause) {
    throw locked("The passkey did not answer: nothing was signed", cause);
  }
  throw locked("The passkey did not answer: nothing was signed");
}

const bytesOf = (source: BufferSource): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    ArrayBuffer.isView(source) ? source.buffer.slice(source.byteOffset, source.byteOffset + source.byteLength) : source,
  ) as Uint8Array<ArrayBuffer>;

async function wrappingKey(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const derive = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: INFO };
  return crypto.subtle.deriveKey(derive, material, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}
