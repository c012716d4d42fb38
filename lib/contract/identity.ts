/** Reads what a certificate says about its holder. The chain to a root is the peer's (or verifier's) business and has been checked before. */
import "reflect-metadata";
import { sha256 } from "@noble/hashes/sha2.js";
import { X509Certificate } from "@peculiar/x509";
import { bytesToHex } from "../domain/bytes";
import { WintersealError } from "../messages/errors";
import { ATTRIBUTE_EXTENSION_OID, ATTRIBUTES } from "../messages/names";
import type { Identity } from "./types";

/** A channel's identities: a few per person and sensor. Past this many the oldest is parsed again. */
const CACHE_SIZE = 4096;
const cache = new Map<string, Identity>();

/**
 * @param pem certificate from the transaction's creator
 * @throws WintersealError ACCESS_DENIED when it is no certificate or not a client's (NodeOU)
 */
export function parseIdentity(mspId: string, pem: string): Identity {
  const key = `${mspId}\n${pem}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const identity = read(mspId, pem);
  const oldest = cache.size >= CACHE_SIZE ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(key, identity);
  return identity;
}

function read(mspId: string, pem: string): Identity {
  const certificate = parse(pem);
  const subject = certificate.subjectName;
  if (!subject.getField("OU").includes("client")) {
    throw new WintersealError("ACCESS_DENIED", "the certificate is not a client's: it names no unit OU=client");
  }
  const attributes = readAttributes(certificate);
  return {
    mspId,
    commonName: subject.getField("CN")[0] ?? "",
    role: attributes[ATTRIBUTES.role] ?? "",
    attributes,
    thumbprint: bytesToHex(sha256(new Uint8Array(certificate.publicKey.rawData))),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
  };
}

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new WintersealError("ACCESS_DENIED", "the creator carries no certificate that can be read", {}, { cause });
  }
}

/** Fabric's attribute extension: `{"attrs":{name: value}}`, strings only. */
function readAttributes(certificate: X509Certificate): Record<string, string> {
  const extension = certificate.getExtension(ATTRIBUTE_EXTENSION_OID);
  if (extension === null) return {};
  try {
    const { attrs } = JSON.parse(new TextDecoder().decode(extension.value)) as { attrs?: Record<string, unknown> };
    return Object.fromEntries(Object.entries(attrs ?? {}).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
  } catch (cause) {
    throw new WintersealError("ACCESS_DENIED", "the certificate's attributes cannot be read", {}, { cause });
  }
}
