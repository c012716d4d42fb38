/** People's steps in an excursion's life, each signed by whoever takes it, in the order of lib/domain/excursion (docs/decisions/0190). */
import { afterStep, type ExcursionId, type ExcursionStep } from "../domain/excursion";
import { EVENTS, type EventName } from "../messages/functions";
import { ATTRIBUTES } from "../messages/names";
import type { Statement } from "../messages/statements";
import { refuse, stating } from "./call";
import type { ExcursionStepFacts } from "./facts";
import { appendLog, type LogEntry } from "./log";
import { assignmentOf, expectParty, loadShipment } from "./records";
import { type ExcursionRecord, keys, type ShipmentRecord, type ViolationRecord } from "./state";
import type { Call } from "./types";
import type { World } from "./world";

interface Step {
  readonly call: Call;
  readonly world: World;
  readonly shipment: ShipmentRecord;
  readonly before: ExcursionRecord;
  /** The record after the step, but for its log. */
  readonly after: Omit<ExcursionRecord, "log">;
}

/** Loads what the step is about and moves its status. A shipment's decision ends no excursion: what was found is answered for, whatever became of the goods. */
async function begin(step: ExcursionStep, id: ExcursionId, call: Call, world: World): Promise<Step> {
  const shipment = await loadShipment(world, id.shipment);
  expectParty(call, shipment, "shipper", "recipient");
  const before = await world.get<ExcursionRecord>(keys.excursion(id.shipment, id.sensor, id.rule, id.number));
  const { sensor, rule, number } = id;
  if (before === undefined) return refuse("EXCURSION_UNKNOWN", undefined, { shipment: id.shipment, sensor, rule, number });
  const status = afterStep(before.status, step);
  if (status === undefined) return refuse("EXCURSION_ORDER", undefined, { step, status: before.status });
  const { log: _, ...rest } = before;
  const since = status === before.status ? before.since : call.timestamp;
  return { call, world, shipment, before, after: { ...rest, status, since } };
}

type Finished<F extends ExcursionStepFacts> = { event: { name: EventName; payload: object }; facts: F };

/** The step stands in the excursion's own log and in the shipment's, whose head an attested read shows. */
function finish<F extends ExcursionStepFacts>(
  { call, world, shipment, before, after }: Step,
  type: F["type"],
  step: F["step"],
): Finished<F> {
  const entry: LogEntry = { type: call.name, statement: step };
  const excursion: ExcursionRecord = { ...after, log: appendLog(before.log, call, entry) };
  const changed: ShipmentRecord = { ...shipment, log: appendLog(shipment.log, call, entry) };
  const { sensor, rule, number, status } = excursion;
  world.put(keys.excursion(excursion.shipment, sensor, rule, number), excursion);
  world.put(keys.shipment(shipment.shipment), changed);
  const name = call.creator.attributes[ATTRIBUTES.name] ?? "";
  return {
    event: { name: type, payload: { shipment: excursion.shipment, sensor, rule, number, status } },
    facts: { type, shipment: changed, excursion, step, name } as F,
  };
}

type Of<T extends ExcursionStepFacts["type"]> = Extract<ExcursionStepFacts, { readonly type: T }>;

export const acknowledge = stating("excursion:Acknowledge", async (statement, call, world) =>
  finish<Of<"ExcursionAcknowledged">>(await begin("acknowledge", statement, call, world), EVENTS.excursionAcknowledged, statement),
);

/** To a person of either party. Whether there is such a person only the organisation's own authority knows; the page offers those it has seen. */
export const assignExcursion = stating("excursion:Assign", async (statement, call, world) => {
  const step = await begin("assign", statement, call, world);
  const { organisation, person } = statement;
  if (organisation !== step.shipment.shipper && organisation !== step.shipment.recipient)
    refuse("ARGUMENT_INVALID", "an excursion is assigned to a person of the shipper or the recipient", { field: "organisation" });
  const assigned = { ...step, after: { ...step.after, assignee: { organisation, person } } };
  return finish<Of<"ExcursionAssigned">>(assigned, EVENTS.excursionAssigned, statement);
});

export const investigate = stating("excursion:Investigate", async (statement, call, world) => {
  const step = await begin("investigate", statement, call, world);
  const hashes = new Set(statement.attachments.map(({ hash }) => hash));
  if (hashes.size !== statement.attachments.length) refuse("ARGUMENT_INVALID", "one file is attached twice", { field: "attachments" });
  return finish<Of<"ExcursionInvestigated">>(step, EVENTS.excursionInvestigated, statement);
});

/** Two components must be one person: who is signed in where the signature was asked for, and whose key gave it (docs/decisions/0191). */
function expectSigner({ creator }: Call, { signer }: Statement<"excursion:Decide">): void {
  if (signer.person !== creator.commonName || signer.name !== (creator.attributes[ATTRIBUTES.name] ?? "")) {
    refuse("SIGNER_DIFFERS", undefined, { signedIn: signer.person, signed: creator.commonName });
  }
}

/** What still goes on cannot be judged; once the ride has ended it can, since a sensor may never come back. */
async function expectOver(world: World, shipment: ShipmentRecord, id: ExcursionId): Promise<void> {
  if (assignmentOf(shipment, id.sensor).end !== null) return;
  const violation = await world.get<ViolationRecord>(keys.violation(id.shipment, id.sensor, id.rule, id.number));
  if (violation?.to == null) refuse("EXCURSION_LASTS", undefined, { sensor: id.sensor, rule: id.rule });
}

/** The shipper answers for its goods: it alone releases or rejects, and about exactly what it had before the eyes. */
export const decideExcursion = stating("excursion:Decide", async (statement, call, world) => {
  const step = await begin(statement.meaning === "rejected" ? "reject" : "release", statement, call, world);
  expectParty(call, step.shipment, "shipper");
  expectSigner(call, statement);
  const { length, head } = step.before.log;
  if (statement.through.length !== length || statement.through.head !== head) refuse("EXCURSION_STALE", undefined, { length });
  await expectOver(world, step.shipment, statement);
  return finish<Of<"ExcursionDecided">>(step, EVENTS.excursionDecided, statement);
});
