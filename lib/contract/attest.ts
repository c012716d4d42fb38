/** `attest:Read`: committed state, answered so that endorsers' signatures over the answer prove it. Writes nothing. */
import * as z from "zod";
import { WintersealError } from "../messages/errors";
import {
  type AgreementAnswer,
  ATTESTED_READ_DOMAIN,
  type AttestedAnswer,
  type BatchAnswer,
  type Question,
  type SensorAnswer,
  type ShipmentAnswer,
} from "../messages/functions";
import { SENSOR_ID, SHIPMENT_ID } from "../messages/names";
import { expectArguments, type Handler, parseCanonical } from "./call";
import { answerCommand } from "./command";
import { EMPTY_LOG } from "./log";
import { loadBatch } from "./records";
import { type AgreementRecord, type HeadRecord, keys, type SealRecord, type SensorRecord, type ShipmentRecord } from "./state";
import type { World } from "./world";

const questionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("sensor"), sensor: z.string().regex(SENSOR_ID) }),
  z.strictObject({ kind: z.literal("batch"), sensor: z.string().regex(SENSOR_ID), sequence: z.int().min(1).max(4_294_967_295) }),
  z.strictObject({ kind: z.literal("shipment"), shipment: z.string().regex(SHIPMENT_ID) }),
  z.strictObject({ kind: z.literal("command"), sensor: z.string().regex(SENSOR_ID) }),
  z.strictObject({ kind: z.literal("agreement") }),
]);
const NONCE = /^[0-9a-f]{16,64}$/;

async function answerSensor(world: World, sensor: string): Promise<SensorAnswer | null> {
  const record = await world.get<SensorRecord>(keys.sensor(sensor));
  const head = await world.get<HeadRecord>(keys.head(sensor));
  if (record === undefined) return null;
  const { status, thumbprint, doubtfulSince, log } = record;
  const { sequence = 0, hash = "", log: transactions = EMPTY_LOG.head } = head ?? {};
  return { sensor, status, thumbprint, doubtfulSince, log, sequence, hash, transactions };
}

async function answerBatch(world: World, sensor: string, sequence: number): Promise<BatchAnswer | null> {
  const record = await loadBatch(world, sensor, sequence);
  if (record === undefined) return null;
  const { hash, previous, kind, transaction, log } = record;
  return { sensor, sequence, hash, previous, kind, transaction, transactions: log };
}

async function answerShipment(world: World, shipment: string): Promise<ShipmentAnswer | null> {
  const record = await world.get<ShipmentRecord>(keys.shipment(shipment));
  if (record === undefined) return null;
  const sensors: SensorAnswer[] = [];
  for (const { sensor } of record.assignments) {
    const answer = await answerSensor(world, sensor);
    if (answer !== null) sensors.push(answer);
  }
  const seals: ShipmentAnswer["seals"][number][] = [];
  for (const number of record.seals) {
    const seal = await world.get<SealRecord>(keys.seal(shipment, number));
    if (seal !== undefined) seals.push({ seal: number, standing: seal.standing, inspections: seal.inspections });
  }
  const violations = Object.values(record.found).reduce((sum, found) => sum + found.violations, 0);
  const agreed = await world.get<AgreementRecord>(keys.agreement());
  const agreement = agreed === undefined ? null : { version: agreed.version, hash: agreed.hash };
  return { shipment, status: record.status, log: record.log, agreement, violations, seals, sensors };
}

async function answerAgreement(world: World): Promise<AgreementAnswer | null> {
  const record = await world.get<AgreementRecord>(keys.agreement());
  return record === undefined ? null : { version: record.version, hash: record.hash, terms: record.terms };
}

function answer(world: World, question: Question, now: number): Promise<AttestedAnswer["answer"]> {
  if (question.kind === "command") return answerCommand(world, question.sensor, now);
  if (question.kind === "sensor") return answerSensor(world, question.sensor);
  if (question.kind === "batch") return answerBatch(world, question.sensor, question.sequence);
  return question.kind === "shipment" ? answerShipment(world, question.shipment) : answerAgreement(world);
}

/** Echoes the question as parsed and the nonce, each in its own field; no other caller byte. */
export const read: Handler = async (call, world) => {
  expectArguments(call, 2);
  const question = questionSchema.safeParse(parseCanonical(call.args[0]));
  if (!question.success) throw new WintersealError("ARGUMENT_INVALID", "the question is none that this contract answers");
  const nonce = new TextDecoder().decode(call.args[1]);
  if (!NONCE.test(nonce)) throw new WintersealError("ARGUMENT_INVALID", "the nonce is not 16 to 64 hexadecimal digits");
  const result: AttestedAnswer = {
    domain: ATTESTED_READ_DOMAIN,
    question: question.data,
    nonce,
    answer: await answer(world, question.data, call.timestamp),
  };
  return { result };
};
