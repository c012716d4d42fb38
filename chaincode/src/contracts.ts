/**
 * One contract class per aggregate, so that functions are called `batch:Record`. Methods take the context only: with no declared
 * parameters, fabric-contract-api neither counts nor converts arguments, and the contract answers with its own codes.
 */
import { type Context, Contract } from "fabric-contract-api";
import { formatContractError, WintersealError } from "../../lib/messages/errors";
import type { Invoke } from "./invoke";

class Aggregate extends Contract {
  override unknownTransaction(): Promise<void> {
    throw new Error(formatContractError(new WintersealError("ARGUMENT_INVALID", `${this.getName()} has no such function`)));
  }
}

/** The contract classes, all running their functions through one invoker. */
export function contractsFor(invoke: Invoke): (new () => Contract)[] {
  class SensorContract extends Aggregate {
    constructor() {
      super("sensor");
    }
    Register(ctx: Context) {
      return invoke("sensor:Register", ctx);
    }
    Renew(ctx: Context) {
      return invoke("sensor:Renew", ctx);
    }
    Revoke(ctx: Context) {
      return invoke("sensor:Revoke", ctx);
    }
    Command(ctx: Context) {
      return invoke("sensor:Command", ctx);
    }
    Report(ctx: Context) {
      return invoke("sensor:Report", ctx);
    }
  }

  class ShipmentContract extends Aggregate {
    constructor() {
      super("shipment");
    }
    Create(ctx: Context) {
      return invoke("shipment:Create", ctx);
    }
    Assign(ctx: Context) {
      return invoke("shipment:Assign", ctx);
    }
    EndAssignment(ctx: Context) {
      return invoke("shipment:EndAssignment", ctx);
    }
    Handover(ctx: Context) {
      return invoke("shipment:Handover", ctx);
    }
    Decide(ctx: Context) {
      return invoke("shipment:Decide", ctx);
    }
  }

  class SealContract extends Aggregate {
    constructor() {
      super("seal");
    }
    Apply(ctx: Context) {
      return invoke("seal:Apply", ctx);
    }
    Inspect(ctx: Context) {
      return invoke("seal:Inspect", ctx);
    }
  }

  class ExcursionContract extends Aggregate {
    constructor() {
      super("excursion");
    }
    Acknowledge(ctx: Context) {
      return invoke("excursion:Acknowledge", ctx);
    }
    Assign(ctx: Context) {
      return invoke("excursion:Assign", ctx);
    }
    Investigate(ctx: Context) {
      return invoke("excursion:Investigate", ctx);
    }
    Decide(ctx: Context) {
      return invoke("excursion:Decide", ctx);
    }
  }

  class BatchContract extends Aggregate {
    constructor() {
      super("batch");
    }
    Record(ctx: Context) {
      return invoke("batch:Record", ctx);
    }
  }

  class AttestContract extends Aggregate {
    constructor() {
      super("attest");
    }
    Read(ctx: Context) {
      return invoke("attest:Read", ctx);
    }
  }

  class GovernanceContract extends Aggregate {
    constructor() {
      super("governance");
    }
    Agree(ctx: Context) {
      return invoke("governance:Agree", ctx);
    }
  }

  return [SensorContract, ShipmentContract, SealContract, ExcursionContract, BatchContract, AttestContract, GovernanceContract];
}
