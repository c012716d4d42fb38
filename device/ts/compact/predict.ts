/**
 * What a payload will be, from the last one: the same contract does the same thing with new values. Both ends compute it from what both have,
 * so that only what the guess misses has to travel. Nothing is believed because it was predicted: the endorsers' signatures are over the real bytes.
 */

import { canonicalBytes } from "../../../lib/domain/canonical-json";
import { WintersealError } from "../../../lib/messages/errors";
import { concat, equal, fromHex, toHex, utf8 } from "../bytes";
import { parseIdentity } from "../fabric";
import { sha256 } from "../hash";
import { ProtoReader, ProtoWriter } from "../proto";
import { COMMON } from "./common";
import type { Exchange, Opened } from "./exchange";
import { type Recording, recordingOf } from "./next";
import type { Dictionary } from "./patch";

/** Block and place in it. */
export interface Version {
  readonly block: number;
  readonly transaction: number;
}

/** One field as it stands in its message. */
interface Field {
  readonly number: number;
  /** A number as a varint's bytes, or content. */
  readonly content: Uint8Array;
  readonly numeric: boolean;
}

/** Fields in order; undefined when the bytes are no message of numbers and contents. */
function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number | undefined => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : undefined;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const key = varint();
    if (key === undefined || key < 8) return undefined;
    const begun = at;
    const value = varint();
    if (value === undefined) return undefined;
    const number = Math.floor(key / 8);
    if (key % 8 === 0) fields.push({ number, content: bytes.subarray(begun, at), numeric: true });
    else if (key % 8 === 2 && value <= bytes.length - at) {
      fields.push({ number, content: bytes.subarray(at, at + value), numeric: false });
      at += value;
    } else return undefined;
  }
  return fields;
}

/** Writes a message again with some fields changed; lengths follow. */
function rewrite(bytes: Uint8Array, change: (field: Field) => Field): Uint8Array {
  const fields = fieldsOf(bytes);
  if (fields === undefined) return bytes;
  const out: Uint8Array[] = [];
  for (const before of fields) {
    const { number, content, numeric } = before.numeric ? before : change(before);
    out.push(numeric ? varintOf(number * 8) : concat(varintOf(number * 8 + 2), varintOf(content.length)), content);
  }
  return concat(...out);
}

function varintOf(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** Applies a change to the content of the fields of one number. */
const within =
  (number: number, change: (content: Uint8Array) => Uint8Array) =>
  (field: Field): Field =>
    field.number === number ? { ...field, content: change(field.content) } : field;

const both =
  (...changes: ((field: Field) => Field)[]) =>
  (field: Field): Field =>
    changes.reduce((changed, change) => change(changed), field);

type Replacement = readonly [from: Uint8Array, to: Uint8Array];

/** From left to right, the first that fits counts, and nothing that was put in is looked at again. */
function replaceAll(bytes: Uint8Array, replacements: readonly Replacement[]): Uint8Array {
  const begins = new Uint8Array(256);
  for (const [from] of replacements) begins[from[0] ?? 0] = 1;
  const parts: Uint8Array[] = [];
  let done = 0;
  for (let at = 0; at < bytes.length; ) {
    if (begins[bytes[at] ?? 0] === 0) {
      at += 1;
      continue;
    }
    const found = replacements.find(([from]) => standsAt(bytes, at, from));
    if (found === undefined) {
      at += 1;
      continue;
    }
    parts.push(bytes.subarray(done, at), found[1]);
    at += found[0].length;
    done = at;
  }
  return concat(...parts, bytes.subarray(done));
}

function standsAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  if (bytes[at] !== text[0] || at + text.length > bytes.length) return false;
  for (let index = 1; index < text.length; index++) if (bytes[at + index] !== text[index]) return false;
  return true;
}

/** When the last reading was taken, if ticks tell (lib/domain/time). */
const timeOf = ({ call }: Opened, { moment, boot, last }: Recording): number =>
  equal(moment.boot, boot) ? call.timestamp - (moment.tick - last.tick) : call.timestamp;

const LOG = utf8('"log":"');

/** The log of the sensor's transactions (lib/contract/log) after this one, by the head that stands in the last payload. */
function logAfter(sensor: string, payload: Uint8Array, next: Opened, { sequence, hash, moment }: Recording): [string, string][] {
  const at = payload.findIndex((_, index) => standsAt(payload, index, LOG));
  const before = at < 0 ? "" : new TextDecoder().decode(payload.subarray(at + LOG.length, at + LOG.length + 64));
  if (!/^[0-9a-f]{64}$/.test(before)) return [];
  const entry = {
    at: next.call.timestamp,
    by: sensor,
    organisation: parseIdentity(next.frame.creator).mspId,
    transaction: next.proposal.transactionId,
    type: "batch:Record",
    sequence,
    hash: toHex(hash),
    signed: { boot: toHex(moment.boot), tick: moment.tick },
  };
  return [[before, toHex(sha256(concat(fromHex(before), canonicalBytes(entry))))]];
}

function replacementsOf(sensor: string, reference: Exchange, from: Recording, next: Opened, to: Recording): Replacement[] {
  const pairs: [string, string][] = [
    [reference.proposal.transactionId, next.proposal.transactionId],
    [toHex(from.hash), toHex(to.hash)],
    [toHex(from.previous), toHex(to.previous)],
    [`~${padded(from.sequence)}`, `~${padded(to.sequence)}`],
    [`"sequence":${from.sequence},`, `"sequence":${to.sequence},`],
    [`"sequence":${from.sequence}}`, `"sequence":${to.sequence}}`],
    [`"at":${timeOf(reference, from)},`, `"at":${timeOf(next, to)},`],
    [`"at":${timeOf(reference, from)}}`, `"at":${timeOf(next, to)}}`],
    [`"count":${from.count},`, `"count":${to.count},`],
    [`"tick":${from.last.tick}}`, `"tick":${to.last.tick}}`],
    ...logAfter(sensor, reference.payload, next, to),
  ];
  return pairs.map(([before, after]) => [utf8(before), utf8(after)]);
}

