/**
 * A seeded fuzzer over everything that reads other people's bytes on the device link, both ends. Each reader either gives a value or refuses with a typed
 * error; anything else is a finding, and the seed with the round's number gives the same bytes again.
 */
import { decodeBatch, decodeMoment } from "../../../lib/domain/batch";
import { DomainError } from "../../../lib/domain/errors";
import { WintersealError } from "../../../lib/messages/errors";
import { COMPACT_LEVEL, LINK_MAX_BYTES } from "../../../lib/messages/link";
import { inspectEnvelope, inspectProposal } from "../../../proxy/relay/inspect";
import { fromHex } from "../bytes";
import { openProposal } from "../compact/exchange";
import { applyPatch } from "../compact/patch";
import { highestRead, versionRead } from "../compact/predict";
import { derToRaw } from "../der";
import { parseEndorsedPayload, parseEndorsement, parseIdentity } from "../fabric";
import { scanRecords } from "../journal-records";
import { decodeFrom, decodeTo, peekRequest } from "../link-messages";
import { record } from "./vectors";
import { seeded } from "./virtual-time";

export interface Finding {
  readonly round: number;
  readonly reader: string;
  readonly bytes: string;
  readonly error: string;
}

export interface FuzzResult {
  readonly rounds: number;
  readonly refused: number;
  readonly read: number;
  readonly slowestMs: number;
  readonly slowest: string;
  readonly findings: readonly Finding[];
}

type Reader = (bytes: Uint8Array) => unknown;

const SENSOR = "sensor-1";
const TYPES_FROM = ["sendTXP", "sendTX", "status", "read", "hello", "c"];
const TYPES_TO = ["endorsed", "answer", "committed", "time", "refused", "c"];

/** Every reader with the messages that it is meant for. */
async function readers(): Promise<{ name: string; read: Reader; corpus: readonly Uint8Array[] }[]> {
  const { vectors, ends } = await record();
  const { exchanges } = vectors;
  const all = (of: (one: (typeof exchanges)[number]) => string) => exchanges.map((one) => fromHex(of(one)));
  const [sent, sentFull] = [all(({ sent: bytes }) => bytes), all(({ sentFull: bytes }) => bytes)];
  const [received, receivedFull] = [all(({ received: bytes }) => bytes), all(({ receivedFull: bytes }) => bytes)];
  const proposals = exchanges.filter(({ type }) => type === "sendTXP");
  const opened = proposals.map(({ sentFull: hex }) => decodeFrom("sendTXP", fromHex(hex)));
  const signed = opened.flatMap((message) => (message.type === "sendTXP" ? [message.signedProposal] : []));
  const answers = proposals.map(({ receivedFull: hex }) => decodeTo("endorsed", fromHex(hex)));
  const payloads = answers.flatMap((answer) => (answer.type === "endorsed" ? [answer.payload] : []));
  const endorsements = answers.flatMap((answer) => (answer.type === "endorsed" ? answer.endorsements : []));
  const envelopes = exchanges
    .filter(({ type }) => type === "sendTX")
    .flatMap(({ sentFull: hex }) => {
      const message = decodeFrom("sendTX", fromHex(hex));
      return message.type === "sendTX" ? [message.envelope] : [];
    });
  const [reference = new Uint8Array(0)] = payloads;
  const args = signed.flatMap((bytes) => openProposal(bytes)?.call.args.slice(1) ?? []);
  const dictionary = { prediction: reference, more: new Uint8Array(300) };
  const patches = received.map((bytes) => bytes.subarray(134));
  return [
    { name: "proxy: compact", read: (bytes) => ends.proxy.open(SENSOR, COMPACT_LEVEL, bytes), corpus: sent },
    ...TYPES_FROM.map((type) => ({ name: `proxy: ${type}`, read: (bytes: Uint8Array) => decodeFrom(type, bytes), corpus: sentFull })),
    { name: "proxy: proposal", read: inspectProposal, corpus: signed },
    { name: "proxy: envelope", read: inspectEnvelope, corpus: envelopes },
    { name: "proxy: number", read: peekRequest, corpus: sent },
    { name: "device: compact", read: (bytes) => ends.device.decode(COMPACT_LEVEL, bytes), corpus: received },
    ...TYPES_TO.map((type) => ({ name: `device: ${type}`, read: (bytes: Uint8Array) => decodeTo(type, bytes), corpus: receivedFull })),
    { name: "device: payload", read: parseEndorsedPayload, corpus: payloads },
    { name: "device: endorsement", read: parseEndorsement, corpus: endorsements },
    { name: "device: identity", read: parseIdentity, corpus: endorsements },
    { name: "device: signature", read: derToRaw, corpus: endorsements.map((bytes) => parseEndorsement(bytes).signature) },
    { name: "device: patch", read: (bytes) => applyPatch(dictionary, bytes, LINK_MAX_BYTES), corpus: patches },
    { name: "both: reads", read: highestRead, corpus: payloads },
    { name: "both: version", read: (bytes) => versionRead(bytes, reference), corpus: payloads },
    { name: "both: proposal", read: openProposal, corpus: signed },
    { name: "contract: batch", read: decodeBatch, corpus: args },
    { name: "contract: moment", read: decodeMoment, corpus: args },
    { name: "device: journal", read: scanRecords, corpus: args },
  ];
}

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x12, 0x22, 0x0a];

/** Changes bytes in one to four places: values, lengths, order, ends. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  let changed: Uint8Array = bytes.slice();
  const below = (limit: number) => Math.floor(random() * limit);
  for (let count = 1 + below(4); count > 0; count--) {
    const at = below(changed.length + 1);
    switch (below(7)) {
      case 0:
        if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        if (at < changed.length) changed[at] = INTERESTING[below(INTERESTING.length)] ?? 0;
        break;
      case 2:
        changed = changed.slice(0, at);
        break;
      case 3:
        changed = joined(changed.subarray(0, at), changed.subarray(Math.min(changed.length, at + 1 + below(20))));
        break;
      case 4:
        changed = joined(changed.subarray(0, at), changed.subarray(Math.max(0, at - below(40)), at), changed.subarray(at));
        break;
      case 5:
        changed = joined(changed.subarray(0, at), other.subarray(below(other.length + 1)));
        break;
      default:
        changed = joined(
          changed.subarray(0, at),
          Uint8Array.from({ length: 1 + below(10) }, () => below(256)),
          changed.subarray(at),
        );
    }
  }
  return changed.subarray(0, 4 * (bytes.length + 64));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** @param every called after each so many rounds, for a long run's progress */
export async function fuzz(seed: number, rounds: number, progress?: { every: number; tell(round: number): void }): Promise<FuzzResult> {
  const all = await readers();
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const findings: Finding[] = [];
  let [refused, read, slowestMs, slowest] = [0, 0, 0, ""];
  for (let round = 0; round < rounds && findings.length < 20; round++) {
    const { name, read: reader, corpus } = pick(all);
    const bytes = mutate(pick(corpus), pick(corpus), random);
    const begun = performance.now();
    try {
      reader(bytes);
      read += 1;
    } catch (error) {
      if (error instanceof WintersealError || error instanceof DomainError) refused += 1;
      else findings.push({ round, reader: name, bytes: Buffer.from(bytes).toString("hex"), error: String(error) });
    }
    const took = performance.now() - begun;
    if (took > slowestMs) [slowestMs, slowest] = [took, name];
    if (progress !== undefined && (round + 1) % progress.every === 0) progress.tell(round + 1);
  }
  return { rounds, refused, read, slowestMs, slowest, findings };
}
