/** Records of the world state (design, "The ledger's state") and their keys. All times ms UTC, temperatures milli-°C, humidity tenths of %RH. */
import type { CalibrationStatement, Statement } from "../messages/statements";

export const keys = {
  sensor: (sensor: string) => `sensor~${sensor}`,
  head: (sensor: string) => `head~${sensor}`,
  batch: (sensor: string, sequence: number) => `batch~${sensor}~${String(sequence).padStart(10, "0")}`,
  shipment: (shipment: string) => `shipment~${shipment}`,
  violation: (shipment: string, sensor: string, rule: string, number: number) =>
    `violation~${shipment}~${sensor}~${rule}~${String(number).padStart(4, "0")}`,
  seal: (shipment: string, seal: string) => `seal~${shipment}~${seal}`,
  inspection: (shipment: string, seal: string, number: number) => `inspection~${shipment}~${seal}~${String(number).padStart(4, "0")}`,
  sscc: (sscc: string) => `sscc~${sscc}`,
} as const;

export interface SensorRecord {
  readonly sensor: string;
  readonly model: string;
  readonly owner: string;
  /** Authority that registered it. */
  readonly authority: string;
  /** Active key. */
  readonly thumbprint: string;
  readonly calibration: CalibrationStatement;
  readonly status: "active" | "suspended" | "revoked";
  readonly statusReason: string;
  /** Set by a revocation: readings from here on are doubtful. */
  readonly doubtfulSince: number | null;
  /** Every assignment, oldest first; intervals never overlap: a sensor rides with one shipment at a time. */
  readonly assignments: readonly { readonly shipment: string; readonly start: number; readonly end: number | null }[];
}

/** Written by `batch:Record` only, so that a sensor's batches conflict with nothing but each other. */
export interface HeadRecord {
  readonly sequence: number;
  readonly hash: string;
  /** Boot id of the last batch, hex. */
  readonly boot: string;
  /** Last tick in that boot, ms. */
  readonly tick: number;
  /** Time of the last reading, ms UTC. */
  readonly at: number;
  readonly lostBatches: number;
  /** Per open assignment (shipment id): rule accumulators and last reading; opaque to all but lib/domain/rules. */
  readonly assignments: { readonly [shipment: string]: unknown };
}

export type TimeStanding = "anchored" | "claimed" | "unknown" | "imported";

export interface BatchRecord {
  readonly sensor: string;
  readonly sequence: number;
  readonly hash: string;
  readonly previous: string;
  readonly kind: "readings" | "imported" | "lost";
  readonly count: number;
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
export type Severity = "minor" | "major" | "critical";

export interface AssignmentRecord {
  readonly sensor: string;
  readonly place: string;
  readonly start: number;
  readonly end: number | null;
  /** Transaction time of the assignment: shows one that was made after the fact. */
  readonly assigned: number;
}

export interface ShipmentRecord extends Statement<"shipment:Create"> {
  readonly shipper: string;
  readonly status: "planned" | "under-way" | "arrived" | "accepted" | "rejected" | "reopened";
  readonly assignments: readonly AssignmentRecord[];
  /** Seal numbers, in the order applied. */
  readonly seals: readonly string[];
  /** Number and hash of the shipment's own event log: hash = SHA-256(previous ‖ canonical JSON of the entry), hex. */
  readonly log: { readonly length: number; readonly head: string };
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

export interface InspectionRecord extends Statement<"seal:Inspect"> {
  readonly number: number;
  readonly at: number;
  readonly by: string;
  readonly organisation: string;
  readonly transaction: string;
}
