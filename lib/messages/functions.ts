/**
 * The contract's functions and who may call each: the one table of the design ("every contract function states which
 * organisation and role may call it"). The contract enforces it, a test walks it, pages read it.
 */
import type { FunctionGroup, Terms } from "./agreement";
import type { Command } from "./commands";
import type { OrganisationKind, Role } from "./names";
import type { StatementName } from "./statements";

export type FunctionName = StatementName | "sensor:Report" | "batch:Record" | "attest:Read";

/** A caller is allowed when its organisation's kind *and* its role stand together in a row. */
export interface Permission {
  readonly kind: OrganisationKind;
  readonly role: Role;
}

interface FunctionRow {
  /** What the function does, in the words people see before they sign. */
  readonly title: string;
  readonly permitted: readonly Permission[];
  /** Whose agreement it needs (docs/decisions/0140); null = it writes nothing. */
  readonly group: FunctionGroup | null;
}

const may = (kind: OrganisationKind, ...roles: Role[]): Permission[] => roles.map((role) => ({ kind, role }));

const anyReader: readonly Permission[] = [
  ...may("authority", "authority", "auditor", "sensor", "control", "importer", "signatory"),
  ...may("shipper", "shipper", "auditor", "importer", "signatory"),
  ...may("recipient", "recipient", "auditor", "importer", "signatory"),
];

/** People of both parties; which shipment's, the contract asks. */
const parties: readonly Permission[] = [...may("shipper", "shipper"), ...may("recipient", "recipient")];

export const FUNCTIONS: Readonly<Record<FunctionName, FunctionRow>> = {
  "sensor:Register": { title: "Register a sensor", permitted: may("authority", "authority", "importer"), group: "registration" },
  "sensor:Renew": { title: "Renew a sensor's identity", permitted: may("authority", "authority", "importer"), group: "registration" },
  "sensor:Revoke": { title: "Revoke a sensor", permitted: may("authority", "authority"), group: "revocation" },
  "sensor:Command": {
    title: "Command a sensor",
    permitted: [...may("shipper", "shipper", "importer"), ...may("recipient", "recipient"), ...may("authority", "authority")],
    group: "shipment",
  },
  "sensor:Report": { title: "Report of a sensor", permitted: may("authority", "sensor"), group: "readings" },
  "shipment:Create": { title: "Create a shipment", permitted: may("shipper", "shipper", "importer"), group: "shipment" },
  "shipment:Assign": { title: "Assign a sensor", permitted: may("shipper", "shipper", "importer"), group: "shipment" },
  "shipment:EndAssignment": { title: "End a sensor's assignment", permitted: may("shipper", "shipper", "importer"), group: "shipment" },
  "shipment:Handover": {
    title: "Hand over",
    permitted: [...may("shipper", "shipper", "importer"), ...may("recipient", "recipient")],
    group: "shipment",
  },
  "shipment:Decide": { title: "Accept or reject", permitted: may("recipient", "recipient"), group: "decision" },
  "excursion:Acknowledge": { title: "Acknowledge an excursion", permitted: parties, group: "shipment" },
  "excursion:Assign": { title: "Assign an excursion", permitted: parties, group: "shipment" },
  "excursion:Investigate": { title: "Add to an investigation", permitted: parties, group: "shipment" },
  "excursion:Decide": { title: "Release or reject after an excursion", permitted: may("shipper", "shipper"), group: "decision" },
  "seal:Apply": {
    title: "Apply a seal",
    permitted: [...may("shipper", "shipper", "importer"), ...may("authority", "authority")],
    group: "seal",
  },
  "seal:Inspect": { title: "Inspect a seal", permitted: may("recipient", "recipient"), group: "inspection" },
  "batch:Record": { title: "Record readings", permitted: may("authority", "sensor"), group: "readings" },
  "attest:Read": { title: "Read, attested", permitted: anyReader, group: null },
  "governance:Agree": {
    title: "Agree on who must endorse",
    permitted: [...may("authority", "signatory"), ...may("shipper", "signatory"), ...may("recipient", "signatory")],
    group: "governance",
  },
};

/** Arguments of `batch:Record` after the function's name, as raw bytes. */
export const BATCH_RECORD_ARGUMENTS = [
  "batch (frozen, lib/domain/batch)",
  "moment (boot id and tick at signing, lib/domain/batch)",
] as const;

/** What every function of people answers (canonical JSON in the proposal response). */
export interface StatementResult {
  readonly result: "recorded";
  readonly function: StatementName;
}

/**
 * `attest:Read(question, nonce)`: question as canonical JSON, nonce as 16 to 64 hex digits.
 * The answer is canonical JSON {@link AttestedAnswer}; the nonce is the only caller byte in it, inside its tagged field.
 */
