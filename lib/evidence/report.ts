import type { ExcursionStepFacts } from "../contract/facts";
import type { ExcursionRecord, InspectionRecord, ShipmentRecord, ViolationRecord } from "../contract/state";
import type { ShipmentFacts, Verdict } from "../domain/verdict";
import type { ErrorCode } from "../messages/errors";
import type { Subject } from "./file";
import type { TalliedReading } from "./tally";

/** Checks of the file itself, in the order in which they are made; words stand in words.ts. */
export const CHECKS = [
  "file",
  "network",
  "demonstration",
  "configuration",
  "signatures",
  "endorsements",
  "sequence",
  "rules",
  "start",
  "heads",
  "subject",
] as const;
export type CheckName = (typeof CHECKS)[number];

export type FindingCode =
  | "damaged"
  | "unknown-roots"
  | "other-root"
  | "not-pinned"
  | "demonstration"
  | "configuration"
  | "no-configuration"
  | "unreadable"
  | "signature"
  | "endorsers"
  | "agreement"
  | "other-contract"
  | "order"
  | "missing"
  | "rules"
  | "start"
  | "adopted"
  | "no-heads"
  | "head-invalid"
  | "batches-left-out"
  | "violation-left-out"
  | "inspection-left-out"
  | "seal-left-out"
  | "events-left-out"
  | "revocation-left-out"
  | "identity-left-out"
  | "other-record"
  | "subject-unknown";

/** What a check found. `detail` is in words; the code says what kind of thing it is. */
export interface Finding {
  readonly code: FindingCode;
  readonly detail: string;
  readonly transaction?: string;
}

export interface EvidenceCheck {
  readonly name: CheckName;
  /** `open`: nothing speaks against it, and something that would prove it is missing. */
  readonly state: "holds" | "fails" | "open";
  readonly findings: readonly Finding[];
}

export interface ReportedRoot {
  readonly mspId: string;
  /** SHA-256 of the certificate's DER, hex. */
  readonly fingerprint: string;
  readonly standing: "pinned" | "not-pinned" | "other";
  readonly demonstration: boolean;
}

/** One signed step of an excursion, as its own transaction says. */
export interface RecordedStep {
  readonly facts: ExcursionStepFacts;
  readonly by: string;
  readonly organisation: string;
  readonly at: number;
  readonly transaction: string;
}

/** An excursion's recomputed state, and every step in the order in which the ledger took them. */
export interface RecordedExcursion {
  readonly excursion: ExcursionRecord;
  readonly steps: readonly RecordedStep[];
}

/** What the recomputed record says about the shipment. */
export interface RecordedShipment {
  readonly shipment: ShipmentRecord;
  readonly facts: ShipmentFacts;
  readonly verdict: Verdict;
  readonly violations: readonly ViolationRecord[];
  readonly inspections: readonly InspectionRecord[];
  readonly excursions: readonly RecordedExcursion[];
  readonly readings: ReadonlyMap<string, readonly TalliedReading[]>;
}

export interface Report {
  /**
   * `verified`: every check holds against pinned roots. `open`: nothing fails, and something is not proved (no pins: "internally consistent,
   * unknown network"; no attested head: nothing shows that later records are not left out). `refused`: a check fails.
   */
  readonly outcome: "verified" | "open" | "refused";
  readonly checks: readonly EvidenceCheck[];
  readonly roots: readonly ReportedRoot[];
  readonly network: { readonly channel: string; readonly chaincode: string } | null;
  readonly subject: Subject | null;
  /** "As at": time at which the attested read was asked for, ms UTC, and the newest block that it names. */
  readonly asAt: { readonly at: number; readonly block: number } | null;
  readonly transactions: number;
  /** Null when the record could not be recomputed at all. */
  readonly record: RecordedShipment | null;
}

/** A refusal of the file's form, for callers that want the code. */
export interface FileRefusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Collects findings; a check without any holds. */
export class Findings {
  readonly #found = new Map<CheckName, Finding[]>();
  readonly #failed = new Set<CheckName>();
  readonly #open = new Set<CheckName>();

  fail(name: CheckName, finding: Finding): void {
    this.#failed.add(name);
    this.#add(name, finding);
  }

  leaveOpen(name: CheckName, finding: Finding): void {
    this.#open.add(name);
    this.#add(name, finding);
  }

  /** Said beside a check that holds. */
  note(name: CheckName, finding: Finding): void {
    this.#add(name, finding);
  }

  has(name: CheckName): boolean {
    return this.#failed.has(name);
  }

  #add(name: CheckName, finding: Finding): void {
    const list = this.#found.get(name) ?? [];
    if (list.length < MAX_FINDINGS) list.push(finding);
    this.#found.set(name, list);
  }

  checks(): EvidenceCheck[] {
    return CHECKS.map((name) => ({
      name,
      state: this.#failed.has(name) ? "fails" : this.#open.has(name) ? "open" : "holds",
      findings: this.#found.get(name) ?? [],
    }));
  }

  outcome(): Report["outcome"] {
    if (this.#failed.size > 0) return "refused";
    return this.#open.size > 0 ? "open" : "verified";
  }
}

/** More of one kind says nothing new. */
const MAX_FINDINGS = 20;
