/** Records of the world state (design, "The ledger's state") and their keys. All times ms UTC, temperatures milli-°C, humidity tenths of %RH. */
import type { ExcursionStatus } from "../domain/excursion";
import type { Severity } from "../domain/profiles";
import type { RulesState } from "../domain/rules";
import type { TimeStanding } from "../domain/time";
import type { FunctionGroup, Terms } from "../messages/agreement";
import type { Command } from "../messages/commands";
import type { CalibrationStatement, Statement } from "../messages/statements";

export const keys = {
  sensor: (sensor: string) => `sensor~${sensor}`,
  head: (sensor: string) => `head~${sensor}`,
  batch: (sensor: string, sequence: number) => `batch~${sensor}~${String(sequence).padStart(10, "0")}`,
  shipment: (shipment: string) => `shipment~${shipment}`,
  violation: (shipment: string, sensor: string, rule: string, number: number) =>
    `violation~${shipment}~${sensor}~${rule}~${String(number).padStart(4, "0")}`,
  excursion: (shipment: string, sensor: string, rule: string, number: number) =>
    `excursion~${shipment}~${sensor}~${rule}~${String(number).padStart(4, "0")}`,
  seal: (shipment: string, seal: string) => `seal~${shipment}~${seal}`,
  inspection: (shipment: string, seal: string, number: number) => `inspection~${shipment}~${seal}~${String(number).padStart(4, "0")}`,
  sscc: (sscc: string) => `sscc~${sscc}`,
  command: (sensor: string) => `command~${sensor}`,
  withheld: (sensor: string, sequence: number, transaction: string) =>
    `withheld~${sensor}~${String(sequence).padStart(10, "0")}~${transaction}`,
  agreement: () => "agreement",
  consent: (version: number, mspId: string) => `consent~${String(version).padStart(7, "0")}~${mspId}`,
  /** Written by every function of the group, and read by none: carries the key-level policy of the agreement in force. */
  guard: (group: Exclude<FunctionGroup, "readings">) => `guard~${group}`,
} as const;

/** Number of entries and hash of a hash-linked log: hash = SHA-256(previous ‖ canonical JSON of the entry), hex. */
export interface LogHead {
  readonly length: number;
  readonly head: string;
}

export interface SensorRecord {
  readonly sensor: string;
  readonly model: string;
  readonly owner: string;
  /** Authority that registered it. */
  readonly authority: string;
  /** Active key. */
  readonly thumbprint: string;
  readonly calibration: CalibrationStatement;
  /** Every key and calibration that the authority registered, oldest first, the active one last: older readings are judged by theirs. */
  readonly calibrations: readonly { readonly thumbprint: string; readonly calibration: CalibrationStatement }[];
  readonly status: "active" | "suspended" | "revoked";
  readonly statusReason: string;
  /** Set by a revocation: readings from here on are doubtful. */
  readonly doubtfulSince: number | null;
  /** Assignments that can still receive readings, and past ones, oldest first; intervals never overlap: a sensor rides with one shipment at a time. */
  readonly assignments: readonly SensorAssignment[];
  /** Hash-linked log of what changed its identity: registered, renewed, suspended, revoked. Assignments stand in the shipments' logs. */
  readonly log: LogHead;
}

/** The profile stands here too, so that a batch reads two keys only: its sensor and the sensor's head. */
export interface SensorAssignment {
  readonly shipment: string;
  readonly profile: string;
  readonly start: number;
  readonly end: number | null;
}

/** Written by `batch:Record` only, so that a sensor's batches conflict with nothing but each other. */
export interface HeadRecord {
  readonly sequence: number;
  readonly hash: string;
  /** Boot id of the last readings, hex; "" after imported ones. */
  readonly boot: string;
  /** Last tick in that boot, ms. */
  readonly tick: number;
  /** Time of the last reading, ms UTC, or null before the first. */
  readonly at: number | null;
  readonly standing: TimeStanding | null;
  readonly lostBatches: number;
  /** Hash-linked log of the transactions that brought its batches, hex (lib/contract/log): the batches' own chain does not say which transaction brought them, and when. */
  readonly log: string;
  /** Per assignment that can still receive readings (shipment id): rule accumulators; opaque to all but lib/domain/rules. */
  readonly assignments: { readonly [shipment: string]: RulesState };
}

export type { TimeStanding };

export interface BatchRecord {
  readonly sensor: string;
  readonly sequence: number;
  readonly hash: string;
  readonly previous: string;
  readonly kind: "readings" | "imported" | "lost";
  readonly count: number;
  /** Time of the sensor's last reading up to and with this batch, or null when there is none. */
  readonly at: number | null;
  /** The sensor's log of transactions up to and with this one, hex. */
  readonly log: string;
  readonly transaction: string;
}

