/**
 * What needs a person now, and what can wait: codes and facts from verdicts and calibrations, the same for every page that asks.
 * Sorted by urgency, not by kind. Times ms UTC.
 */
import type { ExcursionId } from "./excursion";
import type { Due } from "./excursion-due";
import type { Kept, Trust, TrustReason, ViolationFacts } from "./verdict";

export type NeedCode =
  | "violation-lasting"
  | "seal-contested"
  | "not-trusted"
  | "violation"
  | "excursion"
  | "silent"
  | "decide-again"
  | "inspect"
  | "decide"
  | "calibration-ended"
  | "awaiting-inspection"
  | "calibration-due";

export interface Need {
  readonly code: NeedCode;
  readonly urgency: "now" | "soon";
  readonly shipment: string | null;
  /** Sensors it is about; for calibrations those that fall due together. */
  readonly sensors: readonly string[];
  /** Since when, or for what is still to come, by when; null when no moment can be told. */
  readonly at: number | null;
  readonly violation: ViolationFacts | null;
  readonly reason: TrustReason | null;
  /** Whose next step settles it; the most pressing one where there are several. */
  readonly excursion: WaitingExcursion | null;
}

/** An excursion that nobody has decided. */
export interface WaitingExcursion extends ExcursionId {
  /** First reading out of bounds. */
  readonly from: number;
  readonly due: Due;
}

export interface OpenShipment {
  readonly id: string;
  readonly status: "planned" | "under-way" | "arrived" | "accepted" | "rejected" | "reopened";
  readonly arrivedAt: number | null;
  readonly kept: Kept;
  readonly trust: Trust;
  /** Undecided ones, the most pressing first: a violation for which somebody has signed needs nobody any more. */
  readonly excursions: readonly WaitingExcursion[];
}

export interface CalibratedSensor {
  readonly id: string;
  readonly status: "active" | "suspended" | "revoked";
  /** End of the calibration in force; null when there is none. */
  readonly validTo: number | null;
  /** Rides with an open shipment now. */
  readonly rides: boolean;
}

export type Asker = "authority" | "shipper" | "recipient" | "operator";

const DAY = 86_400_000;
/** Reminders that calibration users know: three months before, one month before, and on the day. */
export const DUE = { day: DAY, month: 30 * DAY, quarter: 92 * DAY } as const;

/** Most urgent kind first. */
const RANK: readonly NeedCode[] = [
  "violation-lasting",
  "seal-contested",
  "not-trusted",
  "calibration-ended",
  "violation",
  "excursion",
  "silent",
  "decide-again",
  "inspect",
  "decide",
  "awaiting-inspection",
  "calibration-due",
];

/**
 * @param asker kind of the viewer's organisation: a violation is the shipper's and the recipient's business, a calibration the owner's and the authority's
 * @param left undecided excursions of shipments that are decided: they outlive the decision
 */
export function needsOf(
  asker: Asker,
  shipments: readonly OpenShipment[],
  sensors: readonly CalibratedSensor[],
  now: number,
  left: readonly WaitingExcursion[] = [],
): Need[] {
  const ofShipments = shipments.flatMap((shipment) => shipmentNeeds(asker, shipment));
  // What a shipment's row says about a sensor's calibration is not said a second time.
  const said = new Set(ofShipments.filter(({ reason }) => reason?.code === "calibration-ended").flatMap((it) => it.sensors));
  const ofSensors = asker === "recipient" ? [] : calibrationNeeds(sensors, now).filter((it) => !it.sensors.some((id) => said.has(id)));
  const ofExcursions = isParty(asker) ? left.map(excursionNeed) : [];
  return [...ofShipments, ...ofExcursions, ...ofSensors].sort(
    (a, b) =>
      Number(a.urgency === "soon") - Number(b.urgency === "soon") ||
      RANK.indexOf(a.code) - RANK.indexOf(b.code) ||
      (a.at ?? Number.POSITIVE_INFINITY) - (b.at ?? Number.POSITIVE_INFINITY),
  );
}

const need = (code: NeedCode, urgency: Need["urgency"], facts: Partial<Need>): Need => ({
  code,
  urgency,
  shipment: null,
  sensors: [],
  at: null,
  violation: null,
  reason: null,
  excursion: null,
  ...facts,
});

const isParty = (asker: Asker): boolean => asker === "shipper" || asker === "recipient";

function excursionNeed(excursion: WaitingExcursion): Need {
  const { shipment, sensor, from, due } = excursion;
  const urgency = due.level === "overdue" || due.level === "escalated" ? "now" : "soon";
  return need("excursion", urgency, { shipment, sensors: [sensor], at: from, excursion });
}

function shipmentNeeds(asker: Asker, { id, status, arrivedAt, kept, trust, excursions }: OpenShipment): Need[] {
  const party = isParty(asker);
  const urgency = party ? "now" : "soon";
  const out: Need[] = [];
  const worst = kept.violations[0];
  const [excursion] = excursions;
  if (worst && excursion && party) {
    const code = worst.to === null ? "violation-lasting" : "violation";
    out.push(need(code, "now", { shipment: id, sensors: [worst.sensor], at: worst.from, violation: worst, excursion }));
  }
  const reason = trust.reasons[0];
  if (trust.answer === "contested") out.push(need("seal-contested", "now", { shipment: id, reason: reason ?? null }));
  else if (trust.answer === "no" && reason) {
    out.push(need("not-trusted", "now", { shipment: id, sensors: [reason.sensor], at: reason.since, reason }));
  }
  if (status === "under-way") {
    for (const { sensor, since } of trust.silent) out.push(need("silent", urgency, { shipment: id, sensors: [sensor], at: since }));
  }
  return [...out, ...arrivalNeeds(asker, { id, status, arrivedAt, trust })];
}

function arrivalNeeds(asker: Asker, { id, status, arrivedAt, trust }: Omit<OpenShipment, "kept" | "excursions">): Need[] {
  if (status === "reopened") return asker === "recipient" ? [need("decide-again", "now", { shipment: id, at: arrivedAt })] : [];
  if (status !== "arrived") return [];
  const open = trust.open.includes("seal-not-inspected") || trust.open.includes("sensor-not-inspected");
  if (asker === "recipient") return [need(open ? "inspect" : "decide", "now", { shipment: id, at: arrivedAt })];
  return asker === "shipper" && open ? [need("awaiting-inspection", "soon", { shipment: id, at: arrivedAt })] : [];
}

/** What one calibration asks for; null while it is good for more than a month. */
function calibrationNeed({ id, validTo, rides }: CalibratedSensor, now: number): Need | null {
  if (validTo === null || validTo <= now) return need("calibration-ended", rides ? "now" : "soon", { sensors: [id], at: validTo });
  const left = validTo - now;
  if (left > DUE.month) return null;
  return need("calibration-due", left <= DUE.day ? "now" : "soon", { sensors: [id], at: validTo });
}

function calibrationNeeds(sensors: readonly CalibratedSensor[], now: number): Need[] {
  const out: Need[] = [];
  const later = new Map<number, string[]>();
  for (const sensor of sensors.filter(({ status }) => status !== "revoked")) {
    const { id, validTo } = sensor;
    const own = calibrationNeed(sensor, now);
    if (own) out.push(own);
    else if (validTo !== null && validTo - now <= DUE.quarter) {
      const day = Math.floor(validTo / DAY);
      later.set(day, [...(later.get(day) ?? []), id]);
    }
  }
  // What falls due on one day was calibrated together and is one errand.
  for (const [day, ids] of later) out.push(need("calibration-due", "soon", { sensors: ids, at: (day + 1) * DAY - 1 }));
  return out;
}
