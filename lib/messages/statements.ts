/**
 * What people state and sign: the single JSON argument of every contract function but `batch:Record`.
 * Sent as canonical JSON (lib/domain/canonical-json), integers only; both ends parse with these schemas and unknown fields are refused.
 */
import * as z from "zod";
import { termsSchema } from "./agreement-schema";
import { ATTACHMENT_TYPES, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS } from "./attachments";
import { type Bounds, IDENTIFY_MS, INTERVAL_MS } from "./commands";
import { ORGANISATION_KINDS, PERSON, RULE_ID, SENSOR_ID, SHIPMENT_ID } from "./names";

/**
 * Characters that no statement holds: controls (a database may not take them), halves of surrogate pairs, marks that turn the reading
 * direction (a signer could show other words than it signs) and what is not seen at all (two statements that differ would look alike).
 * Notes may have line breaks. Ranges are spelled out: classes such as \p{Cf} grow with the engine's Unicode, and endorsers must agree.
 */
const UNFIT =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\uffff]|[\u115f\u1160]|[\u17b4\u17b5]|\u034f|[\u180b-\u180f]|[\ufe00-\ufe0f]|[\u{1d173}-\u{1d17a}]|[\u{e0000}-\u{e0fff}]/u;
const isShowable = (value: string) => !UNFIT.test(value);
const text = (max: number) => z.string().trim().min(1).max(max).refine(isShowable, "holds characters that cannot be shown");
const note = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((value) => isShowable(value.replace(/[\n\r\t]/g, " ")), "holds characters that cannot be shown");
/**
 * A number that is stamped on a thing and compared letter by letter (seal, container): printable ASCII without doubled spaces, so that no
 * letter of another alphabet passes for it.
 */
const mark = (max: number) => text(max).regex(/^[!-~]+(?: [!-~]+)*$/, "may only hold letters A to Z, digits and signs as they are stamped");
const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** ms UTC between 2000 and 2100: catches seconds and microseconds given by mistake. */
const time = z.int().min(946_684_800_000).max(4_102_444_800_000);
const milliCelsius = z.int().min(-273_150).max(1_000_000);
const sensorId = z.string().regex(SENSOR_ID);
const shipmentId = z.string().regex(SHIPMENT_ID);
const mspId = z.string().refine((id) => id in ORGANISATION_KINDS, "unknown organisation");
const sscc = z.string().regex(/^\d{18}$/);
const sequence = z.int().min(0).max(4_294_967_295);

export const calibration = z.strictObject({
  number: text(64),
  hash,
  laboratory: text(96),
  from: time,
  to: time,
  min: milliCelsius,
  max: milliCelsius,
  /** Expanded uncertainty, k = 2, milli-°C. */
  uncertainty: z.int().min(0).max(100_000),
});
export type CalibrationStatement = z.infer<typeof calibration>;

/** Names one excursion: the violation that the ledger found. */
const excursion = { shipment: shipmentId, sensor: sensorId, rule: z.string().regex(RULE_ID), number: z.int().min(1).max(999_999_999) };

/** Only the hash is recorded; the file itself is kept by whoever took it in. */
const attachment = z.strictObject({
  name: text(80),
  type: z.enum(ATTACHMENT_TYPES),
  /** bytes */
  size: z.int().min(1).max(MAX_ATTACHMENT_BYTES),
  hash,
});
export type AttachmentStatement = z.infer<typeof attachment>;

/** What the signature under a decision on an excursion means; these words stand in the signer and on the ledger (21 CFR 11.50). */
export const SIGNATURE_MEANINGS = ["released for use", "rejected"] as const;

const bounded = ({ min, max }: Bounds) => z.int().min(min).max(max);
const command = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("interval"), ms: bounded(INTERVAL_MS) }),
  z.strictObject({ kind: z.literal("profile"), profile: text(64) }),
  z.strictObject({ kind: z.literal("identify"), ms: bounded(IDENTIFY_MS) }),
  z.strictObject({ kind: z.literal("stop") }),
  z.strictObject({ kind: z.literal("start") }),
]);

const registration = {
  sensor: sensorId,
  /** SHA-256 of the public key's SubjectPublicKeyInfo, hex. */
  thumbprint: hash,
  calibration,
};

