/**
 * Product profiles: what "cold" means for a class of goods. A profile never changes: a new rule is a new version, so that a decided
 * shipment can be judged again in ten years (docs/profiles.md tables all of them and says where each figure is from).
 * Temperatures milli-°C, durations ms.
 */
import { DomainError } from "./errors";

export const SEVERITIES = ["minor", "major", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Rule {
  /** Stands in keys, events and pages; unique in its profile. */
  readonly id: string;
  /** Consecutive: the timer resets on return. Cumulative: it never does. Instantaneous: no timer. */
  readonly kind: "instantaneous" | "consecutive" | "cumulative";
  /** Upper: at the bound or above violates. Lower: at the bound or below. */
  readonly direction: "upper" | "lower";
  readonly bound: number;
  readonly duration: number;
  readonly severity: Severity;
  /** How far inside the bound a reading must lie to count as back in range: 0 or more. */
  readonly hysteresis: number;
}

export interface Profile {
  /** `<name>/<version>` */
  readonly id: string;
  readonly title: string;
  /** What is labelled on the goods, for charts. */
  readonly band: { readonly min: number | null; readonly max: number | null };
  readonly rules: readonly Rule[];
  /** Readings earlier than this after the assignment's start are not judged: a probe takes time to settle. */
  readonly startIgnore: number;
  /** Longer than this without a reading is a gap: neither good nor bad. */
  readonly noData: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Logging at least every 30 minutes, and a sixth for jitter: one missed reading is a gap. */
const NO_DATA = 35 * MINUTE;
const SETTLING = 10 * MINUTE;

/** A seventh of the time after which a gap begins is kept for jitter: 30 minutes of 35. */
const JITTER = 7;

const rule = (
  id: string,
  [kind, duration]: readonly [Rule["kind"], number],
  direction: Rule["direction"],
  bound: number,
  severity: Severity,
  hysteresis = 0,
): Rule => ({ id, kind, direction, bound, duration, severity, hysteresis });

const atOnce = ["instantaneous", 0] as const;
const consecutive = (duration: number) => ["consecutive", duration] as const;
const cumulative = (duration: number) => ["cumulative", duration] as const;

export const PROFILES: readonly Profile[] = [
  {
    id: "fridge-2-8/1",
    title: "Fridge, 2 to 8 °C",
    band: { min: 2000, max: 8000 },
    rules: [rule("upper", atOnce, "upper", 8000, "critical"), rule("lower", atOnce, "lower", 2000, "critical")],
    startIgnore: 0,
    noData: NO_DATA,
  },
  {
    id: "frozen-vaccine/1",
    title: "Frozen vaccine, −50 to −15 °C",
    band: { min: -50_000, max: -15_000 },
    rules: [
      rule("upper", consecutive(HOUR), "upper", -15_000, "critical", 500),
      rule("thawed", atOnce, "upper", 0, "critical", 500),
      rule("lower", consecutive(HOUR), "lower", -50_000, "major", 500),
    ],
    startIgnore: SETTLING,
    noData: NO_DATA,
  },
  {
    id: "freezer-usp/1",
    title: "Freezer (USP), −25 to −10 °C",
    band: { min: -25_000, max: -10_000 },
    rules: [
      rule("upper", consecutive(HOUR), "upper", -10_000, "critical", 500),
      rule("thawed", atOnce, "upper", 0, "critical", 500),
      rule("lower", consecutive(HOUR), "lower", -25_000, "minor", 500),
    ],
    startIgnore: SETTLING,
    noData: NO_DATA,
  },
  {
    id: "ultra-low/1",
    title: "Ultra-low, −90 to −60 °C",
    band: { min: -90_000, max: -60_000 },
    rules: [
      rule("upper", consecutive(15 * MINUTE), "upper", -60_000, "critical", 1000),
      rule("lower", consecutive(HOUR), "lower", -90_000, "major", 1000),
    ],
    startIgnore: SETTLING,
    noData: NO_DATA,
  },
  {
    id: "controlled-room/1",
    title: "Controlled room, 20 to 25 °C",
    band: { min: 20_000, max: 25_000 },
    rules: [
      rule("spike", atOnce, "upper", 40_000, "critical"),
      rule("upper-excursion", consecutive(24 * HOUR), "upper", 30_000, "critical"),
      rule("upper", consecutive(24 * HOUR), "upper", 25_000, "minor"),
      rule("lower", consecutive(24 * HOUR), "lower", 20_000, "minor"),
      rule("lower-excursion", atOnce, "lower", 15_000, "major"),
    ],
    startIgnore: 0,
    noData: NO_DATA,
  },
  {
    id: "pqs-30-day/1",
    title: "WHO PQS E006, 30-day recorder",
    band: { min: -500, max: 8000 },
    rules: [
      rule("heat", consecutive(600 * MINUTE), "upper", 8000, "critical"),
      rule("freeze", consecutive(60 * MINUTE), "lower", -500, "critical"),
    ],
    startIgnore: 0,
    noData: NO_DATA,
  },
  {
    id: "indicator-1/1",
    title: "WHO shipping indicator, type 1",
    band: { min: -500, max: 30_000 },
    rules: [
      rule("heat-45", consecutive(HOUR), "upper", 45_000, "critical"),
      rule("heat-30", cumulative(10 * HOUR), "upper", 30_000, "critical"),
      rule("freeze", consecutive(HOUR), "lower", -500, "critical"),
    ],
    startIgnore: 0,
    noData: NO_DATA,
  },
  {
    id: "indicator-2/1",
    title: "WHO shipping indicator, type 2",
    band: { min: null, max: 10_000 },
    rules: [
      rule("heat-45", consecutive(HOUR), "upper", 45_000, "critical"),
      rule("heat-30", cumulative(10 * HOUR), "upper", 30_000, "critical"),
      rule("heat-10", cumulative(20 * HOUR), "upper", 10_000, "critical"),
    ],
    startIgnore: 0,
    noData: NO_DATA,
  },
];

const byId = new Map(PROFILES.map((profile) => [profile.id, profile]));

export const DEFAULT_PROFILE = "fridge-2-8/1";

/** @throws DomainError PROFILE_UNKNOWN */
export function profileById(id: string): Profile {
  const profile = byId.get(id);
  if (profile === undefined) throw new DomainError("PROFILE_UNKNOWN", `the profile "${id}" is unknown`);
  return profile;
}

/** Longest time between readings that never makes a gap by itself, ms. */
export const longestInterval = ({ noData }: Profile): number => noData - Math.ceil(noData / JITTER);
