import type { ExcursionStepFacts } from "../../contract/facts";
import type { ExcursionRecord } from "../../contract/state";
import type { CanonicalValue } from "../../domain/canonical-json";
import { EVENTS } from "../../messages/functions";
import type { Context } from "./context";
import { writeShipment } from "./shipment";

/** What a step adds beside who took it and when. */
interface Told {
  readonly text: string;
  readonly assignee_organisation: string | null;
  readonly assignee: string | null;
  readonly meaning: string | null;
}

const NOTHING: Told = { text: "", assignee_organisation: null, assignee: null, meaning: null };

function tell(facts: ExcursionStepFacts): Told {
  switch (facts.type) {
    case EVENTS.excursionAcknowledged:
      return { ...NOTHING, text: facts.step.comment };
    case EVENTS.excursionAssigned:
      return { ...NOTHING, assignee_organisation: facts.step.organisation, assignee: facts.step.person };
    case EVENTS.excursionInvestigated:
      return { ...NOTHING, text: facts.step.note };
    case EVENTS.excursionDecided:
      return { ...NOTHING, text: facts.step.reason, meaning: facts.step.meaning };
  }
}

export function applyExcursionStep(context: Context, facts: ExcursionStepFacts): void {
  const { shipment, sensor, rule, number, log } = facts.excursion;
  const told = tell(facts);
  writeShipment(context, facts.shipment);
  writeExcursion(context, facts.excursion);
  context.rows.excursionStep.push({
    transaction: context.id,
    ...{ shipment, sensor, rule, number },
    step: log.length,
    kind: facts.type,
    at: context.at,
    by: context.actor,
    name: facts.name,
    organisation: context.organisation,
    ...told,
  });
  const attachments = facts.type === EVENTS.excursionInvestigated ? facts.step.attachments : [];
  for (const [index, { name, type, size, hash }] of attachments.entries())
    context.rows.excursionAttachment.push({ transaction: context.id, index, shipment, name, type, size, hash });
  const { text, assignee, meaning } = told;
  const detail: CanonicalValue = { rule, number, name: facts.name, text, assignee, meaning, attachments: attachments.length };
  context.audit(facts.type, { shipment, sensor }, detail);
}

export function writeExcursion({ rows }: Context, { assignee, log, opened, ...rest }: ExcursionRecord): void {
  const { shipment, sensor, rule, number, severity, status, since, reopened } = rest;
  rows.excursion({
    ...{ shipment, sensor, rule, number, severity, status, since, reopened },
    opened_at: opened,
    assignee_organisation: assignee?.organisation ?? null,
    assignee: assignee?.person ?? null,
    log_length: log.length,
    log_head: log.head,
  });
}
