/** Certificate requests (PKCS #10): what a device or a browser sends to be certified. */
import { WintersealError } from "../../lib/messages/errors";
import { thumbprintOf, x509 } from "./x509";

export interface CertificateRequest {
  readonly pem: string;
  readonly commonName: string;
  readonly publicKey: x509.PublicKey;
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly thumbprint: string;
}

/**
 * Reads a request and checks that its sender holds the key (RFC 2986 section 4.2: the request signs itself). Nothing but the key and, for
 * sensors, the common name is taken from it: requested extensions are ignored.
 * @throws WintersealError REQUEST_INVALID, KEY_UNSUITABLE
 */
export async function readRequest(pem: string): Promise<CertificateRequest> {
  const request = parse(pem);
  const { name, namedCurve } = { namedCurve: "", ...request.publicKey.algorithm };
  if (name !== "ECDSA" || namedCurve !== "P-256") throw new WintersealError("KEY_UNSUITABLE");
  if (!(await holdsKey(request))) throw new WintersealError("REQUEST_INVALID", "the request is not signed by its own key");
  return {
    pem,
    commonName: request.subjectName.getField("CN")[0] ?? "",
    publicKey: request.publicKey,
    thumbprint: thumbprintOf(request.publicKey),
  };
}

function parse(pem: string): x509.Pkcs10CertificateRequest {
  try {
    return new x509.Pkcs10CertificateRequest(pem);
  } catch (cause) {
    throw new WintersealError("REQUEST_INVALID", "the certificate request cannot be read", {}, { cause });
  }
}

async function holdsKey(request: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch (cause) {
    throw new WintersealError("REQUEST_INVALID", "the request's signature cannot be read", {}, { cause });
  }
}
