/** What a transaction did, in full: re-derived from signed arguments and state, never read from the ledger's state or events. */
import type { CalibrationStanding } from "../domain/calibration";
import type { CommandReport } from "../messages/commands";
import type { EVENTS } from "../messages/functions";
import type { Statement, StatementName } from "../messages/statements";
import type {
  AssignmentRecord,
  CommandRecord,
  ExcursionRecord,
  InspectionRecord,
  SealRecord,
  SensorRecord,
  ShipmentRecord,
  TimeStanding,
  ViolationRecord,
  WithheldRecord,
} from "./state";

export type { CalibrationStanding };

export interface ReadingFact {
  /** Position in the batch, from 0. */
  readonly index: number;
  /** Time of measurement, ms UTC; for `unknown` the latest time it can have been. */
  readonly at: number;
  readonly standing: TimeStanding;
  readonly temperature: number;
  readonly humidity: number | null;
  readonly calibration: CalibrationStanding;
  /** Number of the calibration certificate that it was judged by. */
  readonly calibrationNumber: string;
  /** Shipment it belongs to by assignment and time, or null. */
  readonly shipment: string | null;
}

/** No reading for longer than the profile allows. */
export interface GapFact {
  readonly shipment: string;
  readonly sensor: string;
  /** Last reading before it, or the assignment's start. */
  readonly from: number;
  readonly to: number;
  /** Judged at an inspection or a decision, with no reading at its end: the sensor's next batch replaces it, by readings or by a closed gap with the same `from`. */
  readonly open: boolean;
}

export interface BatchFacts {
  readonly type: typeof EVENTS.batchRecorded;
  readonly sensor: string;
  readonly thumbprint: string;
  readonly sequence: number;
  readonly hash: string;
  readonly previous: string;
  readonly kind: "readings" | "imported";
  readonly boot: string;
  /** Of the certificate that signed the batch. */
  readonly calibrationNumber: string;
  /** Time of the sensor's reading before this batch, or null: open gaps from there are settled now. */
  readonly after: number | null;
  readonly readings: readonly ReadingFact[];
  /** Full records, opened, extended or closed by this batch. */
  readonly violations: readonly ViolationRecord[];
  /** Excursions that this batch opened, or led back to open. */
  readonly excursions: readonly ExcursionRecord[];
  readonly gaps: readonly GapFact[];
  /** Shipments whose own record changed, because a violation was opened: their log grew, and a decided one is "reopened". */
  readonly shipments: readonly ShipmentRecord[];
}

export interface LostFacts {
  readonly type: typeof EVENTS.batchesLost;
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly hash: string;
  readonly previous: string;
  readonly boot: string;
  readonly thumbprint: string;
  /** Shipments that the sensor rode with while batches can have been lost: incomplete now. */
  readonly shipments: readonly ShipmentRecord[];
}

interface ExcursionFacts<E extends (typeof EVENTS)[keyof typeof EVENTS], S extends StatementName> {
  readonly type: E;
  readonly shipment: ShipmentRecord;
  /** As it stands after the step. */
  readonly excursion: ExcursionRecord;
  readonly step: Statement<S>;
  /** Printed name of whoever signed, from the certificate. */
  readonly name: string;
}

export type ExcursionStepFacts =
  | ExcursionFacts<typeof EVENTS.excursionAcknowledged, "excursion:Acknowledge">
  | ExcursionFacts<typeof EVENTS.excursionAssigned, "excursion:Assign">
  | ExcursionFacts<typeof EVENTS.excursionInvestigated, "excursion:Investigate">
  | ExcursionFacts<typeof EVENTS.excursionDecided, "excursion:Decide">;

/** A sensor's signed word about a command. */
export interface CommandReportFacts extends Omit<CommandReport, "kind" | "ago"> {
  readonly type: typeof EVENTS.commandReported;
  readonly sensor: string;
  /** When it was carried out or refused, ms UTC; null when a start of the device lies between. */
  readonly at: number | null;
}

export type Facts =
  | { readonly type: typeof EVENTS.sensorRegistered | typeof EVENTS.sensorRenewed; readonly sensor: SensorRecord }
  | { readonly type: typeof EVENTS.sensorRevoked; readonly sensor: SensorRecord }
  | {
      readonly type: typeof EVENTS.sensorSuspended;
      readonly sensor: SensorRecord;
      readonly sequence: number;
      readonly hashes: readonly [string, string];
    }
  | { readonly type: typeof EVENTS.sensorCommanded; readonly command: CommandRecord }
  | CommandReportFacts
  | { readonly type: typeof EVENTS.withheldReported; readonly withheld: WithheldRecord }
  | { readonly type: typeof EVENTS.shipmentCreated; readonly shipment: ShipmentRecord }
  | {
      readonly type: typeof EVENTS.sensorAssigned | typeof EVENTS.assignmentEnded;
      readonly shipment: ShipmentRecord;
      readonly assignment: AssignmentRecord;
    }
  | { readonly type: typeof EVENTS.handedOver; readonly shipment: ShipmentRecord; readonly handover: Statement<"shipment:Handover"> }
  | {
      readonly type: typeof EVENTS.decided;
      readonly shipment: ShipmentRecord;
      readonly decision: Statement<"shipment:Decide">;
      readonly gaps: readonly GapFact[];
    }
  | { readonly type: typeof EVENTS.sealApplied; readonly shipment: ShipmentRecord; readonly seal: SealRecord }
  | {
      readonly type: typeof EVENTS.sealInspected;
      readonly shipment: ShipmentRecord;
      readonly seal: SealRecord;
      readonly inspection: InspectionRecord;
      readonly gaps: readonly GapFact[];
    }
  | ExcursionStepFacts
  | BatchFacts
  | LostFacts;
