/** A command-line identity (seeder, replay): role `importer`, key in a folder of its own. It signs as the signer page does, without a page. */
import { join } from "node:path";
import { nodeCrypto } from "../../../device/ts/crypto-node";
import type { Link } from "../../../device/ts/link";
import { httpsLink } from "../../../device/ts/link-https";
import { keySigner } from "../../../device/ts/signer-node";
import type { AttestedRead, AttestQuestion } from "../../../lib/messages/signer";
import type { Statement, StatementName } from "../../../lib/messages/statements";
import { checkSensorRequest, enrol, type IssuedIdentity, requestSensorIdentity } from "../../ca/client";
import { createRequest } from "../../ca/csr";
import { makePrivateFolder, readIfThere, writeWhole } from "../../ca/folder";
import { P256, x509 } from "../../ca/x509";
import { clientSettings, loadNetwork } from "../../network";
import { attest, type PersonParts, type Transacted, transact } from "../transact";

export interface PersonSettings {
  /** Folder with `cert.pem` and `key.pem`. */
  readonly folder: string;
  /** Path of network.json. */
  readonly network: string;
  readonly mspId: string;
  /** Where the relay listens for signers. */
  readonly relay: string;
  /** Another way to the proxy; for tests. */
  readonly link?: Link;
}

/**
 * Enrols a command-line identity with a one-time code, unless the folder has one. The key is on disk (mode 0600) before the code is used.
 * @param authority address of the organisation's certificate authority
 */
export async function enrolPerson(folder: string, authority: string, code: string): Promise<void> {
  if (await isEnrolled(folder)) return;
  await makePrivateFolder(folder);
  const keys = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  await writeWhole(join(folder, "key.pem"), `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, 0o600);
  const { certificate } = await enrol(authority, code, (commonName) => createRequest(commonName, keys));
  await writeWhole(join(folder, "cert.pem"), certificate, 0o644);
}

export const isEnrolled = async (folder: string): Promise<boolean> => (await readIfThere(join(folder, "cert.pem"))) !== undefined;

export class Person {
  readonly #parts: PersonParts;
  readonly #settings: ReturnType<typeof clientSettings>;
  readonly #authority: string | undefined;

  private constructor(parts: PersonParts, settings: ReturnType<typeof clientSettings>, authority: string | undefined) {
    this.#parts = parts;
    this.#settings = settings;
    this.#authority = authority;
  }

  /** Opens an enrolled identity. @throws WintersealError KEY_MISMATCH */
  static async open(settings: PersonSettings): Promise<Person> {
    const network = await loadNetwork(settings.network);
    const [certificate, key] = await Promise.all(["cert.pem", "key.pem"].map((file) => readIfThere(join(settings.folder, file))));
    if (certificate === undefined || key === undefined) throw new TypeError(`${settings.folder} holds no identity: enrol first`);
    const parts: PersonParts = {
      signer: keySigner(settings.mspId, certificate, key),
      link: settings.link ?? httpsLink({ relay: settings.relay }),
      crypto: nodeCrypto(),
      now: Date.now,
    };
    const own = network.organisations.find(({ mspId }) => mspId === settings.mspId);
    return new Person(parts, clientSettings(network), own?.ca);
  }

  /** Signs and sends one statement. @throws WintersealError */
  transact<N extends StatementName>(name: N, statement: Statement<N>): Promise<Transacted> {
    return transact(this.#parts, this.#settings, name, statement);
  }

  /** Attested reads in this person's name. @throws WintersealError */
  attest(questions: readonly AttestQuestion[]): Promise<AttestedRead[]> {
    return attest(this.#parts, this.#settings, questions);
  }

  /**
   * Registers or renews a sensor and fetches its identity from the own organisation's certificate authority.
   * @param csr the device's certificate request, PEM
   */
  async certifySensor<N extends "sensor:Register" | "sensor:Renew">(
    name: N,
    statement: Statement<N>,
    csr: string,
  ): Promise<Transacted & IssuedIdentity> {
    if (this.#authority === undefined) throw new TypeError("network.json names no certificate authority for this organisation");
    await checkSensorRequest(this.#authority, csr, statement);
    const recorded = await this.transact(name, statement);
    return { ...recorded, ...(await requestSensorIdentity(this.#authority, csr, recorded.signedProposal)) };
  }
}
