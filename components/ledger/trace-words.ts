import { EVENTS } from "@/lib/messages/functions";
import type { Trace } from "@/lib/store/transaction-detail";

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

const WORDS: Readonly<Record<string, (trace: Trace) => string>> = {
  [EVENTS.sensorRegistered]: ({ sensor }) => `${sensor} was registered`,
  [EVENTS.sensorRenewed]: ({ sensor }) => `${sensor}’s identity was renewed`,
  [EVENTS.sensorRevoked]: ({ sensor, detail }) => `${sensor} was revoked: ${text(detail.reason)}`,
  [EVENTS.sensorSuspended]: ({ sensor }) => `${sensor} was suspended: the same number came with other content`,
  [EVENTS.sensorCommanded]: ({ sensor, detail }) => `${sensor} was given command ${text(detail.counter)}`,
  [EVENTS.commandReported]: ({ sensor, detail }) =>
    detail.outcome === "done"
      ? `${sensor} says that it carried out command ${text(detail.counter)}`
      : `${sensor} refused command ${text(detail.counter)}: ${text(detail.outcome)}`,
  [EVENTS.withheldReported]: ({ sensor, detail }) =>
    `${sensor} says that proxy ${text(detail.proxy)} took its batch ${text(detail.sequence)} and never got it committed`,
  [EVENTS.shipmentCreated]: ({ shipment }) => `Shipment ${shipment} was created`,
  [EVENTS.sensorAssigned]: ({ sensor, detail }) => `${sensor} was assigned, ${text(detail.place)}`,
  [EVENTS.assignmentEnded]: ({ sensor }) => `${sensor}’s ride ended`,
  [EVENTS.handedOver]: ({ detail }) => `Handed over from ${text(detail.giver)} to ${text(detail.taker)}, ${text(detail.place)}`,
  [EVENTS.decided]: ({ detail }) => `Decided: ${text(detail.decision)}${text(detail.reason) ? `, ${text(detail.reason)}` : ""}`,
  [EVENTS.sealApplied]: ({ detail }) => `Seal ${text(detail.seal)}, class ${text(detail.class)}, was applied`,
  [EVENTS.sealInspected]: ({ detail }) => `Seal ${text(detail.seal)} was inspected: ${text(detail.result)}`,
  [EVENTS.excursionAcknowledged]: ({ detail }) =>
    `Excursion “${text(detail.rule)}” was acknowledged by ${text(detail.name)}: ${text(detail.text)}`,
  [EVENTS.excursionAssigned]: ({ detail }) => `Excursion “${text(detail.rule)}” was assigned to ${text(detail.assignee)}`,
  [EVENTS.excursionInvestigated]: ({ detail }) => `Note on excursion “${text(detail.rule)}” by ${text(detail.name)}: ${text(detail.text)}`,
  [EVENTS.excursionDecided]: ({ detail }) =>
    `Excursion “${text(detail.rule)}” was signed by ${text(detail.name)}, meaning “${text(detail.meaning)}”: ${text(detail.text)}`,
  [EVENTS.batchesLost]: ({ sensor, detail }) =>
    `${sensor} declared batches ${text(detail.from)} to ${text(detail.to)} lost: ${text(detail.reason)}`,
  ViolationFound: ({ sensor, detail }) => `Violation found on ${sensor}: rule “${text(detail.rule)}”, ${text(detail.severity)}`,
  ExcursionReopened: ({ sensor, detail }) => `Late readings of ${sensor} led the excursion “${text(detail.rule)}” back to open`,
  ViolationEnded: ({ sensor, detail }) => `Violation of rule “${text(detail.rule)}” ended on ${sensor}`,
};

/** One trace in a sentence; a kind that this table does not know by its own name. */
export function traceWords(trace: Trace): string {
  return WORDS[trace.kind]?.(trace) ?? trace.kind;
}
