/** A signing identity of a node (peer or orderer). */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseCertificate } from "./certificate";
import { serializeIdentity } from "./identity";
import { signData } from "./signature";

export class NodeSigner {
  readonly mspId: string;
  /** `msp.SerializedIdentity` bytes. */
  readonly serialized: Buffer;
  readonly #key: KeyObject;

  private constructor(mspId: string, serialized: Buffer, key: KeyObject) {
    this.mspId = mspId;
    this.serialized = serialized;
    this.#key = key;
  }

  /** @throws Error naming the files if the key does not belong to the certificate. */
  static async load(mspId: string, files: { certificate: string; privateKey: string }): Promise<NodeSigner> {
    const [pem, keyPem] = await Promise.all([readFile(files.certificate, "utf8"), readFile(files.privateKey, "utf8")]);
    const certificate = parseCertificate(pem);
    const key = createPrivateKey(keyPem);
    if (!createPublicKey(key).equals(certificate.publicKey)) throw new Error(`${files.privateKey} is not the key of ${files.certificate}`);
    return new NodeSigner(mspId, serializeIdentity(mspId, pem), key);
  }

  sign(data: Uint8Array): Buffer {
    return signData(this.#key, data);
  }
}