export interface ViolationRecord {
  readonly shipment: string;
  readonly sensor: string;
  readonly rule: string;
  readonly number: number;
  readonly severity: Severity;
  /** First reading out of bounds. */
  readonly from: number;
  /** Time of the reading that fulfilled the rule. */
  readonly found: number;
  /** First reading back in range, or null while it lasts. */
  readonly to: number | null;
  readonly readings: number;
  /** Farthest value from the bound, milli-°C. */
  readonly peak: number;
  /** Transaction that found it. */
  readonly transaction: string;
}
export type { Severity };

/**
 * What people do about a violation (docs/decisions/0190). Opened by the batch that found it, so that people's steps read nothing that later
 * batches write.
 */
export interface ExcursionRecord {
  readonly shipment: string;
  readonly sensor: string;
  readonly rule: string;
  readonly number: number;
  readonly severity: Severity;
  readonly status: ExcursionStatus;
  /** Transaction time of the batch that found the violation. */
  readonly opened: number;
  /** Transaction time since when it is in its status. */
  readonly since: number;
  /** How often late readings led back from a release. */
  readonly reopened: number;
  readonly assignee: { readonly organisation: string; readonly person: string } | null;
  /** The excursion's own event log: its opening, every step, every reopening. */
  readonly log: LogHead;
}

export interface AssignmentRecord {
  readonly sensor: string;
  readonly place: string;
  readonly start: number;
  readonly end: number | null;
  /** Transaction time of the assignment: shows one that was made after the fact. */
  readonly assigned: number;
  /** Transaction time of its ending, or null. */
  readonly ended: number | null;
}

export interface ShipmentRecord extends Statement<"shipment:Create"> {
  readonly shipper: string;
  readonly status: "planned" | "under-way" | "arrived" | "accepted" | "rejected" | "reopened";
  readonly assignments: readonly AssignmentRecord[];
  /** Sensors that declared batches lost while they rode along: the record is incomplete. */
  readonly incomplete: readonly string[];
  /** Per sensor: how many violations were found, and the sequence number of the batch that brought the last one. */
  readonly found: { readonly [sensor: string]: { readonly violations: number; readonly sequence: number } };
  /** Seal numbers, in the order applied. */
  readonly seals: readonly string[];
  /** The shipment's own event log. */
  readonly log: LogHead;
}

export interface SealRecord {
  readonly shipment: string;
  readonly seal: string;
  readonly class: "I" | "S" | "H";
  readonly on: Statement<"seal:Apply">["on"];
  readonly applied: number;
  readonly by: string;
  /** Broken is final: contested, never overwritten. */
  readonly standing: "applied" | "intact" | "broken";
  readonly inspections: number;
}

/** Which shipment used an SSCC last. */
export interface SsccRecord {
  readonly shipment: string;
}

export interface InspectionRecord extends Statement<"seal:Inspect"> {
  /** Counts a seal's inspections from 1. */
  readonly number: number;
  /** Sensors whose inspected prefix was on the ledger already; the others are vouched for when the same hash arrives under that number. */
  readonly recorded: readonly string[];
  readonly at: number;
  readonly by: string;
  readonly organisation: string;
  readonly transaction: string;
}

/** A sensor's newest command, and what its commands and reports together leave possible. */
export interface CommandRecord {
  readonly sensor: string;
  /** Counts a sensor's commands from 1. */
  readonly counter: number;
  readonly command: Command;
  /** Not carried out from here on. */
  readonly expires: number;
  readonly at: number;
  readonly by: string;
  readonly organisation: string;
  readonly transaction: string;
  /** How the sensor may work by its commands: the longest interval, ms (null = its own), and whether it may be stopped. Certain after a report on the newest. */
  readonly possible: { readonly interval: number | null; readonly stopped: boolean };
  /** Last command that the sensor has reported on. */
  readonly reported: number;
}

/** A sensor's word that a proxy was given a batch's transaction and never got it committed. */
export interface WithheldRecord {
  readonly sensor: string;
  readonly sequence: number;
  /** Transaction that was given to the proxy. */
  readonly given: string;
  readonly proxy: string;
  readonly said: boolean;
  /** When it was given, ms UTC; null when a start of the device lies between. */
  readonly at: number | null;
  readonly transaction: string;
}

/** What one organisation's signatory agreed to, until the agreement is in force. */
export interface ConsentRecord {
  readonly version: number;
  readonly organisation: string;
  /** SHA-256 of the statement, hex. */
  readonly hash: string;
  readonly by: string;
  readonly at: number;
  readonly transaction: string;
}

/** The agreement in force (docs/decisions/0140). */
export interface AgreementRecord {
  readonly version: number;
  readonly hash: string;
  readonly terms: Terms;
  /** One of each organisation that had to sign, in ascending order of their MSP ids. */
  readonly consents: readonly Omit<ConsentRecord, "version" | "hash">[];
  /** Time of the last consent: in force since. */
  readonly at: number;
}
