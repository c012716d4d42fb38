/** Turns what a ledger said into words that do not depend on the run: names, ids, addresses and times become what they stand for. */
import { type Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { common, gateway, peer } from "@hyperledger/fabric-protos";
import type { Target } from "./target";

export type Tell = (text: string) => string;

/** Order matters: longer and more telling patterns first. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g, "<certificate>"],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(\+0000 UTC|Z))( m=[+-][\d.]+)?/g, "<time>"],
  [/\b[0-9a-f]{64,}\b/g, "<hex>"],
];

export function teller(target: Target): Tell {
  const names: [string, string][] = [
    ...target.organisations.flatMap(({ mspId, address }, index): [string, string][] => [
      [address, `peer${index}`],
      [mspId, `Org${index}`],
    ]),
    [target.operatorMspId, "Operator"],
    [target.ordererMspId, "Orderer"],
    [target.channel, "<channel>"],
  ];
  names.sort(([left], [right]) => right.length - left.length);
  return (text) => {
    // Go's protobuf puts a no-break space into its errors now and then, so that nobody compares them.
    let told = text.replaceAll("\u00a0", " ");
    for (const [pattern, word] of VOLATILE) told = told.replace(pattern, word);
    for (const [name, word] of names) told = told.replaceAll(name, word);
    return told;
  };
}

interface Field {
  readonly number: number;
  readonly bytes: Uint8Array;
}

function readVarint(bytes: Uint8Array, offset: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  let end = offset;
  for (;;) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end };
    scale *= 128;
  }
}

/** The length-delimited fields of a message; others are skipped. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let offset = 0; offset < bytes.length; ) {
    const tag = readVarint(bytes, offset);
    const next = readVarint(bytes, tag.end);
    offset = next.end;
    if (tag.value % 8 !== 2) continue;
    yield { number: Math.floor(tag.value / 8), bytes: bytes.subarray(offset, offset + next.value) };
    offset += next.value;
  }
}

/** `gateway.ErrorDetail`s of a gRPC error (`google.rpc.Status` in the trailers). */
function detailsOf(metadata: Metadata | undefined): gateway.ErrorDetail[] {
  const [rich] = metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(rich)) return [];
  return [...fieldsOf(rich)]
    .filter((field) => field.number === 3)
    .flatMap((any) => [...fieldsOf(any.bytes)].filter((field) => field.number === 2))
    .map((value) => gateway.ErrorDetail.deserializeBinary(value.bytes));
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error;
}

/** `CODE text`, then one ` | Org address: message` per detail, in the order of their organisations. Rethrows what is no gRPC error. */
export function tellError(error: unknown, tell: Tell): string {
  if (!isServiceError(error)) throw error;
  const details = detailsOf(error.metadata).map((detail) => `${detail.getMspId()} ${detail.getAddress()}: ${detail.getMessage()}`);
  return tell([`${status[error.code]} ${error.details}`.trim(), ...details.sort()].join(" | "));
}

/** A peer's answer to a proposal: status, text, whether it is signed. */
export function tellAnswer(answer: peer.ProposalResponse, tell: Tell): string {
  const response = answer.getResponse();
  const parts = [
    String(response?.getStatus() ?? "no response"),
    answer.getEndorsement() === undefined ? "unsigned" : "signed",
    answer.getPayload_asU8().length > 0 ? "" : "no payload",
    response?.getMessage() ?? "",
  ];
  return tell(parts.filter((part) => part !== "").join(" "));
}

function nameOf(table: object, value: number): string {
  return Object.entries(table).find(([, candidate]) => candidate === value)?.[0] ?? String(value);
}

export function codeName(code: number): string {
  return nameOf(peer.TxValidationCode, code);
}

export function statusName(code: number): string {
  return nameOf(common.Status, code);
}
