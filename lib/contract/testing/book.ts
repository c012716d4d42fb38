/** A ledger of one process for tests: runs calls on an in-memory state, keeps the history, and can run it all again. */

import { sha256 } from "@noble/hashes/sha2.js";
import { type Batch, batchHash, decodeBatch, encodeBatch, encodeMoment, type Moment } from "../../domain/batch";
import { bytesToHex, hexToBytes } from "../../domain/bytes";
import { type CanonicalValue, canonicalBytes } from "../../domain/canonical-json";
import { sensorAttributes } from "../../messages/attributes";
import type { BatchResult, FunctionName } from "../../messages/functions";
import { ATTRIBUTES, type Role } from "../../messages/names";
import type { CalibrationStatement, Statement, StatementName } from "../../messages/statements";
import { execute } from "../execute";
import type { Call, ExecuteOptions, Identity, Outcome } from "../types";

const utf8 = new TextEncoder();
const digest = (text: string): string => bytesToHex(sha256(utf8.encode(text)));

/** 2026-03-01T08:00:00Z */
export const T0 = Date.UTC(2026, 2, 1, 8);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A right check digit. */
export const SSCC = "006141411234567890";

export const CALIBRATION: CalibrationStatement = {
  number: "CAL-1",
  hash: digest("CAL-1"),
  laboratory: "Test laboratory",
  from: T0 - 30 * DAY,
  to: T0 + 335 * DAY,
  min: -40_000,
  max: 60_000,
  uncertainty: 200,
};

/** An identity as a certificate would give it, valid for two years around {@link T0}. */
export function person(mspId: string, role: Role, more: Partial<Identity> = {}): Identity {
  const commonName = `${role}@${mspId}`;
  const attributes = { [ATTRIBUTES.role]: role, [ATTRIBUTES.name]: commonName };
  return {
    mspId,
    commonName,
    role,
    attributes,
    thumbprint: digest(commonName),
    notBefore: T0 - 365 * DAY,
    notAfter: T0 + 365 * DAY,
    ...more,
  };
}

export const authority = person("AuthorityMSP", "authority");
export const shipper = person("ShipperMSP", "shipper");
export const recipient = person("RecipientMSP", "recipient");

/** @param key names the sensor's key: another name is another key */
export function sensorIdentity(sensor: string, key = "key-1", calibration = CALIBRATION, more: Partial<Identity> = {}): Identity {
  const attributes = sensorAttributes(sensor, calibration);
  return person("AuthorityMSP", "sensor", { commonName: sensor, attributes, thumbprint: digest(`${sensor} ${key}`), ...more });
}

export const BOOT = hexToBytes("0102030405060708");
export const OTHER_BOOT = hexToBytes("1112131415161718");

type Frame = "sequence" | "previous" | "boot";
type Distribute<B> = B extends Batch ? Omit<B, Frame> & Partial<Pick<B, Frame>> : never;
/** A batch whose sequence, previous hash and boot follow from the sensor's chain unless given. */
export type NextBatch = Distribute<Batch>;

export class Book {
  readonly state = new Map<string, Uint8Array>();
  readonly history: { readonly call: Call; readonly outcome: Outcome }[] = [];
  /** The next transaction's time, ms UTC. */
  now = T0;
  #transactions = 0;

  /** Runs a call and commits its writes. */
  async run(name: FunctionName, args: readonly Uint8Array[], creator: Identity, options: Partial<ExecuteOptions> = {}): Promise<Outcome> {
    this.#transactions += 1;
    const transactionId = digest(`transaction ${this.#transactions}`);
    const call: Call = { name, args, creator, transactionId, timestamp: this.now };
    const outcome = await execute(call, this.view(), { windowMs: 300_000, ...options });
    for (const [key, value] of outcome.writes) this.state.set(key, value);
    this.history.push({ call, outcome });
    return outcome;
  }

  view() {
    return { get: (key: string) => Promise.resolve(this.state.get(key)) };
  }

  record<T>(key: string): T | undefined {
    const bytes = this.state.get(key);
    return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as T);
  }

  say<N extends StatementName>(name: N, statement: Statement<N>, creator: Identity): Promise<Outcome> {
    return this.run(name, [canonicalBytes(statement as unknown as CanonicalValue)], creator);
  }

  /** Sends encoded bytes as a sensor, signed at the moment. */
  send(bytes: Uint8Array, moment: Moment, creator: Identity): Promise<Outcome> {
    return this.run("batch:Record", [bytes, encodeMoment(moment)], creator);
  }

  /** Encodes the sensor's next batch. */
  next(sensor: string, batch: NextBatch): Uint8Array {
    const head = this.record<{ sequence: number; hash: string }>(`head~${sensor}`) ?? { sequence: 0, hash: "" };
    const sequence = batch.kind === "lost" ? batch.to : head.sequence + 1;
    return encodeBatch({ sequence, previous: hexToBytes(head.hash || "00".repeat(32)), boot: BOOT, ...batch } as Batch);
  }

  /** Temperatures at ticks of {@link BOOT}; signed at the last tick unless said otherwise. */
  async readings(
    sensor: string,
    rows: readonly (readonly [tick: number, temperature: number])[],
    more: { creator?: Identity; tick?: number } = {},
  ): Promise<Outcome> {
    const readings = rows.map(([tick, temperature]) => ({ tick, temperature, humidity: null }));
    const bytes = this.next(sensor, { kind: "readings", readings, clock: null });
    const tick = more.tick ?? rows.at(-1)?.[0] ?? 0;
    return this.send(bytes, { boot: BOOT, tick }, more.creator ?? sensorIdentity(sensor));
  }

  register(sensor: string, more: Partial<Statement<"sensor:Register">> = {}): Promise<Outcome> {
    const { thumbprint } = sensorIdentity(sensor);
    const statement = { sensor, thumbprint, calibration: CALIBRATION, model: "Test logger", owner: "ShipperMSP", ...more };
    return this.say("sensor:Register", statement, authority);
  }

  create(shipment: string, more: Partial<Statement<"shipment:Create">> = {}): Promise<Outcome> {
    const statement = {
      shipment,
      sscc: SSCC,
      title: "Vaccine",
      origin: "Basel",
      destination: "Nairobi",
      recipient: "RecipientMSP",
      profile: "fridge-2-8/1",
      ...more,
    };
    return this.say("shipment:Create", statement, shipper);
  }

  assign(shipment: string, sensor: string, start = this.now): Promise<Outcome> {
    return this.say("shipment:Assign", { shipment, sensor, place: "top of pallet", start }, shipper);
  }

  handover(shipment: string, arrival: boolean, by: Identity = shipper): Promise<Outcome> {
    return this.say("shipment:Handover", { shipment, giver: "Ann", taker: "Bob", place: "Dock 1", arrival }, by);
  }

  decide(shipment: string, decision: "accepted" | "rejected", through: Statement<"shipment:Decide">["through"]): Promise<Outcome> {
    return this.say("shipment:Decide", { shipment, decision, reason: decision === "rejected" ? "too warm" : "", through }, recipient);
  }
}

export const resultOf = (outcome: Outcome): BatchResult => JSON.parse(new TextDecoder().decode(outcome.result)) as BatchResult;

export const hashOf = (sensor: string, bytes: Uint8Array): string => bytesToHex(batchHash(sensor, bytes));

export { decodeBatch };
