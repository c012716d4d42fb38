/** `revoke`, `gencrl` and `certificates`. */
import * as z from "zod";
import type { Issued } from "../issuer";
import { x509 } from "../x509";
import { type Authenticated, authenticate, bodyOf, type Call } from "./call";
import { FABRIC_CODES, FabricCaError } from "./envelope";
import { GEN_CRL, isRegistrar, needSwitch, needType, REVOKER } from "./rights";

const revokeSchema = z.object({
  id: z.string().optional(),
  serial: z.string().optional(),
  aki: z.string().optional(),
  reason: z.string().max(200).optional(),
  gencrl: z.boolean().optional(),
});

/** Fabric compares numbers in hex without leading zeros, colons or case. */
const bare = (hex: string): string => hex.toLowerCase().replaceAll(":", "").replace(/^0+/, "");
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Key identifier of the root, which every certificate here names as its authority's. */
function rootKeyId(root: x509.X509Certificate): string {
  return bare(root.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? "");
}

export async function revoke(call: Call): Promise<object> {
  const { ca } = call.parts;
  const caller = await authenticate(call);
  const body = bodyOf(call, revokeSchema);
  const revoked =
    body.serial && body.aki ? [await revokeOne(call, caller, body.serial, body.aki, body)] : await revokeAll(call, caller, body);
  const aki = rootKeyId(ca.root);
  return {
    RevokedCerts: revoked.map(({ serial }) => ({ Serial: bare(serial), AKI: aki })),
    CRL: body.gencrl === true && revoked.length > 0 ? base64(await ca.crl()) : "",
  };
}

type RevokeRequest = z.infer<typeof revokeSchema>;

async function revokeOne(call: Call, caller: Authenticated, serial: string, aki: string, { id, reason }: RevokeRequest): Promise<Issued> {
  const { ca } = call.parts;
  const named = `Certificate with serial ${bare(serial)} and AKI ${bare(aki)}`;
  const issued = (await ca.issued()).find((entry) => bare(entry.serial) === bare(serial) && bare(aki) === rootKeyId(ca.root));
  if (issued === undefined) throw new FabricCaError(404, FABRIC_CODES.certificateNotFound, `${named} was not found`);
  if (issued.commonName !== caller.identity.id) {
    needSwitch(caller.identity, REVOKER);
    needType(caller.identity, issued.type);
  }
  if (id && id !== issued.commonName) throw new FabricCaError(400, FABRIC_CODES.wrongOwner, `${named} is not owned by ${id}`);
  if (!(await ca.revokeSerial(issued.serial, reason ?? ""))) {
    throw new FabricCaError(404, FABRIC_CODES.alreadyRevoked, `${named} was already revoked`);
  }
  return issued;
}

/** Every certificate of a name, and the name itself: its secret enrols nobody any more. */
async function revokeAll(call: Call, caller: Authenticated, { id, reason }: RevokeRequest): Promise<readonly Issued[]> {
  const { ca, registry } = call.parts;
  if (!id) {
    throw new FabricCaError(400, FABRIC_CODES.revokeArgumentsMissing, "Either Name or Serial and AKI are required for a revoke request");
  }
  if (id !== caller.identity.id) needSwitch(caller.identity, REVOKER);
  const own = (await ca.issued()).filter(({ commonName }) => commonName === id);
  const registered = await registry.find(id);
  const type = registered?.type ?? own[0]?.type;
  if (type === undefined) throw new FabricCaError(404, FABRIC_CODES.revokedIdentityNotFound, `Identity ${id} was not found`);
  if (id !== caller.identity.id) needType(caller.identity, type);
  await registry.disable(id);
  const before = new Set((await ca.revoked()).map(({ serial }) => serial));
  await ca.revoke(id, reason ?? "");
  return own.filter(({ serial }) => !before.has(serial));
}

const crlSchema = z.object({
  revokedafter: z.string().optional(),
  revokedbefore: z.string().optional(),
  expireafter: z.string().optional(),
  expirebefore: z.string().optional(),
});

export async function generateCrl(call: Call): Promise<object> {
  const { ca } = call.parts;
  const body = bodyOf(call, crlSchema);
  const { identity } = await authenticate(call);
  needSwitch(identity, GEN_CRL);
  const revoked = span(body.revokedafter, body.revokedbefore, FABRIC_CODES.badRevokedAfter);
  const ends = span(body.expireafter, body.expirebefore, FABRIC_CODES.badExpireAfter);
  const notAfter = new Map((await ca.issued()).map((entry) => [entry.serial, entry.notAfter]));
  const crl = await ca.crl(Date.now(), ({ serial, at }) => revoked(at) && ends(notAfter.get(serial) ?? 0));
  return { CRL: base64(crl) };
}

/** A test for times between two RFC 3339 instants; Go's zero time leaves an end open. */
function span(after: string | undefined, before: string | undefined, code: number): (at: number) => boolean {
  const read = (text: string | undefined) => {
    const at = Date.parse(text ?? "");
    return Number.isNaN(at) || at <= 0 ? undefined : at;
  };
  const [from, to] = [read(after), read(before)];
  if (from !== undefined && to !== undefined && from > to) {
    throw new FabricCaError(400, code, "Invalid value: the earlier instant must not be later than the other one");
  }
  return (at) => (from === undefined || at > from) && (to === undefined || at < to);
}

export async function listCertificates(call: Call): Promise<object> {
  const { ca } = call.parts;
  const { identity } = await authenticate(call);
  if (!isRegistrar(identity)) needSwitch(identity, REVOKER);
  const query = call.url.searchParams;
  for (const name of ["revoked_start", "revoked_end", "expired_start", "expired_end"]) {
    if (query.get(name)) throw new FabricCaError(400, FABRIC_CODES.badCertificateQuery, `Invalid Request: '${name}' is not supported here`);
  }
  if (query.get("aki") && bare(query.get("aki") ?? "") !== rootKeyId(ca.root)) return { certs: [], caname: ca.profile.id };
  const revoked = new Set((await ca.revoked()).map(({ serial }) => serial));
  const isOn = (name: string) => query.get(name)?.toLowerCase() === "true";
  const found = (await ca.issued()).filter(
    (entry) =>
      (!query.get("id") || entry.commonName === query.get("id")) &&
      (!query.get("serial") || bare(entry.serial) === bare(query.get("serial") ?? "")) &&
      !(isOn("notrevoked") && revoked.has(entry.serial)) &&
      !(isOn("notexpired") && entry.notAfter < Date.now()),
  );
  return { certs: found.map(({ certificate }) => ({ PEM: certificate })), caname: ca.profile.id };
}
