/** A raw reading with where it stands on the ledger: what files are made of. Times ms UTC, milli-°C, tenths of %RH. */
export interface ReadingRow {
  readonly sensor: string;
  readonly sequence: number;
  readonly index: number;
  readonly at: number;
  readonly temperature: number;
  readonly humidity: number | null;
  readonly standing: string;
  readonly calibration: string;
  readonly calibrationNumber: string;
  readonly transaction: string;
  readonly block: number;
  readonly recordedAt: number;
}

/** A scaled integer as an exact decimal with a plain minus sign: 10 300 with scale 3 is "10.300". */
export function exactDecimal(value: number, scale: number): string {
  const digits = String(Math.abs(value)).padStart(scale + 1, "0");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
