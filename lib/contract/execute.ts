/** The dispatcher: access, then the function's handler, then its writes in order. The only entry of this room that runs a call. */
import { canonicalBytes } from "../domain/canonical-json";
import { DomainError } from "../domain/errors";
import { WintersealError } from "../messages/errors";
import { FUNCTIONS, type FunctionName } from "../messages/functions";
import { checkAccess } from "./access";
import { agree, guard } from "./agreement";
import { read } from "./attest";
import { record } from "./batch";
import type { Handler } from "./call";
import { command } from "./command";
import { decide } from "./decision";
import { acknowledge, assignExcursion, decideExcursion, investigate } from "./excursion";
import { report } from "./report";
import { apply, inspect } from "./seal";
import { register, renew, revoke } from "./sensor";
import { assign, create, endAssignment, handover } from "./shipment";
import type { Execute } from "./types";
import { World } from "./world";

const HANDLERS: Readonly<Record<FunctionName, Handler>> = {
  "sensor:Register": register,
  "sensor:Renew": renew,
  "sensor:Revoke": revoke,
  "sensor:Command": command,
  "sensor:Report": report,
  "shipment:Create": create,
  "shipment:Assign": assign,
  "shipment:EndAssignment": endAssignment,
  "shipment:Handover": handover,
  "shipment:Decide": decide,
  "excursion:Acknowledge": acknowledge,
  "excursion:Assign": assignExcursion,
  "excursion:Investigate": investigate,
  "excursion:Decide": decideExcursion,
  "seal:Apply": apply,
  "seal:Inspect": inspect,
  "batch:Record": record,
  "attest:Read": read,
  "governance:Agree": agree,
};

export const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);

const bytesOf = (value: object): Uint8Array => canonicalBytes(value as Parameters<typeof canonicalBytes>[0]);

/** Pure: equal calls on equal states give equal outcomes, byte for byte. Nothing is written unless it returns. */
export const execute: Execute = async (call, state, options) => {
  checkAccess(call, options);
  const world = new World(state);
  try {
    const { result, event, facts } = await HANDLERS[call.name](call, world);
    guard(call.name, world);
    return {
      result: bytesOf(result),
      writes: world.writes(),
      policies: world.policies(),
      ...(event === undefined ? {} : { event: { name: event.name, payload: bytesOf(event.payload) } }),
      ...(facts === undefined ? {} : { facts }),
    };
  } catch (error) {
    if (error instanceof DomainError) throw new WintersealError(error.code, error.message, {}, { cause: error });
    throw error;
  }
};
