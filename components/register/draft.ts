import { parseDay, parseScaled } from "@/components/format/parse";
import { type FieldErrors, fieldErrors } from "@/components/ledger-action/field-errors";
import type { DccFile } from "@/lib/exchange/dcc-file";
import type { RequestFindings } from "./findings";

/** What the registration form holds while it is typed. */
export interface Draft {
  readonly model: string;
  readonly owner: string;
  readonly number: string;
  readonly laboratory: string;
  /** `yyyy-mm-dd` */
  readonly from: string;
  readonly to: string;
  /** Decimals as typed, °C and K. */
  readonly min: string;
  readonly max: string;
  readonly uncertainty: string;
  /** SHA-256 of the certificate's file, hex. */
  readonly hash: string;
}

export const EMPTY_DRAFT: Draft = {
  model: "",
  owner: "",
  number: "",
  laboratory: "",
  from: "",
  to: "",
  min: "",
  max: "",
  uncertainty: "",
  hash: "",
};

/** A scaled integer as a field takes it: −30500 with scale 3 is "-30.5". */
function decimal(value: number, scale: number): string {
  const digits = String(Math.abs(value)).padStart(scale + 1, "0");
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, "");
  return value < 0 ? `-${text}` : text;
}

/** What a certificate says of the draft's fields; what it does not say is left out. */
export function draftOf({ facts }: DccFile): Partial<Draft> {
  const { range, uncertainty } = facts;
  return {
    number: facts.number.value,
    laboratory: facts.laboratory.value,
    from: facts.ended.value,
    ...(range ? { min: decimal(range.value.min, 3), max: decimal(range.value.max, 3) } : {}),
    ...(uncertainty ? { uncertainty: decimal(uncertainty.value, 3) } : {}),
  };
}

/** What a new certificate changes in the draft: all that it says, what it does not say is asked again; the model only where none was typed. */
export function readDraft(read: DccFile, before: Draft): Partial<Draft> {
  const { model, serial } = read.facts;
  const named = model ? `${model.value}${serial ? `, serial ${serial.value}` : ""}`.slice(0, 64) : "";
  return { to: "", min: "", max: "", uncertainty: "", ...draftOf(read), ...(before.model === "" ? { model: named } : {}) };
}

export type RegisterFunction = "sensor:Register" | "sensor:Renew";

/** The statement that would be signed; what is not a number yet is left for the schema to refuse. */
export function registerStatement(draft: Draft, request: RequestFindings | null) {
  const calibration = {
    number: draft.number.trim(),
    hash: draft.hash.trim().toLowerCase(),
    laboratory: draft.laboratory.trim(),
    from: parseDay(draft.from) ?? Number.NaN,
    to: parseDay(draft.to) ?? Number.NaN,
    min: parseScaled(draft.min, 3) ?? Number.NaN,
    max: parseScaled(draft.max, 3) ?? Number.NaN,
    uncertainty: parseScaled(draft.uncertainty, 3) ?? Number.NaN,
  };
  const common = { sensor: request?.sensor ?? "", thumbprint: request?.thumbprint ?? "", calibration };
  return functionOf(request) === "sensor:Renew" ? common : { ...common, model: draft.model.trim(), owner: draft.owner };
}

/** A sensor that the ledger knows is renewed, any other is registered. */
export const functionOf = (request: RequestFindings | null): RegisterFunction => (request?.known ? "sensor:Renew" : "sensor:Register");

const WORDS = {
  sensor: "A request that can be used is needed",
  thumbprint: "A request that can be used is needed",
  owner: "Choose whose it is",
  "calibration.hash": "Choose the certificate’s file",
  "calibration.from": "Choose the day",
  "calibration.to": "Choose the day",
  "calibration.min": "A temperature in °C, three decimals at most",
  "calibration.max": "A temperature in °C, three decimals at most",
  "calibration.uncertainty": "In kelvin, 0 to 100, three decimals at most",
};

/** Reasons by field path. @param now ms UTC */
export function draftErrors(draft: Draft, request: RequestFindings | null, now: number): FieldErrors {
  const statement = registerStatement(draft, request);
  const errors: Record<string, string> = { ...fieldErrors(functionOf(request), statement, WORDS) };
  const { from, to, min, max } = statement.calibration;
  if (!errors["calibration.to"] && to <= from) errors["calibration.to"] = "It must end after it began";
  if (!errors["calibration.to"] && to <= now) errors["calibration.to"] = "This calibration has ended; no identity is issued for it";
  if (!errors["calibration.max"] && max <= min) errors["calibration.max"] = "It must be above the lower end";
  if (request !== null && !request.usable) errors.sensor = WORDS.sensor;
  return errors;
}

const NAMES: Readonly<Record<string, string>> = {
  sensor: "certificate request",
  thumbprint: "certificate request",
  model: "model",
  owner: "owner",
  "calibration.number": "certificate number",
  "calibration.hash": "certificate’s file",
  "calibration.laboratory": "laboratory",
  "calibration.from": "calibrated on",
  "calibration.to": "valid until",
  "calibration.min": "range",
  "calibration.max": "range",
  "calibration.uncertainty": "uncertainty",
};

/** What the button still waits for. */
export function missing(errors: FieldErrors): string {
  const names = [...new Set(Object.keys(errors).map((path) => NAMES[path] ?? path))];
  return names.length === 0 ? "" : `Still needed: ${names.join(", ")}.`;
}
