/** Values in words: times in the reader's zone with UTC beside them, temperatures exactly, hashes so that eyes can compare them. */

import type { Role } from "../../lib/messages/names";

export interface Words {
  /** IANA zone of the reader. */
  readonly timeZone: string;
  /** Display name of an organisation by MSP id. */
  organisation(mspId: string): string;
}

const MINUS = "−";
const NBSP = "\u00a0";

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  authority: "Calibration authority",
  shipper: "Shipper",
  recipient: "Recipient",
  auditor: "Auditor",
  sensor: "Sensor",
  importer: "Importer",
  operator: "Operator",
  signatory: "Signatory",
  control: "Control device",
};
export const roleWords = (role: Role): string => ROLE_WORDS[role];

/** milli-°C exactly, without trailing zeros: `-500` → `−0.5 °C`. */
export function celsius(milli: number): string {
  const digits = String(Math.abs(milli)).padStart(4, "0");
  const fraction = digits.slice(-3).replace(/0+$/, "");
  return `${milli < 0 ? MINUS : ""}${digits.slice(0, -3)}${fraction === "" ? "" : `.${fraction}`}${NBSP}°C`;
}

/** A time in the reader's zone. */
export function moment(at: number, { timeZone }: Pick<Words, "timeZone">): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "medium", timeStyle: "medium" }).format(at);
}

/** The same time in UTC, to the millisecond where it has any. */
export const instant = (at: number): string =>
  `${new Date(at).toISOString().replace("T", " ").replace(".000Z", "").replace("Z", "")}${NBSP}UTC`;

/** A hash in groups of eight. */
export const fingerprint = (hash: string): string => hash.replace(/(.{8})(?=.)/g, "$1 ");
