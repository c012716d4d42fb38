/** What a report prints: words and places, settled before. Nothing is judged here. */

export type ReportTone = "kept" | "warning" | "violation" | "untrusted" | "info" | "unknown";

export interface ReportHalf {
  readonly question: string;
  readonly answer: string;
  readonly tone: ReportTone;
  readonly sentences: readonly string[];
  readonly proofs: readonly string[];
}

export interface ReportTable {
  readonly title: string;
  /** What the table is empty for, where it is. */
  readonly empty: string;
  readonly head: readonly string[];
  /** Shares of the width, as many as columns. */
  readonly widths: readonly number[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

export interface ReportChart {
  /** ms UTC */
  readonly from: number;
  readonly to: number;
  /** In the reader's unit, like all values below. */
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  readonly upper: { readonly value: number; readonly text: string } | null;
  readonly lower: { readonly value: number; readonly text: string } | null;
  /** A line per sensor, broken where it did not measure. */
  readonly lines: readonly { readonly name: string; readonly stretches: readonly (readonly (readonly [at: number, value: number])[])[] }[];
  readonly violations: readonly { readonly from: number; readonly to: number }[];
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  readonly levels: readonly { readonly value: number; readonly text: string }[];
  readonly caption: string;
}

export interface ReportData {
  readonly title: string;
  readonly subtitle: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly halves: readonly [ReportHalf, ReportHalf];
  readonly chart: ReportChart | null;
  readonly figures: readonly (readonly [name: string, value: string])[];
  readonly checks: readonly { readonly name: string; readonly state: string; readonly sentences: readonly string[] }[];
  readonly tables: readonly ReportTable[];
  /** Where its proof is found; printed as a QR code and as text. */
  readonly proof: {
    readonly url: string;
    readonly text: string;
    readonly modules: { readonly size: number; readonly data: readonly number[] };
  };
  /** Stands at the foot of every page. */
  readonly foot: string;
}
