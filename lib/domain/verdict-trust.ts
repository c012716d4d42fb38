import { askedOf, type SensorFacts, type ShipmentFacts, silentSince } from "./verdict-facts";

export type TrustReasonCode =
  | "seal-broken"
  | "prefix-differs"
  | "sensor-suspended"
  | "identity-revoked"
  | "calibration-missing"
  | "calibration-before"
  | "calibration-ended"
  | "calibration-range"
  | "batches-lost"
  | "times-imported"
  | "times-unknown"
  | "times-claimed";

/** Why it is not to be believed. `sensor` is empty for a seal; `since` is null when no moment can be told. */
export interface TrustReason {
  readonly code: TrustReasonCode;
  readonly sensor: string;
  readonly since: number | null;
  /** Readings (batches for `batches-lost`) that it concerns. */
  readonly count: number;
  /** Seal's number, for `seal-broken`. */
  readonly seal?: string;
}

/** What is still missing for "vouched". */
export type TrustOpen = "no-seal" | "seal-not-inspected" | "sensor-not-inspected" | "prefix-awaited";

export type CheckName = "identity" | "calibration" | "sequence" | "time" | "committed" | "seal";
/** `open`: nothing speaks against it, and something is still missing. */
export interface Check {
  readonly name: CheckName;
  readonly state: "holds" | "open" | "fails";
}

export interface Trust {
  readonly answer: "vouched" | "attested" | "contested" | "no" | "unknown";
  /** Gravest first. */
  readonly reasons: readonly TrustReason[];
  readonly open: readonly TrustOpen[];
  /** From when on nothing is to be believed, when a moment can be told. */
  readonly since: number | null;
  /** Vouched through here, ms UTC: the earliest end among the inspected prefixes. */
  readonly vouchedThrough: number | null;
  /** Readings that came after the inspected prefixes: attested only. */
  readonly beyond: number;
  /** Sensors that owe readings, and since when. */
  readonly silent: readonly { readonly sensor: string; readonly since: number }[];
  readonly checks: readonly Check[];
}

const CHECK_OF: Readonly<Record<TrustReasonCode, CheckName>> = {
  "seal-broken": "seal",
  "prefix-differs": "sequence",
  "sensor-suspended": "identity",
  "identity-revoked": "identity",
  "calibration-missing": "calibration",
  "calibration-before": "calibration",
  "calibration-ended": "calibration",
  "calibration-range": "calibration",
  "batches-lost": "sequence",
  "times-imported": "time",
  "times-unknown": "time",
  "times-claimed": "time",
};
const GRAVITY = Object.keys(CHECK_OF) as TrustReasonCode[];

function identityReasons({ sensor, status, equivocated, doubtfulSince, doubtful, readings }: SensorFacts): TrustReason[] {
  const out: TrustReason[] = [];
  if (status === "suspended" || equivocated) out.push({ code: "sensor-suspended", sensor, since: null, count: readings });
  // Revoked without a moment, everything is doubtful; with one, only what was measured from there on.
  if (status === "revoked" && doubtfulSince === null) out.push({ code: "identity-revoked", sensor, since: null, count: readings });
  else if (doubtfulSince !== null && doubtful > 0) out.push({ code: "identity-revoked", sensor, since: doubtfulSince, count: doubtful });
  return out;
}

function calibrationReasons({ sensor, readings, calibration }: SensorFacts): TrustReason[] {
  const { before, after, outsideRange, covered, endedFrom, validTo } = calibration;
  const reason = (code: TrustReasonCode, count: number): TrustReason[] =>
    count > 0 ? [{ code, sensor, since: code === "calibration-ended" ? endedFrom : null, count }] : [];
  const unexplained = readings - covered - before - after - outsideRange;
  return [
    ...reason("calibration-missing", validTo === null ? Math.max(1, readings) : Math.max(0, unexplained)),
    ...reason("calibration-before", before),
    ...reason("calibration-ended", after),
    ...reason("calibration-range", outsideRange),
  ];
}

function timeReasons({ sensor, readings, standings }: SensorFacts): TrustReason[] {
  const { anchored, claimed, imported } = standings;
  const reason = (code: TrustReasonCode, count: number): TrustReason[] => (count > 0 ? [{ code, sensor, since: null, count }] : []);
  return [
    ...reason("times-imported", imported),
    // A reading whose standing is not told has no known time either.
    ...reason("times-unknown", Math.max(standings.unknown, readings - anchored - claimed - imported)),
    ...reason("times-claimed", claimed),
  ];
}

