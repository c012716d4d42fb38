/** What a transaction did, in full: re-derived from signed arguments and state, never read from the ledger's state or events. */
import type { EVENTS } from "../messages/functions";
import type { Statement } from "../messages/statements";
import type { AssignmentRecord, InspectionRecord, SealRecord, SensorRecord, ShipmentRecord, TimeStanding, ViolationRecord } from "./state";

/** Whether a reading was measured under a calibration in force and inside the calibrated range. */
export type CalibrationStanding = "calibrated" | "before" | "after" | "outside-range";

export interface ReadingFact {
  /** Position in the batch, from 0. */
  readonly index: number;
  /** Time of measurement, ms UTC; for `unknown` the latest time it can have been. */
  readonly at: number;
  readonly standing: TimeStanding;
  readonly temperature: number;
  readonly humidity: number | null;
  readonly calibration: CalibrationStanding;
  /** Shipment it belongs to by assignment and time, or null. */
  readonly shipment: string | null;
}

/** No reading for longer than the profile allows. */
export interface GapFact {
  readonly shipment: string;
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
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
  readonly calibrationNumber: string;
  readonly readings: readonly ReadingFact[];
  /** Full records, opened, extended or closed by this batch. */
  readonly violations: readonly ViolationRecord[];
  readonly gaps: readonly GapFact[];
  /** Shipment reopened because a violation came after its decision. */
  readonly reopened: ShipmentRecord | null;
}

export interface LostFacts {
  readonly type: typeof EVENTS.batchesLost;
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly hash: string;
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
  | { readonly type: typeof EVENTS.shipmentCreated; readonly shipment: ShipmentRecord }
  | {
      readonly type: typeof EVENTS.sensorAssigned | typeof EVENTS.assignmentEnded;
      readonly shipment: ShipmentRecord;
      readonly assignment: AssignmentRecord;
    }
  | { readonly type: typeof EVENTS.handedOver; readonly shipment: ShipmentRecord; readonly handover: Statement<"shipment:Handover"> }
  | { readonly type: typeof EVENTS.decided; readonly shipment: ShipmentRecord; readonly decision: Statement<"shipment:Decide"> }
  | { readonly type: typeof EVENTS.sealApplied; readonly shipment: ShipmentRecord; readonly seal: SealRecord }
  | {
      readonly type: typeof EVENTS.sealInspected;
      readonly shipment: ShipmentRecord;
      readonly seal: SealRecord;
      readonly inspection: InspectionRecord;
    }
  | BatchFacts
  | LostFacts;
