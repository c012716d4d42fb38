/** What an organisation's folder says about the organisation itself: written once by `init`, never changed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { organisationKind, ROLES, type Role } from "../../lib/messages/names";
import { signingProfileSchema } from "./fabric/signing-profiles";

/** `peer`: endorses on the channel; `operator`: relays and reads; `orderer`: orders; `tls`: issues TLS certificates only. */
export const ORGANISATION_TYPES = ["peer", "orderer", "operator", "tls"] as const;

export const profileSchema = z.strictObject({
  /** Short name in common names and folders: `authority`. */
  id: z.string().regex(/^[a-z0-9-]{1,32}$/),
  mspId: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  /** What people call it. */
  name: z.string().trim().min(1).max(96),
  type: z.enum(ORGANISATION_TYPES),
  /** Identities of a demonstration prove nothing outside it (docs/decisions/0050). */
  demonstration: z.boolean(),
  /** Absent: the organisation's own authority issues. */
  fabricCa: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).transform((text) => new URL(text).origin),
      /** Name of the CA, where the server runs several. */
      name: z.string().min(1).optional(),
      profiles: z.array(signingProfileSchema).min(1),
    })
    .optional(),
});
export type OrganisationProfile = z.infer<typeof profileSchema>;

export const profilePath = (dir: string): string => join(dir, "ca", "organisation.json");

/** Reads the profile that `init` wrote. */
export async function readProfile(dir: string): Promise<OrganisationProfile> {
  return profileSchema.parse(JSON.parse(await readFile(profilePath(dir), "utf8")));
}

/**
 * Roles that this organisation may give to a person: the kind of the organisation itself, `auditor`, `signatory`, and `importer` for command-line
 * identities. `sensor` is never a person's.
 */
export function rolesOf(profile: OrganisationProfile): readonly Role[] {
  const kind = organisationKind(profile.mspId);
  if (kind === undefined) return [];
  if (kind === "operator") return ["operator"];
  return ROLES.filter((role) => role === kind || ["auditor", "importer", "signatory"].includes(role));
}