function sequenceReasons({ sensor, lost, inspected }: SensorFacts): TrustReason[] {
  const out: TrustReason[] = [];
  if (inspected?.prefix === "differs") out.push({ code: "prefix-differs", sensor, since: null, count: 0 });
  if (lost > 0) out.push({ code: "batches-lost", sensor, since: null, count: lost });
  return out;
}

function openPoints({ seals, sensors }: ShipmentFacts): TrustOpen[] {
  const out: TrustOpen[] = [];
  if (seals.length === 0) out.push("no-seal");
  if (seals.some((it) => it.standing === "applied")) out.push("seal-not-inspected");
  if (sensors.some((it) => it.inspected === null)) out.push("sensor-not-inspected");
  if (sensors.some((it) => it.inspected?.prefix === "awaited")) out.push("prefix-awaited");
  return out;
}

function answerOf(facts: ShipmentFacts, reasons: readonly TrustReason[], open: readonly TrustOpen[]): Trust["answer"] {
  if (facts.seals.some((it) => it.standing === "broken")) return "contested";
  if (facts.sensors.every((it) => it.readings === 0)) return "unknown";
  if (reasons.length > 0) return "no";
  const whole = facts.sensors.every((it) => it.readings > 0 && it.batches > 0 && it.inspected !== null && it.inspected.at !== null);
  return open.length === 0 && whole ? "vouched" : "attested";
}

function checksOf(
  facts: ShipmentFacts,
  now: number,
  reasons: readonly TrustReason[],
  open: readonly TrustOpen[],
  silent: boolean,
): Check[] {
  const failed = new Set(reasons.map((it) => CHECK_OF[it.code]));
  const nothing = facts.sensors.length === 0 || facts.sensors.some((it) => it.readings === 0);
  const outlived = facts.sensors.some((it) => {
    const end = askedOf(it, facts.closed, now).at(-1)?.to;
    return end !== undefined && it.calibration.validTo !== null && end > it.calibration.validTo;
  });
  const missing: Readonly<Record<CheckName, boolean>> = {
    identity: nothing,
    calibration: nothing || outlived,
    sequence: nothing || silent || open.includes("prefix-awaited"),
    time: nothing,
    committed: nothing || silent || open.includes("prefix-awaited"),
    seal: open.length > 0,
  };
  const state = (name: CheckName): Check["state"] => {
    if (failed.has(name)) return "fails";
    return missing[name] ? "open" : "holds";
  };
  return (Object.keys(missing) as CheckName[]).map((name) => ({ name, state: state(name) }));
}

/** Identity, calibration, sequence, time and seal, and nothing about temperatures. */
export function trustworthy(facts: ShipmentFacts, now: number): Trust {
  const broken = facts.seals.filter((it) => it.standing === "broken");
  const reasons = [
    ...broken.map((it): TrustReason => ({ code: "seal-broken", sensor: "", since: null, count: 0, seal: it.seal })),
    ...facts.sensors.flatMap((it) => [...identityReasons(it), ...calibrationReasons(it), ...sequenceReasons(it), ...timeReasons(it)]),
  ].sort((a, b) => GRAVITY.indexOf(a.code) - GRAVITY.indexOf(b.code));
  const open = openPoints(facts);
  const silent = facts.sensors.flatMap((it) => {
    const since = silentSince(it, facts, now);
    return since === null ? [] : [{ sensor: it.sensor, since }];
  });
  const answer = answerOf(facts, reasons, open);
  const ends = facts.sensors.flatMap((it) => (it.inspected?.at == null ? [] : [it.inspected.at]));
  // Only when every reason can name its moment is there a time before which all still holds.
  const moments = reasons.map((it) => it.since);
  const dated = moments.length > 0 && moments.every((it): it is number => it !== null);
  return {
    answer,
    reasons,
    open,
    since: dated ? Math.min(...moments) : null,
    vouchedThrough: answer === "vouched" && ends.length > 0 ? Math.min(...ends) : null,
    beyond: facts.sensors.reduce((sum, it) => sum + (it.inspected?.beyond ?? it.readings), 0),
    silent,
    checks: checksOf(facts, now, reasons, open, silent.length > 0),
  };
}
