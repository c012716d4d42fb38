/**
 * A `fabric-ca-server` as the organisation's certificate authority. The organisation's service stands before it as its registrar: people and
 * devices reach the service alone, which decides who is certified (codes, approvals) exactly as before its own authority. For each
 * certificate it registers the name, or gives it a new secret, good for one enrolment, and enrols with the request that it was sent: keys
 * stay where they are made, and the secret is forgotten.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { WintersealError } from "../../../lib/messages/errors";
import { AppendLog } from "../append-log";
import { type Issued, type IssueRequest, type Issuer, issuedSchema } from "../issuer";
import { type OrganisationProfile, readProfile } from "../profile";
import { sha256Hex, x509 } from "../x509";
import { type FabricCaAddress, FabricCaClient, type FabricRegistration, type TokenIdentity } from "./client";
import { FABRIC_CODES, FabricCaError } from "./envelope";
import { readRegistrar, renewRegistrar } from "./registrar";
import { nearestProfile, TLS_PROFILE } from "./signing-profiles";

const derOf = (pem: string): string => sha256Hex(new Uint8Array(x509.PemConverter.decodeFirst(pem)));

export class RemoteAuthority implements Issuer {
  readonly wantsName = true;
  #registrar: TokenIdentity;
  readonly #address: FabricCaAddress;
  readonly #issued: AppendLog<Issued>;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly dir: string,
    readonly profile: OrganisationProfile,
    readonly root: x509.X509Certificate,
    address: FabricCaAddress,
    registrar: TokenIdentity,
  ) {
    this.#address = address;
    this.#registrar = registrar;
    this.#issued = new AppendLog(join(dir, "ca", "issued.jsonl"), issuedSchema);
  }

  /** Opens a folder that {@link joinFabricCa} made. */
  static async open(dir: string): Promise<RemoteAuthority> {
    const profile = await readProfile(dir);
    const { address, root, registrar } = await readRegistrar(dir, profile);
    return new RemoteAuthority(dir, profile, root, address, registrar);
  }

  get rootPem(): string {
    return `${this.root.toString("pem")}\n`;
  }

  issued(): Promise<readonly Issued[]> {
    return this.#issued.entries();
  }

  /** One at a time: a name's secret is good for the enrolment that follows. */
  issue(request: IssueRequest, now = Date.now()): Promise<string> {
    const next = this.#tail.then(() => this.#issue(request, now));
    this.#tail = next.catch(() => undefined);
    return next;
  }

  async #issue(request: IssueRequest, now: number): Promise<string> {
    const { type, commonName, approval, request: csr, notAfter } = request;
    if (notAfter <= now) throw new WintersealError("ARGUMENT_INVALID", "the certificate would have ended already");
    const attributes = Object.entries(request.attributes ?? {}).map(([name, value]) => ({ name, value, ecert: true }));
    const secret = randomBytes(24).toString("base64url");
    await this.#grant({ id: commonName, type, secret, maxEnrollments: 1, attributes });
    const hosts = request.tlsHosts ?? [];
    const certificate = await this.#ask((client) =>
      client.enroll(commonName, secret, {
        csr: csr.pem,
        profile: hosts.length > 0 ? TLS_PROFILE : nearestProfile(this.profile.fabricCa?.profiles ?? [], notAfter, now).name,
        hosts,
        attributes: attributes.map(({ name }) => name),
      }),
    );
    const parsed = new x509.X509Certificate(certificate);
    await this.#issued.append({
      serial: parsed.serialNumber,
      commonName,
      type,
      thumbprint: csr.thumbprint,
      at: now,
      notAfter: parsed.notAfter.getTime(),
      ...(approval === undefined ? {} : { approval }),
      certificate,
    });
    return certificate;
  }

  /** The name may enrol once more. A known name keeps count of its enrolments, so its limit grows with them. */
  async #grant(registration: FabricRegistration): Promise<void> {
    const isNew = await this.#ask((client) => registerNew(client, registration));
    if (isNew) return;
    const before = await this.#ask((client) => client.certificates({ id: registration.id }));
    await this.#ask((client) => client.modify({ ...registration, maxEnrollments: before.length + 1 }));
  }

  async recognise(pem: string, now = Date.now()): Promise<x509.X509Certificate> {
    const certificate = parseCertificate(pem);
    const key = certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId ?? "";
    if (!(await certificate.verify({ publicKey: this.root, signatureOnly: true }))) throw new WintersealError("CERTIFICATE_UNTRUSTED");
    const query = { serial: certificate.serialNumber, aki: key };
    const isAmong = (list: readonly string[]) => list.some((entry) => derOf(entry) === derOf(pem));
    if (!isAmong(await this.#ask((client) => client.certificates({ ...query, notrevoked: "true" })))) {
      const isKnown = isAmong(await this.#ask((client) => client.certificates(query)));
      throw new WintersealError(isKnown ? "CERTIFICATE_REVOKED" : "CERTIFICATE_UNTRUSTED");
    }
    if (now > certificate.notAfter.getTime()) throw new WintersealError("IDENTITY_EXPIRED");
    if (now < certificate.notBefore.getTime()) throw new WintersealError("IDENTITY_NOT_YET_VALID");
    return certificate;
  }

  /** A `fabric-ca-server` also disables the name for good: whoever comes back gets another one. */
  async revoke(commonName: string): Promise<number> {
    return this.#ask((client) => client.revoke(commonName));
  }

  crl(): Promise<string> {
    return this.#ask((client) => client.crl());
  }

  /** Asks as the registrar, whose own certificate is renewed in time. @throws WintersealError UNAVAILABLE */
  async #ask<T>(work: (client: FabricCaClient) => Promise<T>): Promise<T> {
    try {
      this.#registrar = (await renewRegistrar(this.dir, this.#address, this.#registrar)) ?? this.#registrar;
      return await work(new FabricCaClient(this.#address, this.#registrar));
    } catch (error) {
      throw asRefusal(error);
    }
  }
}

/** @returns false when the name is taken */
async function registerNew(client: FabricCaClient, registration: FabricRegistration): Promise<boolean> {
  try {
    await client.register(registration);
    return true;
  } catch (error) {
    if (error instanceof FabricCaError && error.code === FABRIC_CODES.duplicate) return false;
    throw error;
  }
}

/** A refusal of the CA towards its registrar is the organisation's to mend: whoever waits learns that the authority is unwell, and its number. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof FabricCaError)) return error;
  const words = `the Fabric CA refused: ${error.message} (code ${error.code})`;
  return new WintersealError("UNAVAILABLE", words, { fabricCode: error.code }, { cause: error });
}

function parseCertificate(pem: string): x509.X509Certificate {
  try {
    return new x509.X509Certificate(pem);
  } catch (cause) {
    throw new WintersealError("CERTIFICATE_UNTRUSTED", "the certificate cannot be read", {}, { cause });
  }
}
