/**
 * Fabric CA's authorization token (fabric-ca, util.GenECDSAToken; 1.4 and later): `base64(certificate).base64(signature)` where the
 * signature covers `METHOD.base64(uri).base64(body).base64(certificate)`.
 */
import { type KeyObject, sign, verify, X509Certificate } from "node:crypto";
import { isLowS } from "../x509";
import { unauthenticated } from "./envelope";

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64");
const signedText = (method: string, uri: string, body: Uint8Array, certificate: string): string =>
  [method, base64(uri), base64(body), certificate].join(".");

/** @param uri path and query as they go over the wire */
export function makeToken(identity: { certificate: string; privateKey: string }, method: string, uri: string, body: Uint8Array): string {
  const certificate = base64(identity.certificate);
  const text = Buffer.from(signedText(method, uri, body, certificate));
  let signature = sign("sha256", text, identity.privateKey);
  // Fabric's crypto refuses a high S.
  while (!isLowS(signature)) signature = sign("sha256", text, identity.privateKey);
  return `${certificate}.${base64(signature)}`;
}

/**
 * Checks that a token was made for this very request by the key of the certificate inside. Whether the certificate is to be believed is
 * not asked here.
 * @returns the certificate, PEM
 * @throws FabricCaError
 */
export function verifyToken(token: string, method: string, uri: string, body: Uint8Array): string {
  const [certificate, signature, ...rest] = token.split(".");
  if (certificate === undefined || signature === undefined || rest.length > 0) throw unauthenticated("the token has not two parts");
  const pem = Buffer.from(certificate, "base64").toString("utf8");
  const der = Buffer.from(signature, "base64");
  const text = Buffer.from(signedText(method, uri, body, certificate));
  if (!isLowS(der) || !verify("sha256", text, publicKeyOf(pem), der)) throw unauthenticated("the token's signature does not verify");
  return pem;
}

function publicKeyOf(pem: string): KeyObject {
  try {
    return new X509Certificate(pem).publicKey;
  } catch (cause) {
    const error = unauthenticated("the token carries no certificate that can be read");
    error.cause = cause;
    throw error;
  }
}