const padded = (sequence: number): string => String(sequence).padStart(10, "0");

/** kvrwset.Version; zero is left out. */
const versionBytes = ({ block, transaction }: Version): Uint8Array => new ProtoWriter().uint(1, block).uint(2, transaction).finish();

const contentsOf = (bytes: Uint8Array, number: number): Uint8Array[] =>
  (fieldsOf(bytes) ?? []).flatMap((field) => (field.number === number && !field.numeric ? [field.content] : []));

/** kvrwset.KVRWSet: keys that the reference wrote are read at the version of its commit. */
function rewriteSet(set: Uint8Array, replacements: readonly Replacement[], version: Version): Uint8Array {
  const written = writtenIn(set);
  const text = (bytes: Uint8Array) => replaceAll(bytes, replacements);
  const read = (bytes: Uint8Array) => {
    const [key] = contentsOf(bytes, 1);
    if (key === undefined || !written.some((one) => equal(one, key))) return bytes;
    return new ProtoWriter().bytes(1, key).element(2, versionBytes(version)).finish();
  };
  const write = (bytes: Uint8Array) => rewrite(bytes, both(within(1, text), within(3, text)));
  return rewrite(set, both(within(1, read), within(3, write)));
}

/** ProposalResponsePayload of the next call as it will be if the contract does again what it did. Empty when nothing can be said. */
export function predict(sensor: string, reference: Exchange, next: Opened, version: Version): Uint8Array {
  const [from, to] = [recordingOf(sensor, reference.call), recordingOf(sensor, next.call)];
  if (from === undefined || to === undefined) return new Uint8Array(0);
  const replacements = replacementsOf(sensor, reference, from, next, to);
  const text = (bytes: Uint8Array) => replaceAll(bytes, replacements);
  const namespaces = (results: Uint8Array) =>
    rewrite(
      results,
      within(2, (namespace) =>
        rewrite(
          namespace,
          within(2, (set) => rewriteSet(set, replacements, version)),
        ),
      ),
    );
  const event = (bytes: Uint8Array) => rewrite(bytes, both(within(2, text), within(4, text)));
  const response = (bytes: Uint8Array) => rewrite(bytes, within(3, text));
  const action = (bytes: Uint8Array) => rewrite(bytes, both(within(1, namespaces), within(2, event), within(3, response)));
  return rewrite(
    reference.payload,
    both(
      within(1, () => next.proposal.hash),
      within(2, action),
    ),
  );
}

/** All that both ends have when a payload is to be rebuilt. */
export function dictionaryOf(
  sensor: string,
  next: Opened,
  reference?: { readonly exchange: Exchange; readonly version: Version },
): Dictionary {
  const { proposal, call } = next;
  const recording = recordingOf(sensor, call);
  const hashes =
    recording === undefined ? [] : [utf8(`"hash":"${toHex(recording.hash)}`), utf8(`"previous":"${toHex(recording.previous)}`)];
  return {
    prediction: reference === undefined ? new Uint8Array(0) : predict(sensor, reference.exchange, next, reference.version),
    more: concat(COMMON, proposal.hash, utf8(proposal.transactionId), ...hashes, utf8(sensor), ...call.args.slice(1)),
  };
}

/** kvrwset.KVRWSet of every namespace of a payload. */
const setsOf = (payload: Uint8Array): Uint8Array[] =>
  contentsOf(payload, 2)
    .flatMap((action) => contentsOf(action, 1))
    .flatMap((results) => contentsOf(results, 2))
    .flatMap((namespace) => contentsOf(namespace, 2));

const writtenIn = (set: Uint8Array): Uint8Array[] => contentsOf(set, 3).flatMap((write) => contentsOf(write, 1));

/** Reads of a payload: key and version, in every namespace. */
function readsOf(payload: Uint8Array): { key: Uint8Array; version: Version }[] {
  return setsOf(payload)
    .flatMap((set) => contentsOf(set, 1))
    .map((read) => ({ key: contentsOf(read, 1)[0] ?? new Uint8Array(0), version: parseVersion(contentsOf(read, 2)[0]) }));
}

function parseVersion(bytes: Uint8Array | undefined): Version {
  try {
    const fields = new ProtoReader(bytes ?? new Uint8Array(0));
    return { block: fields.uint(1), transaction: fields.uint(2) };
  } catch (error) {
    if (error instanceof WintersealError) return { block: 0, transaction: 0 };
    throw error;
  }
}

/** The highest block that a payload's reads name: from there, the block of its own commit is a small step. */
export const highestRead = (payload: Uint8Array): number =>
  readsOf(payload).reduce((highest, { version }) => Math.max(highest, version.block), 0);

/** At which version a payload reads what the one before wrote; the block that is expected when it reads nothing of it. */
export function versionRead(payload: Uint8Array, before: Uint8Array): Version {
  const written = setsOf(before).flatMap(writtenIn);
  const read = readsOf(payload).find(({ key }) => written.some((one) => equal(one, key)));
  return read?.version ?? { block: highestRead(before), transaction: 0 };
}
