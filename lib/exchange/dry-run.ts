/** What the rules of a profile would have found in a logger's file: nothing is signed, recorded or kept. */
import { meanKineticTemperature } from "../domain/mkt";
import { boundsOf, directionOf } from "../domain/profile-bounds";
import { type Profile, profileById, type Severity } from "../domain/profiles";
import { columnWidth, reduceReadings } from "../domain/reduction";
import { type Gap, judge, NO_READINGS } from "../domain/rules";
import type { ShipmentFacts } from "../domain/verdict-facts";
import { type Kept, keptCold } from "../domain/verdict-kept";
import { WintersealError } from "../messages/errors";
import { type CsvOptions, readCsv } from "./csv";
import { isFridgeTag, readFridgeTag } from "./fridge-tag";
import type { LoggerFile, LoggerRow } from "./logger";

/** Largest file of a logger that is read. */
export const LOGGER_BYTES = 8 * 1024 * 1024;

/** Text of a logger's file. @throws WintersealError FILE_MALFORMED when it is not UTF-8 */
export function decodeLogger(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new WintersealError("FILE_MALFORMED", "The file is not UTF-8 text");
    throw error;
  }
}

/** Any file that is known here: a Fridge-tag 2 export by its first line, else CSV. @throws WintersealError FILE_MALFORMED, ARGUMENT_INVALID */
export const readLogger = (text: string, options: CsvOptions): LoggerFile =>
  isFridgeTag(text) ? readFridgeTag(text, options) : readCsv(text, options);

export interface DryViolation {
  readonly rule: string;
  readonly severity: Severity;
  readonly direction: "above" | "below";
  readonly from: number;
  readonly found: number;
  readonly to: number | null;
  readonly peak: number;
  readonly readings: number;
}

export interface DryRun {
  readonly format: LoggerFile["format"];
  readonly model: string;
  readonly serial: string | null;
  readonly profile: string;
  readonly readings: number;
  readonly kept: Kept;
  readonly facts: ShipmentFacts;
  readonly violations: readonly DryViolation[];
  readonly gaps: readonly Gap[];
  /** Mean kinetic temperature of what was measured, milli-°C: information, no rule. */
  readonly kinetic: number | null;
  /** First, lowest, highest and last of every column, milli-°C. */
  readonly points: readonly (readonly [at: number, temperature: number])[];
}

const COLUMNS = 240;

/** @throws WintersealError FILE_MALFORMED, ARGUMENT_INVALID; DomainError PROFILE_UNKNOWN */
export function dryRun(text: string, profileId: string, options: CsvOptions): DryRun {
  const profile = profileById(profileId);
  const file = readLogger(text, options);
  const { rows } = file;
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) throw new WintersealError("FILE_MALFORMED", "The file holds no reading");
  const { findings, gaps } = judge(
    profile,
    first.at,
    NO_READINGS,
    rows.map(({ at, temperature }) => ({ at, elapsed: null, temperature })),
  );
  const violations = findings.map(({ rule, from, found, to, peak, readings }) => ({
    rule: rule.id,
    severity: rule.severity,
    direction: directionOf(profile, rule.id),
    ...{ from, found, to, peak, readings },
  }));
  const facts = factsOf(file, profile, violations, gaps);
  const width = columnWidth(first.at, last.at + 1, COLUMNS);
  return {
    format: file.format,
    model: file.model,
    serial: file.serial,
    profile: profile.id,
    readings: rows.length,
    kept: keptCold(facts, last.at),
    facts,
    violations,
    gaps,
    kinetic: kineticOf(rows, profile.noData),
    points: reduceReadings(rows, width).map(({ at, temperature }) => [at, temperature] as const),
  };
}

/** Each reading lasts until the next one, at most as long as the profile lets a sensor be silent. */
function kineticOf(rows: readonly LoggerRow[], noData: number): number | null {
  return meanKineticTemperature(
    rows.slice(0, -1).map(({ at, temperature }, index) => ({ temperature, duration: Math.min(noData, (rows[index + 1]?.at ?? at) - at) })),
  );
}

/** The file as a shipment with one sensor that rode from its first reading to its last, so that its verdict is worded as every other. */
function factsOf({ model, rows }: LoggerFile, profile: Profile, violations: readonly DryViolation[], gaps: readonly Gap[]): ShipmentFacts {
  const [first, last] = [rows[0] as LoggerRow, rows.at(-1) as LoggerRow];
  const extreme = (better: (a: number, b: number) => boolean) => {
    const row = rows.reduce((best, it) => (better(it.temperature, best.temperature) ? it : best), first);
    return { value: row.temperature, at: row.at };
  };
  const sensor = model;
  return {
    ...boundsOf(profile),
    noData: profile.noData,
    halted: false,
    closed: last.at,
    sensors: [
      {
        sensor,
        rides: [{ from: first.at, to: last.at }],
        readings: rows.length,
        first: first.at,
        last: last.at,
        lowest: extreme((a, b) => a < b),
        highest: extreme((a, b) => a > b),
        gaps,
        uncertainty: null,
        standings: { anchored: 0, claimed: 0, unknown: 0, imported: rows.length },
        calibration: { covered: 0, before: 0, after: 0, outsideRange: 0, endedFrom: null, validTo: null },
        status: "active",
        equivocated: false,
        doubtfulSince: null,
        doubtful: 0,
        batches: 0,
        lost: 0,
        inspected: null,
      },
    ],
    violations: violations.map((it) => ({ ...it, sensor })),
    seals: [],
  };
}
