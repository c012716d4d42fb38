/**
 * A `fabric-ca-server` (1.5) gives a certificate the lifetime of a signing profile and lets no client ask for a date. Its profiles cannot be
 * asked for either, so the organisation's settings repeat their names and lifetimes (docs/decisions/0121).
 */
import * as z from "zod";

const HOUR_MS = 3_600_000;
/** The server rounds its clock to the minute before it adds the lifetime. */
const ROUNDING_MS = 60_000;

export const signingProfileSchema = z.strictObject({
  /** "" is the default profile. */
  name: z.string().regex(/^[A-Za-z0-9_-]{0,64}$/),
  hours: z.int().min(1),
});
export type SigningProfile = z.infer<typeof signingProfileSchema>;

/** Fabric's own configuration before anybody changes it. */
export const DEFAULT_PROFILES: readonly SigningProfile[] = [{ name: "", hours: 8760 }];

/** The profile that Fabric's configuration calls so, for certificates that serve TLS. */
export const TLS_PROFILE = "tls";

/**
 * Reads `default=8760,days90=2160`: names and lifetimes in hours.
 * @throws TypeError
 */
export function parseProfiles(text: string): SigningProfile[] {
  return text.split(",").map((part) => {
    const [name = "", hours = "", ...rest] = part.split("=").map((each) => each.trim());
    const parsed = signingProfileSchema.safeParse({ name: name === "default" ? "" : name, hours: Number(hours) });
    if (rest.length > 0 || !parsed.success) throw new TypeError(`"${part}" is no signing profile: write NAME=HOURS, as in default=8760`);
    return parsed.data;
  });
}

/**
 * The profile whose certificates end nearest to an instant without ending later; where every one ends later, the shortest.
 * @param end ms UTC
 */
export function nearestProfile(profiles: readonly SigningProfile[], end: number, now: number): SigningProfile {
  const byLength = [...profiles].sort((a, b) => a.hours - b.hours);
  const [shortest] = byLength;
  if (shortest === undefined) throw new TypeError("no signing profile is configured");
  return byLength.findLast(({ hours }) => now + hours * HOUR_MS <= end + ROUNDING_MS) ?? shortest;
}