export const ATTESTED_READ_DOMAIN = "winterseal/attested-read/1";
export type Question =
  | { readonly kind: "sensor"; readonly sensor: string }
  | { readonly kind: "batch"; readonly sensor: string; readonly sequence: number }
  | { readonly kind: "shipment"; readonly shipment: string }
  | { readonly kind: "command"; readonly sensor: string }
  | { readonly kind: "agreement" };
export interface AttestedAnswer {
  readonly domain: typeof ATTESTED_READ_DOMAIN;
  readonly question: Question;
  readonly nonce: string;
  /** What was asked for, or null: "not there" is an answer, signed like any other. The height stands beside it: the signed payload's read set names the block of each key. */
  readonly answer: SensorAnswer | BatchAnswer | ShipmentAnswer | CommandAnswer | AgreementAnswer | null;
}
/** A sensor as the ledger knows it. `sequence` 0 and `hash` "" mean that it has recorded nothing yet. */
export interface SensorAnswer {
  readonly sensor: string;
  readonly status: "active" | "suspended" | "revoked";
  readonly thumbprint: string;
  readonly doubtfulSince: number | null;
  /** Log of what changed its identity. */
  readonly log: { readonly length: number; readonly head: string };
  readonly sequence: number;
  readonly hash: string;
  /** Log of the transactions that brought its batches, hex (lib/contract/log). */
  readonly transactions: string;
}
export interface BatchAnswer {
  readonly sensor: string;
  readonly sequence: number;
  readonly hash: string;
  readonly previous: string;
  readonly kind: "readings" | "imported" | "lost";
  readonly transaction: string;
  /** The sensor's log of transactions up to and with this one, hex. */
  readonly transactions: string;
}
/** The shipment's status, its event log's head, what was found, and every sensor that was ever assigned to it. */
export interface ShipmentAnswer {
  readonly shipment: string;
  readonly status: string;
  readonly log: { readonly length: number; readonly head: string };
  /** Who must endorse what, in force; null when any two. */
  readonly agreement: { readonly version: number; readonly hash: string } | null;
  /** How many violations were found. */
  readonly violations: number;
  readonly seals: readonly { readonly seal: string; readonly standing: "applied" | "intact" | "broken"; readonly inspections: number }[];
  readonly sensors: readonly SensorAnswer[];
}

/** What a sensor is told, and held to. */
export interface CommandAnswer {
  readonly sensor: string;
  /** The newest command; null when there was none. */
  readonly newest: { readonly counter: number; readonly expires: number; readonly command: Command } | null;
  /** Last command that the sensor has reported on, 0 before the first. */
  readonly reported: number;
  /** Longest time between readings that the open shipments it rides with allow, ms; null when it rides with none. */
  readonly limit: number | null;
}

/** The agreement in force; null as long as there is none. */
export interface AgreementAnswer {
  readonly version: number;
  /** SHA-256 of the statement that all signed, hex. */
  readonly hash: string;
  readonly terms: Terms;
}

/** What `batch:Record` answers (canonical JSON in the proposal response). */
export type BatchResult =
  | { readonly result: "recorded"; readonly sensor: string; readonly sequence: number; readonly hash: string }
  | { readonly result: "already-recorded"; readonly sensor: string; readonly sequence: number; readonly hash: string }
  | { readonly result: "equivocation"; readonly sensor: string; readonly sequence: number; readonly hash: string };

/** What `sensor:Report` answers: the last command that the ledger has the sensor's word about, or the batch that the report is about. */
export interface ReportResult {
  readonly result: "recorded" | "already-recorded";
  readonly sensor: string;
  readonly reported: number;
}

/** Chaincode event names: one event per transaction. */
export const EVENTS = {
  sensorRegistered: "SensorRegistered",
  sensorRenewed: "SensorRenewed",
  sensorRevoked: "SensorRevoked",
  sensorSuspended: "SensorSuspended",
  sensorCommanded: "SensorCommanded",
  commandReported: "CommandReported",
  withheldReported: "WithheldReported",
  shipmentCreated: "ShipmentCreated",
  sensorAssigned: "SensorAssigned",
  assignmentEnded: "AssignmentEnded",
  handedOver: "HandedOver",
  decided: "Decided",
  sealApplied: "SealApplied",
  sealInspected: "SealInspected",
  excursionAcknowledged: "ExcursionAcknowledged",
  excursionAssigned: "ExcursionAssigned",
  excursionInvestigated: "ExcursionInvestigated",
  excursionDecided: "ExcursionDecided",
  batchRecorded: "BatchRecorded",
  batchesLost: "BatchesLost",
  consentGiven: "ConsentGiven",
  agreementInForce: "AgreementInForce",
} as const;
export type EventName = (typeof EVENTS)[keyof typeof EVENTS];
