/** Raw readings as CSV (RFC 4180), one row per reading, in UTC and in the reader's zone. */
import { exactDecimal, type ReadingRow } from "./reading-row";
import { zoneOffset } from "./zone";

/** Cells that a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A text cell: never a formula, quoted where the format needs it. */
export function textCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** "2026-11-18T03:10:00.000+01:00" */
export function localIso(at: number, zone: string, offset = zoneOffset(at, zone)): string {
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${new Date(at + offset).toISOString().slice(0, -1)}${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

const QUARTER = 15 * 60_000;

/** Lines of a file in one zone. Offsets change at quarters of an hour at the earliest, so each quarter is asked once. */
export class ReadingCsv {
  readonly #offsets = new Map<number, number>();

  /** @param zone IANA name of the reader's zone */
  constructor(readonly zone: string) {}

  /** With a byte order mark: spreadsheets read the file as UTF-8 only then. */
  head(): string {
    const names = [
      "sensor",
      "batch",
      "place_in_batch",
      "time_utc",
      `time_local (${this.zone})`,
      "temperature_celsius",
      "relative_humidity_percent",
    ];
    const more = ["time_standing", "calibration_standing", "calibration_certificate", "committed_utc", "block", "transaction"];
    return `\uFEFF${[...names, ...more].map(textCell).join(",")}\r\n`;
  }

  line(row: ReadingRow): string {
    const cells = [
      textCell(row.sensor),
      row.sequence,
      row.index,
      new Date(row.at).toISOString(),
      localIso(row.at, this.zone, this.#offset(row.at)),
      exactDecimal(row.temperature, 3),
      row.humidity === null ? "" : exactDecimal(row.humidity, 1),
      textCell(row.standing),
      textCell(row.calibration),
      textCell(row.calibrationNumber),
      new Date(row.recordedAt).toISOString(),
      row.block,
      textCell(row.transaction),
    ];
    return `${cells.join(",")}\r\n`;
  }

  #offset(at: number): number {
    const quarter = Math.floor(at / QUARTER);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = zoneOffset(at, this.zone);
    this.#offsets.set(quarter, offset);
    return offset;
  }
}
