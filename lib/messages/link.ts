import { ERROR_CODES, type ErrorCode } from "./errors";

/**
 * The device link: topics and message types (proxy paper, section VI, Fig. 2 and 3).
 *
 * Topic: `from/<deviceId>/<type>` and `to/<deviceId>/<type>`; in compact form also `f/<deviceId>/<lane>`; nothing else. A person's signer sends the same bodies over HTTPS:
 * `POST <relay>/v1/<type>` with the body as `application/octet-stream`; the answer's type stands in header `winterseal-type`.
 *
 * Every message is one version byte followed by a body. Version 1 ("full form", the paper's messages) has a protobuf body with the
 * fields below; compact forms take version bytes from 2 on and the same types.
 * `request` is a number that the device chooses to pair answers with; it has no meaning for security.
 */
export const LINK_VERSION_FULL = 1;

/**
 * Compact form (docs/decisions/0150): `f/<deviceId>/<lane>` and `to/<deviceId>/c`. The lane stands in the answer to a full form: the proxy that gives it
 * has the device's certificate now and listens there. Lanes have topics of their own, which no broker shares out among proxies. The first byte is this version and, in its upper four bits, one of the kinds below.
 * Numbers are varints in their shortest form (lib/domain/bytes), signatures raw r ‖ s. What a proxy cannot expand it refuses with
 * CONTEXT_UNKNOWN, and the device sends the full form.
 */
export const LINK_VERSION_COMPACT = 2;
export const COMPACT_LEVEL = "c";
/** One proxy serves `c`; where several share the load, each has two more letters of its own. */
export const LANE = /^c[0-9A-Za-z]{0,2}$/;

/** device → proxy */
export const COMPACT_FROM = {
  /** request ‖ organisations (0 = a proposal, else an attested read) ‖ timestamp, ms ‖ nonce length ‖ nonce ‖ count ‖ (length ‖ argument)… ‖ signature(64) */
  call: 0,
  /** The batch after the reference's: request ‖ reference(1) ‖ counter's step ‖ ticks since ‖ clock's change (signed) ‖ batch from its flags on ‖ signature(64) */
  next: 1,
  /** request ‖ reference(1): the proposal that was answered ‖ signature(64) */
  transaction: 2,
} as const;

/** proxy → device */
export const COMPACT_TO = {
  /** request ‖ count ‖ endorsement… ‖ patch of the payload (device/ts/compact/patch). Endorsement: name(2) ‖ signature(64), or 0(2) ‖ length ‖ identity ‖ signature(64). */
  answer: 0,
  /** To `next`: request ‖ block of the reference's writes, less the highest that it read (signed) ‖ its number in the block ‖ as `answer` from count on */
  next: 1,
  /** request ‖ transaction id's first 2 bytes ‖ block ‖ validation code */
  committed: 2,
} as const;

/** How a proxy calls itself in a full answer (`WINTERSEAL_PROXY_ID`). Told, not proved: all proxies of a channel are one operator's. */
export const PROXY_ID = /^[a-z0-9-]{1,32}$/;

/** Largest message that is read at all, bytes. A batch of 1,000 readings in full form is about 20 KB, certificates included. */
export const LINK_MAX_BYTES = 256 * 1024;

/** device → proxy */
export const FROM_TYPES = {
  /** {1 request: uint32, 2 signedProposal: bytes (protos.SignedProposal)} → endorsed | refused */
  proposal: "sendTXP",
  /** {1 request: uint32, 2 envelope: bytes (common.Envelope)} → committed | refused */
  transaction: "sendTX",
  /** {1 request: uint32, 2 transactionId: bytes(32)} → committed | refused (COMMIT_UNKNOWN after the proxy's deadline) */
  status: "status",
  /** {1 request: uint32, 2 signedProposal: bytes, 3 organisations: uint32 (k)} → answer | refused. An attested read. */
  read: "read",
  /** {1 request: uint32} → time. The link hints at the time, it never sets it against the device's own bounds. */
  hello: "hello",
} as const;
export type FromType = (typeof FROM_TYPES)[keyof typeof FROM_TYPES];

/** proxy → device */
export const TO_TYPES = {
  /** {1 request, 2 payload: bytes (ProposalResponsePayload), 3 repeated endorsement: bytes (protos.Endorsement), 4 lane: string, 5 proxy: string (PROXY_ID)} */
  endorsed: "endorsed",
  /** {1 request, 2 transactionId: bytes(32), 3 block: uint64, 4 validationCode: uint32 (0 = VALID)} */
  committed: "committed",
  /** {1 request, 2 payload: bytes (ProposalResponsePayload), 3 repeated endorsement: bytes, 4 lane: string, 5 proxy: string} */
  answer: "answer",
  /** {1 request, 2 milliseconds: uint64 UTC} */
  time: "time",
  /** {1 request, 2 code: string (ErrorCode), 3 stage: string (Stage), 4 message: string, 5 retryAfter: uint32 ms, 6 transactionId: bytes} */
  refused: "refused",
  /** {1 request: 0}. Nobody asked: the ledger may have something new for the device. It proves nothing, the device asks. */
  news: "news",
} as const;
export type ToType = (typeof TO_TYPES)[keyof typeof TO_TYPES];

/** Where on the path a refusal arose. */
export const STAGES = ["receive", "endorse", "submit", "commit", "read"] as const;
export type Stage = (typeof STAGES)[number];

export const topicFrom = (deviceId: string, level: string): string => `from/${deviceId}/${level}`;
export const topicLane = (deviceId: string, lane: string): string => `f/${deviceId}/${lane}`;
/** All devices' messages on one lane. */
export const laneFilter = (lane: string): string => `f/+/${lane}`;
export const topicTo = (deviceId: string, level: string): string => `to/${deviceId}/${level}`;

/**
 * What the broker itself turns away never becomes a message of the link. It tells the proxies under `refused/<deviceId>/<code>` with an
 * empty body, so that it is counted and answered like any other refusal. Brokers that cannot do so (Mosquitto) stay silent.
 */
export const REFUSED_FILTER = "refused/+/+";
export const topicRefused = (deviceId: string, code: ErrorCode): string => `refused/${deviceId}/${code}`;

/** Undefined when the topic is no {@link topicRefused}. */
export function parseRefused(topic: string): { deviceId: string; code: ErrorCode } | undefined {
  const [direction, deviceId, code, ...more] = topic.split("/");
  if (direction !== "refused" || !deviceId || code === undefined || more.length > 0) return undefined;
  return Object.hasOwn(ERROR_CODES, code) ? { deviceId, code: code as ErrorCode } : undefined;
}

/** Splits a topic; undefined when it is none of ours. */
export function parseTopic(topic: string): { direction: "from" | "lane" | "to"; deviceId: string; type: string } | undefined {
  const parts = topic.split("/");
  const [direction, deviceId, type] = parts;
  if (parts.length !== 3 || !deviceId || !type) return undefined;
  if (direction === "f") return { direction: "lane", deviceId, type };
  return direction === "from" || direction === "to" ? { direction, deviceId, type } : undefined;
}
