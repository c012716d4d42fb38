import { coversProfile } from "@/lib/domain/profile-bounds";
import type { Profile } from "@/lib/domain/profiles";
import type { FreeSensor } from "@/lib/store/plan";

/** Why a sensor does not suit a trip; null when it does. */
export type Unsuited = "not-begun" | "ended" | "ends-on-the-way" | "range" | null;

/** @param arrival planned end of the trip, ms UTC; null when nobody has said */
export function unsuited(sensor: FreeSensor, profile: Profile, arrival: number | null, now: number): Unsuited {
  if (sensor.validFrom > now) return "not-begun";
  if (sensor.validTo <= now) return "ended";
  if (arrival !== null && sensor.validTo < arrival) return "ends-on-the-way";
  if (!coversProfile(profile, sensor)) return "range";
  return null;
}
