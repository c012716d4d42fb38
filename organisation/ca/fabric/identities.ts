/** `register` and `identities`: a registrar's view of who may enrol. */
import * as z from "zod";
import { IDENTITY_TYPES } from "../issuer";
import { authenticate, bodyOf, type Call } from "./call";
import { fixedAttributes } from "./enrolment";
import { FABRIC_CODES, FabricCaError, unauthorised } from "./envelope";
import { attributeSchema, type RegisteredIdentity } from "./registry";
import { isRegistrar, needAttributes, needType, refuseImpersonation } from "./rights";

const registrationSchema = z.object({
  id: z.string().min(1).max(64),
  type: z.string().optional(),
  secret: z.string().max(256).optional(),
  /** 0 = as many as the authority allows, which is without limit; -1 = without limit. */
  max_enrollments: z.int().min(-2).optional(),
  affiliation: z.string().optional(),
  attrs: z.array(attributeSchema).nullish(),
});
const changesSchema = registrationSchema.omit({ id: true });

export async function register(call: Call): Promise<{ secret: string }> {
  const { ca, registry } = call.parts;
  const { identity: caller } = await authenticate(call);
  const { id, affiliation, secret, attrs, max_enrollments, type } = bodyOf(call, registrationSchema);
  const attributes = attrs ?? [];
  const kind = typeOf(type || caller.type, id);
  needType(caller, kind);
  needAttributes(caller, attributes);
  refuseAffiliation(id, affiliation);
  refuseImpersonation(ca.profile, id, attributes);
  const registration = { id, type: kind, attributes, maxEnrollments: limitOf(max_enrollments) ?? -1 };
  return { secret: await registry.register({ ...registration, secret: secret || undefined }) };
}

/** Organisation units are what Fabric's peers tell identities apart by: no other types than those. */
function typeOf(type: string, id: string): RegisteredIdentity["type"] {
  const found = IDENTITY_TYPES.find((candidate) => candidate === type.toLowerCase());
  if (found !== undefined) return found;
  const known = IDENTITY_TYPES.join(", ");
  throw new FabricCaError(400, FABRIC_CODES.registering, `Registration of '${id}' failed: type '${type}' is none of ${known}`);
}

function refuseAffiliation(id: string, affiliation: string | undefined): void {
  if (!affiliation || affiliation === ".") return;
  throw new FabricCaError(404, FABRIC_CODES.registering, `Registration of '${id}' failed: there are no affiliations here`);
}

/** Fabric's numbers: absent or 0 leaves it, -1 is without limit, -2 forbids. */
const limitOf = (asked: number | undefined): number | undefined => (asked === -2 ? 0 : asked || undefined);

const shown = (identity: RegisteredIdentity) => ({
  id: identity.id,
  type: identity.type,
  affiliation: "",
  attrs: [...identity.attributes, ...fixedAttributes(identity)],
  max_enrollments: identity.maxEnrollments,
});

export async function listIdentities(call: Call): Promise<object> {
  const { identity: caller } = await authenticate(call);
  if (!isRegistrar(caller)) throw unauthorised(`${caller.id} is not a registrar`);
  const all = await call.parts.registry.all();
  return { identities: all.filter((identity) => mayManage(caller, identity)).map(shown), caname: call.parts.ca.profile.id };
}

function mayManage(caller: RegisteredIdentity, { type }: RegisteredIdentity): boolean {
  try {
    needType(caller, type);
    return true;
  } catch (error) {
    if (error instanceof FabricCaError) return false;
    throw error;
  }
}

export async function getIdentity(call: Call, id: string): Promise<object> {
  const { identity: caller } = await authenticate(call);
  const identity = await call.parts.registry.get(id);
  needType(caller, identity.type);
  return { ...shown(identity), caname: call.parts.ca.profile.id };
}

export async function addIdentity(call: Call): Promise<object> {
  const { secret } = await register(call);
  const { id } = bodyOf(call, registrationSchema);
  return { ...shown(await call.parts.registry.get(id)), secret, caname: call.parts.ca.profile.id };
}

export async function modifyIdentity(call: Call, id: string): Promise<object> {
  const { ca, registry } = call.parts;
  const { identity: caller } = await authenticate(call);
  const identity = await registry.get(id);
  needType(caller, identity.type);
  const { affiliation, attrs, max_enrollments, secret, type } = bodyOf(call, changesSchema);
  const attributes = attrs ?? [];
  const kind = typeOf(type || identity.type, id);
  needType(caller, kind);
  needAttributes(caller, attributes);
  refuseAffiliation(id, affiliation);
  refuseImpersonation(ca.profile, id, attributes);
  const maxEnrollments = limitOf(max_enrollments);
  const changed = await registry.modify(id, {
    type: kind,
    attributes,
    ...(secret ? { secret } : {}),
    ...(maxEnrollments === undefined ? {} : { maxEnrollments }),
  });
  return { ...shown(changed), ...(secret ? { secret } : {}), caname: ca.profile.id };
}

/** The record of who could enrol stays whole: disable a name by revoking it. */
export async function removeIdentity(call: Call): Promise<never> {
  await authenticate(call);
  throw new FabricCaError(403, FABRIC_CODES.removeIdentity, "Identity removal is disabled");
}
