import type { Facts } from "../../contract/facts";
import { EVENTS } from "../../messages/functions";
import { applyBatch, applyLoss } from "./batch";
import { applyCommand, applyCommandReport, applyWithheld } from "./command";
import type { Context } from "./context";
import { applyExcursionStep } from "./excursion";
import { applyInspection, applySeal } from "./seal";
import { applyRegistration, applyRevocation, applySuspension } from "./sensor";
import { applyAssignment, applyCreation, applyDecision, applyHandover } from "./shipment";

type Appliers = { readonly [T in Facts["type"]]: (context: Context, facts: Extract<Facts, { readonly type: T }>) => void };

/** One function per event; the type refuses an event that is missing here. */
const appliers: Appliers = {
  [EVENTS.sensorRegistered]: applyRegistration,
  [EVENTS.sensorRenewed]: applyRegistration,
  [EVENTS.sensorRevoked]: applyRevocation,
  [EVENTS.sensorSuspended]: applySuspension,
  [EVENTS.sensorCommanded]: applyCommand,
  [EVENTS.commandReported]: applyCommandReport,
  [EVENTS.withheldReported]: applyWithheld,
  [EVENTS.shipmentCreated]: applyCreation,
  [EVENTS.sensorAssigned]: applyAssignment,
  [EVENTS.assignmentEnded]: applyAssignment,
  [EVENTS.handedOver]: applyHandover,
  [EVENTS.decided]: applyDecision,
  [EVENTS.excursionAcknowledged]: applyExcursionStep,
  [EVENTS.excursionAssigned]: applyExcursionStep,
  [EVENTS.excursionInvestigated]: applyExcursionStep,
  [EVENTS.excursionDecided]: applyExcursionStep,
  [EVENTS.sealApplied]: applySeal,
  [EVENTS.sealInspected]: applyInspection,
  [EVENTS.batchRecorded]: applyBatch,
  [EVENTS.batchesLost]: applyLoss,
};

/** Facts of one transaction → rows. Pure but for the rows that it adds to. */
export function applyFacts(context: Context, facts: Facts): void {
  const apply = appliers[facts.type] as (context: Context, facts: Facts) => void;
  apply(context, facts);
}
