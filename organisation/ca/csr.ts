/** Makes certificate requests: for command-line identities and for devices that run on Node. */
import { ECDSA_SHA256, x509 } from "./x509";

/** A PKCS #10 request for a key pair, PEM. `commonName` matters for sensors only: a person's comes from the code. */
export async function createRequest(commonName: string, keys: CryptoKeyPair): Promise<string> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name([{ CN: [commonName] }]).toJSON(),
    keys,
    signingAlgorithm: ECDSA_SHA256,
  });
  return `${request.toString("pem")}\n`;
}
