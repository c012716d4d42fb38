import { formatDuration } from "@/components/format/duration";
import { clock, date, moment } from "@/components/format/time";
import type { StateKind } from "@/components/ui/state";
import type { Kept, Trust, TrustReasonCode } from "@/lib/domain/verdict";

/** A verdict's half in a few words, for a row; the shipment's own page says it in full. */
export interface Words {
  readonly kind: StateKind;
  readonly text: string;
}

interface Clock {
  readonly zone: string;
  readonly now: number;
}

/** "No, since 09:42", "No, 5 h 10 min", "Yes", "Not known for 2 h". */
export function keptWords(kept: Kept, reader: Clock): Words {
  switch (kept.answer) {
    case "no":
      return { kind: "violation", text: `No, ${lasted(kept, reader)}` };
    case "close":
      return { kind: "warning", text: "Yes, but close" };
    case "yes":
      return { kind: "kept", text: "Yes" };
    case "unknown":
      return { kind: "unknown", text: unknownWords(kept) };
  }
}

function lasted({ lasting, violations, outOfRange, direction }: Kept, { zone, now }: Clock): string {
  const first = violations[0];
  if (lasting && first)
    return date(first.from, zone) === date(now, zone) ? `since ${clock(first.from, zone)}` : `since ${moment(first.from, zone, now)}`;
  const way = { above: "too warm ", below: "too cold ", both: "too warm and too cold " }[direction ?? "both"];
  return outOfRange === 0 ? `${way}once` : `${way}${formatDuration(outOfRange)}`;
}

function unknownWords(kept: Kept): string {
  if (kept.reason === "no-sensor") return "No sensor yet";
  if (kept.reason === "no-reading") return "Not every sensor has reported";
  return `Not known for ${formatDuration(kept.notMeasured)}`;
}

const REASONS: Readonly<Record<TrustReasonCode, string>> = {
  "seal-broken": "seal contested",
  "prefix-differs": "differs from inspection",
  "sensor-suspended": "sensor suspended",
  "identity-revoked": "identity revoked",
  "calibration-missing": "no calibration",
  "calibration-before": "before calibration",
  "calibration-ended": "calibration ended",
  "calibration-range": "outside calibrated range",
  "batches-lost": "batches lost",
  "times-imported": "times imported",
  "times-unknown": "times unknown",
  "times-claimed": "times only claimed",
};

/** "Yes, attested", "Yes, vouched", "No, calibration ended". */
export function trustWords(trust: Trust): Words {
  switch (trust.answer) {
    case "vouched":
      return { kind: "vouched", text: trust.beyond > 0 ? "Yes, vouched in part" : "Yes, vouched" };
    case "attested":
      return { kind: "attested", text: "Yes, attested" };
    case "contested":
      return { kind: "untrusted", text: "No, seal contested" };
    case "no":
      return { kind: "untrusted", text: `No, ${reasonWords(trust.reasons[0]?.code)}` };
    case "unknown":
      return { kind: "unknown", text: "Nothing to check yet" };
  }
}

export const reasonWords = (code: TrustReasonCode | undefined): string => (code ? REASONS[code] : "reason unknown");
