/** What a registrar may do: Fabric CA's `hf.` attributes (fabric-ca, lib/attr), and what this organisation never lets anybody do by them. */
import { ATTRIBUTES, SENSOR_ID } from "../../../lib/messages/names";
import { type OrganisationProfile, rolesOf } from "../profile";
import { FABRIC_CODES, FabricCaError, unauthorised } from "./envelope";
import type { Attribute, RegisteredIdentity } from "./registry";

export const ROLES = "hf.Registrar.Roles";
export const REGISTRAR_ATTRIBUTES = "hf.Registrar.Attributes";
export const REVOKER = "hf.Revoker";
export const GEN_CRL = "hf.GenCRL";
const LISTS: ReadonlySet<string> = new Set([ROLES, "hf.Registrar.DelegateRoles", REGISTRAR_ATTRIBUTES]);
const SWITCHES: ReadonlySet<string> = new Set([REVOKER, GEN_CRL, "hf.IntermediateCA", "hf.AffiliationMgr"]);

/** A registrar over everything that this organisation lets be registered. */
export const REGISTRAR: readonly Attribute[] = [
  { name: ROLES, value: "*" },
  { name: REGISTRAR_ATTRIBUTES, value: "*" },
  { name: REVOKER, value: "true" },
  { name: GEN_CRL, value: "true" },
];

const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
const attributeOf = (identity: RegisteredIdentity, name: string): string | undefined =>
  identity.attributes.find((attribute) => attribute.name === name)?.value;
const isMatch = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern));

export const isRegistrar = (identity: RegisteredIdentity): boolean => listOf(attributeOf(identity, ROLES) ?? "").length > 0;

/** @throws FabricCaError unless the attribute is there and `true` */
export function needSwitch(identity: RegisteredIdentity, name: string): void {
  if (attributeOf(identity, name) !== "true") throw unauthorised(`${identity.id} has not ${name}`);
}

/** @throws FabricCaError when the caller may not act on identities of this type */
export function needType(identity: RegisteredIdentity, type: string): void {
  const roles = listOf(attributeOf(identity, ROLES) ?? "").map((role) => role.toLowerCase());
  if (!roles.includes("*") && !roles.includes(type.toLowerCase())) throw unauthorised(`${identity.id} may not act on type ${type}`);
}

/** @throws FabricCaError when the caller may not give these attributes */
export function needAttributes(caller: RegisteredIdentity, attributes: readonly Attribute[]): void {
  const permitted = listOf(attributeOf(caller, REGISTRAR_ATTRIBUTES) ?? "");
  for (const { name, value } of attributes) {
    if (!isMatch(name, permitted)) throw unauthorised(`${caller.id} may not give ${name}`);
    if (name.startsWith("hf.")) needReserved(caller, name, value);
  }
}

/** Reserved attributes are given by those who have them, and no more of them than they have. */
function needReserved(caller: RegisteredIdentity, name: string, value: string): void {
  if (SWITCHES.has(name)) {
    needSwitch(caller, name);
    return;
  }
  const own = listOf(attributeOf(caller, name) ?? "");
  if (!LISTS.has(name) || !listOf(value).every((each) => own.includes("*") || isMatch(each, own))) {
    throw unauthorised(`${caller.id} may not give ${name}=${value}`);
  }
}

/**
 * What no registrar of ours can do, because it would go round an approval: stand for a sensor, give a sensor's attributes, or a role that
 * the organisation does not give.
 * @throws FabricCaError
 */
export function refuseImpersonation(profile: OrganisationProfile, id: string, attributes: readonly Attribute[]): void {
  const refuse = (why: string) => new FabricCaError(403, FABRIC_CODES.registering, `Registration of '${id}' failed: ${why}`);
  if (SENSOR_ID.test(id)) throw refuse("this could be a sensor's name; put a dot or an @ into it");
  for (const { name, value } of attributes) {
    if (!name.startsWith("ws.")) continue;
    const isOurs = name === ATTRIBUTES.name || (name === ATTRIBUTES.role && rolesOf(profile).some((role) => role === value));
    if (!isOurs) throw refuse(`${name}=${value} is given by an approval only, or not by this organisation`);
  }
}
