/** A client of Fabric CA's REST API (1.4 and later): what the organisation's service asks of a `fabric-ca-server`, as its registrar. */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import * as z from "zod";
import { WintersealError } from "../../../lib/messages/errors";
import { readEnvelope } from "./envelope";
import type { Attribute } from "./registry";
import { makeToken } from "./token";

export interface FabricCaAddress {
  /** `https://ca.authority.example:7054`, without a path. */
  readonly url: string;
  /** Name of the CA where the server runs several. */
  readonly name?: string | undefined;
  /** PEM of the root of its TLS certificate; absent = what Node trusts. */
  readonly tlsRoot?: string | undefined;
}

/** A certificate and its key, PEM. */
export interface TokenIdentity {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface FabricRegistration {
  readonly id: string;
  readonly type: string;
  readonly secret: string;
  readonly maxEnrollments: number;
  readonly attributes: readonly Attribute[];
}

export interface FabricEnrolment {
  /** PKCS #10, PEM; its common name must be the identity's. */
  readonly csr: string;
  /** Signing profile; "" is the default one. */
  readonly profile: string;
  readonly hosts: readonly string[];
  /** Names of the attributes that the certificate shall carry, no others. */
  readonly attributes: readonly string[];
}

const DEADLINE_MS = 15_000;
const ANSWER_LIMIT = 4 * 1024 * 1024;

const fromBase64 = (text: string): string => Buffer.from(text, "base64").toString("utf8");
const infoSchema = z.object({ CAName: z.string(), CAChain: z.string(), Version: z.string().optional() });
const enrolledSchema = z.object({ Cert: z.string() });
const revokedSchema = z.object({ RevokedCerts: z.array(z.object({ Serial: z.string(), AKI: z.string() })).nullish() });
const crlSchema = z.object({ CRL: z.string() });
const certificatesSchema = z.object({ certs: z.array(z.object({ PEM: z.string() })) });

export class FabricCaClient {
  readonly #address: FabricCaAddress;
  readonly #registrar: TokenIdentity | undefined;

  /** @param registrar needed for all but {@link info} and {@link enroll} */
  constructor(address: FabricCaAddress, registrar?: TokenIdentity) {
    this.#address = address;
    this.#registrar = registrar;
  }

  /** @returns the server's CA name and its certificates, PEM, issuing one first */
  async info(): Promise<{ name: string; chain: string; version: string }> {
    const { CAName, CAChain, Version } = infoSchema.parse(await this.#call("GET", this.#path("cainfo")));
    return { name: CAName, chain: fromBase64(CAChain), version: Version ?? "" };
  }

  /** @returns the certificate, PEM. @throws FabricCaError, WintersealError UNAVAILABLE */
  async enroll(id: string, secret: string, { csr, profile, hosts, attributes }: FabricEnrolment): Promise<string> {
    const body = {
      certificate_request: csr,
      profile,
      hosts,
      attr_reqs: attributes.map((name) => ({ name })),
      ...this.#caName(),
    };
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
    return fromBase64(enrolledSchema.parse(await this.#call("POST", "/api/v1/enroll", body, authorization)).Cert);
  }

  /** A new certificate for the registrar itself, before its old one ends. @returns PEM */
  async reenroll(csr: string): Promise<string> {
    const body = { certificate_request: csr, profile: "", attr_reqs: [], ...this.#caName() };
    return fromBase64(enrolledSchema.parse(await this.#signed("POST", "/api/v1/reenroll", body)).Cert);
  }

  /** @throws FabricCaError (74: the name is taken) */
  async register({ id, type, secret, maxEnrollments, attributes }: FabricRegistration): Promise<void> {
    const body = { id, type, secret, max_enrollments: maxEnrollments, affiliation: "", attrs: attributes, ...this.#caName() };
    await this.#signed("POST", "/api/v1/register", body);
  }

  /** Gives an identity a new secret, limit and attributes. */
  async modify({ id, type, secret, maxEnrollments, attributes }: FabricRegistration): Promise<void> {
    const body = { type, secret, max_enrollments: maxEnrollments, attrs: attributes, ...this.#caName() };
    await this.#signed("PUT", `/api/v1/identities/${encodeURIComponent(id)}`, body);
  }

  /** Revokes all certificates of a name and disables it. @returns how many */
  async revoke(id: string): Promise<number> {
    const body = { id, reason: "unspecified", ...this.#caName() };
    return revokedSchema.parse(await this.#signed("POST", "/api/v1/revoke", body)).RevokedCerts?.length ?? 0;
  }

  /** The list of every revoked certificate that has not ended, PEM. */
  async crl(): Promise<string> {
    return fromBase64(crlSchema.parse(await this.#signed("POST", "/api/v1/gencrl", this.#caName())).CRL);
  }

  /** Certificates by `id`, or by `serial` and `aki`; `notrevoked` leaves out the revoked ones. @returns PEMs */
  async certificates(query: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const path = this.#path("certificates", query);
    return certificatesSchema.parse(await this.#signed("GET", path)).certs.map(({ PEM }) => PEM);
  }

  #caName(): { caname?: string } {
    return this.#address.name === undefined ? {} : { caname: this.#address.name };
  }

  #path(endpoint: string, query: Readonly<Record<string, string>> = {}): string {
    const name = this.#address.name === undefined ? {} : { ca: this.#address.name };
    const text = new URLSearchParams({ ...query, ...name }).toString();
    return `/api/v1/${endpoint}${text === "" ? "" : `?${text}`}`;
  }

  #signed(method: string, path: string, body?: object): Promise<unknown> {
    if (this.#registrar === undefined) throw new TypeError("this client has no registrar");
    const bytes = Buffer.from(body === undefined ? "" : JSON.stringify(body));
    return this.#call(method, path, body, makeToken(this.#registrar, method, path, bytes));
  }

  async #call(method: string, path: string, body?: object, authorization?: string): Promise<unknown> {
    const { status, text } = await this.#exchange(method, path, body === undefined ? "" : JSON.stringify(body), authorization);
    return readEnvelope(status, text);
  }

  #exchange(method: string, path: string, body: string, authorization: string | undefined): Promise<{ status: number; text: string }> {
    const { url, tlsRoot } = this.#address;
    const { protocol } = new URL(url);
    return new Promise((resolve, reject) => {
      const away = (cause: unknown) =>
        reject(new WintersealError("UNAVAILABLE", `the Fabric CA at ${url} cannot be reached`, {}, { cause }));
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...(authorization === undefined ? {} : { authorization }),
      };
      const send = protocol === "https:" ? httpsRequest : httpRequest;
      const options = { method, headers, signal: AbortSignal.timeout(DEADLINE_MS), ...(tlsRoot === undefined ? {} : { ca: tlsRoot }) };
      const request = send(`${url}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > ANSWER_LIMIT) request.destroy(new Error("the answer is larger than the limit"));
          else chunks.push(chunk);
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }));
        response.on("error", away);
      });
      request.on("error", away);
      request.end(body);
    });
  }
}