export const statements = {
  "sensor:Register": z.strictObject({ ...registration, model: text(64), owner: mspId }),
  /** A new key or a new calibration for a registered sensor; ends the key before it. */
  "sensor:Renew": z.strictObject(registration),
  "sensor:Revoke": z.strictObject({ sensor: sensorId, reason: text(400), doubtfulSince: time }),
  /** By the sensor's owner. The newest command counts; one that a later command replaced is not carried out any more. */
  "sensor:Command": z.strictObject({
    sensor: sensorId,
    /** One more than the sensor's last command, from 1. */
    counter: z.int().min(1).max(4_294_967_295),
    /** Not carried out from here on. */
    expires: time,
    command,
  }),
  "shipment:Create": z.strictObject({
    shipment: shipmentId,
    sscc,
    title: text(80),
    origin: text(80),
    destination: text(80),
    recipient: mspId,
    /** `<profile id>/<version>` of lib/domain/profiles */
    profile: text(64),
    /** Lot of the goods: time out of range adds up over all shipments of one. */
    lot: mark(20).optional(),
  }),
  "shipment:Assign": z.strictObject({
    shipment: shipmentId,
    sensor: sensorId,
    /** Where it rides: "top of pallet". */
    place: text(60),
    /** May lie in the past (a sensor is packed before someone is at a desk); the page shows how late it was assigned. */
    start: time,
  }),
  "shipment:EndAssignment": z.strictObject({ shipment: shipmentId, sensor: sensorId, end: time }),
  "shipment:Handover": z.strictObject({
    shipment: shipmentId,
    giver: text(80),
    taker: text(80),
    place: text(80),
    /** true when the taker is the recipient: the shipment waits for inspection from here on */
    arrival: z.boolean(),
  }),
  "shipment:Decide": z.strictObject({
    shipment: shipmentId,
    decision: z.enum(["accepted", "rejected"]),
    reason: note(400),
    /** What the decider had before the eyes: each sensor's last sequence and hash. */
    through: z.array(z.strictObject({ sensor: sensorId, sequence, hash: z.string().regex(/^([0-9a-f]{64})?$/) })).max(64),
  }),
  "seal:Apply": z.strictObject({
    shipment: shipmentId,
    seal: mark(32),
    /** ISO 17712:2013 */
    class: z.enum(["I", "S", "H"]),
    /** Sealed thing: the container, or one sensor by its key's thumbprint. */
    on: z.union([z.strictObject({ container: mark(32) }), z.strictObject({ sensor: sensorId, thumbprint: hash })]),
  }),
  "seal:Inspect": z.strictObject({
    shipment: shipmentId,
    seal: mark(32),
    result: z.enum(["intact", "broken"]),
    checks: z.strictObject({
      number: z.boolean(),
      pull: z.boolean(),
      twist: z.boolean(),
      surface: z.boolean(),
      shaft: z.boolean(),
    }),
    /** What each sensor itself shows to the inspector; the signature vouches for exactly this prefix. */
    sensors: z.array(z.strictObject({ sensor: sensorId, thumbprint: hash, sequence: sequence.min(1), hash })).max(64),
    photo: hash.nullable(),
    note: note(400),
  }),
  "excursion:Acknowledge": z.strictObject({ ...excursion, comment: text(400) }),
  "excursion:Assign": z.strictObject({ ...excursion, organisation: mspId, person: z.string().regex(PERSON) }),
  "excursion:Investigate": z.strictObject({
    ...excursion,
    note: note(2000).min(1),
    attachments: z.array(attachment).max(MAX_ATTACHMENTS),
  }),
  "excursion:Decide": z.strictObject({
    ...excursion,
    meaning: z.enum(SIGNATURE_MEANINGS),
    reason: note(400).min(1),
    /** Who is signed in where this was asked for, with the printed name: both must be the certificate's that signs (docs/decisions/0191). */
    signer: z.strictObject({ person: z.string().regex(PERSON), name: text(80) }),
    /** The excursion's log as the decider saw it: nothing was added behind the decider's back. */
    through: z.strictObject({ length: z.int().min(1).max(1_000_000), head: hash }),
  }),
  /** In force when a signatory of every organisation has signed the same content under the same number. */
  "governance:Agree": z.strictObject({
    /** Number of the agreement: one more than the one in force, from 1. */
    version: z.int().min(1).max(1_000_000),
    terms: termsSchema,
  }),
} as const;

export type StatementName = keyof typeof statements;
export type Statement<N extends StatementName> = z.infer<(typeof statements)[N]>;
