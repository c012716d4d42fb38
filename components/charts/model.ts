/** What the server hands to the trip's chart: plain data and finished words, so that little code goes to the browser. */

export type Tone = "kept" | "warning" | "violation" | "untrusted" | "info" | "unknown";

export interface ChartSensor {
  readonly id: string;
  readonly place: string;
  /** 0, 1, …: which series tone it wears. */
  readonly series: number;
}

export interface ChartViolation {
  readonly sensor: string;
  readonly direction: "above" | "below";
  /** milli-°C; the bound itself violates. */
  readonly bound: number;
  readonly from: number;
  readonly found: number;
  /** Where the drawing ends: the first reading back in range, or the last reading while it lasts. */
  readonly to: number;
  readonly title: string;
  /** From the most to the least needed. */
  readonly lines: readonly string[];
}

export interface ChartGap {
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  readonly words: readonly string[];
  readonly short: string;
}

export interface ChartMark {
  readonly at: number;
  readonly icon: "seal" | "handover" | "inspection" | "check" | "cross";
  readonly name: string;
}

export interface LaneStretch {
  readonly from: number;
  readonly to: number;
  readonly tone: Tone | "gap";
  readonly icon: "kept" | "untrusted" | "clock" | "vouched" | "attested" | "unknown" | null;
  /** Its meaning, set inside the bar where it fits. */
  readonly text: string;
  readonly short: string;
}

export interface Lane {
  readonly name: string;
  readonly of: string;
  readonly stretches: readonly LaneStretch[];
}

export interface ChartModel {
  readonly shipment: string;
  /** Address of the readings. */
  readonly source: string;
  /** A guest sees the drawing; what needs an account is not linked. */
  readonly guest: boolean;
  /** The whole trip, ms UTC. */
  readonly from: number;
  readonly to: number;
  readonly noData: number;
  /** Every bound of the profile, milli-°C. */
  readonly bounds: readonly number[];
  /** The profile's band; null where it has no such bound. */
  readonly upper: number | null;
  readonly lower: number | null;
  readonly band: string;
  /** Lowest and highest reading of the whole trip, milli-°C: the axis stays when the view moves. */
  readonly extremes: readonly number[];
  readonly uncertainty: string;
  readonly sensors: readonly ChartSensor[];
  readonly violations: readonly ChartViolation[];
  readonly gaps: readonly ChartGap[];
  readonly marks: readonly ChartMark[];
  readonly lanes: readonly Lane[];
  /** The drawing in a sentence, for those who do not see it. */
  readonly summary: string;
}

/** at ms, milli-°C, tenths of %RH, sequence number, 1 when its time is not anchored + 2 when no calibration covers it. */
export type ChartPoint = readonly [at: number, temperature: number, humidity: number | null, sequence: number, flags: number];

export interface ChartSeries {
  readonly sensor: string;
  readonly reduced: boolean;
  readonly points: readonly ChartPoint[];
  /** Where a batch stands on the ledger, by sequence number: transaction, block, time of recording. */
  readonly batches: Readonly<Record<number, readonly [transaction: string, block: number, recordedAt: number]>>;
}

export interface ChartData {
  readonly from: number;
  readonly to: number;
  readonly series: readonly ChartSeries[];
}
