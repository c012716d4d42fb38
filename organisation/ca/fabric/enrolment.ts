/** `enroll` (name and secret) and `reenroll` (token): a request becomes a certificate with the identity's attributes. */
import * as z from "zod";
import { WintersealError } from "../../../lib/messages/errors";
import type { IdentityType } from "../issuer";
import { type CertificateRequest, readRequest } from "../request";
import { authenticate, basicOf, bodyOf, type Call } from "./call";
import { FABRIC_CODES, FabricCaError } from "./envelope";
import { caInfo } from "./info";
import type { Attribute, RegisteredIdentity } from "./registry";

const DAY_MS = 24 * 3_600_000;
/** As the organisation's other identities: people and programs a year, machines five. */
const LIFE_MS: Readonly<Record<IdentityType, number>> = {
  client: 365 * DAY_MS,
  admin: 365 * DAY_MS,
  peer: 5 * 365 * DAY_MS,
  orderer: 5 * 365 * DAY_MS,
};

/** cfssl's `SignRequest` with Fabric's additions: the fields that mean something here. */
const requestSchema = z.object({
  certificate_request: z.string().min(1).max(8192),
  /** `tls` asks for a certificate that serves TLS at both ends; anything else but empty is unknown here. */
  profile: z.string().optional(),
  hosts: z.array(z.string().min(1).max(255)).max(32).nullish(),
  attr_reqs: z.array(z.object({ name: z.string(), optional: z.boolean().optional() })).nullish(),
  /** An earlier end than usual (RFC 3339). Fabric's own server ignores it; here it is kept to, and never makes an end later. */
  NotAfter: z.string().optional(),
});
type EnrolmentRequest = z.infer<typeof requestSchema>;

export async function enroll(call: Call): Promise<object> {
  const { registry, guesses } = call.parts;
  const { id, secret } = basicOf(call);
  refuseGuesser(call);
  const body = bodyOf(call, requestSchema);
  try {
    return await registry.spend(id, secret, (identity) => certify(call, identity, body));
  } catch (error) {
    if (error instanceof FabricCaError && error.code === FABRIC_CODES.authentication) guesses.count(call.caller);
    throw error;
  }
}

function refuseGuesser({ parts, caller }: Call): void {
  try {
    parts.guesses.check(caller);
  } catch (cause) {
    const error = new FabricCaError(401, FABRIC_CODES.attempts, "Too many incorrect passwords; try again later");
    error.cause = cause;
    throw error;
  }
}

export async function reenroll(call: Call): Promise<object> {
  const { identity } = await authenticate(call);
  return certify(call, identity, bodyOf(call, requestSchema));
}

async function certify(call: Call, identity: RegisteredIdentity, body: EnrolmentRequest): Promise<object> {
  const { ca } = call.parts;
  const request = await readCsr(body.certificate_request);
  if (request.commonName !== identity.id) {
    throw new FabricCaError(403, FABRIC_CODES.commonName, "The CSR subject common name must equal the enrollment ID");
  }
  const isTls = body.profile === "tls";
  if (!isTls && body.profile) throw new FabricCaError(400, FABRIC_CODES.badCsr, `Invalid profile: '${body.profile}'`);
  const certificate = await ca.issue({
    type: identity.type,
    commonName: identity.id,
    request,
    attributes: chosenAttributes(identity, body.attr_reqs),
    notAfter: endOf(identity.type, body.NotAfter),
    ...(isTls ? { tlsHosts: body.hosts ?? [] } : {}),
  });
  return { Cert: Buffer.from(certificate).toString("base64"), ServerInfo: caInfo(ca) };
}

async function readCsr(pem: string): Promise<CertificateRequest> {
  try {
    return await readRequest(pem);
  } catch (error) {
    if (error instanceof WintersealError) throw new FabricCaError(400, FABRIC_CODES.badCsr, `${error.code}: ${error.message}`);
    throw error;
  }
}

/** Those asked for, or those marked for certificates. @throws FabricCaError when one that must be there is not */
function chosenAttributes(identity: RegisteredIdentity, asked: EnrolmentRequest["attr_reqs"]): Readonly<Record<string, string>> {
  const all: readonly Attribute[] = [...identity.attributes, ...fixedAttributes(identity)];
  const value = (name: string) => all.find((attribute) => attribute.name === name)?.value;
  const names = asked ?? all.filter(({ ecert }) => ecert === true);
  const missing = names.filter((entry) => value(entry.name) === undefined && !("optional" in entry && entry.optional === true));
  if (missing.length > 0) {
    const list = missing.map(({ name }) => name).join(" ");
    throw new FabricCaError(400, FABRIC_CODES.badBody, `The following required attributes are missing: [${list}]`);
  }
  return Object.fromEntries(names.flatMap(({ name }) => (value(name) === undefined ? [] : [[name, value(name) ?? ""]])));
}

/** What Fabric CA adds to every identity. Organisations of ours have no affiliations below them. */
export const fixedAttributes = ({ id, type }: Pick<RegisteredIdentity, "id" | "type">): readonly Attribute[] => [
  { name: "hf.EnrollmentID", value: id, ecert: true },
  { name: "hf.Type", value: type, ecert: true },
  { name: "hf.Affiliation", value: "", ecert: true },
];

function endOf(type: IdentityType, asked: string | undefined): number {
  const usual = Date.now() + LIFE_MS[type];
  const end = asked === undefined ? Number.NaN : Date.parse(asked);
  // Go's zero time means "not given".
  return Number.isNaN(end) || end <= 0 ? usual : Math.min(usual, end);
}
