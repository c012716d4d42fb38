import { ERROR_CODES, type ErrorCode } from "./errors";

/**
 * The device link: topics and message types (proxy paper, section VI, Fig. 2 and 3).
 *
 * Topic: `from/<deviceId>/<type>` and `to/<deviceId>/<type>`, nothing else. A person's signer sends the same bodies over HTTPS:
 * `POST <relay>/v1/<type>` with the body as `application/octet-stream`; the answer's type stands in header `winterseal-type`.
 *
 * Every message is one version byte followed by a body. Version 1 ("full form", the paper's messages) has a protobuf body with the
 * fields below; compact forms take version bytes from 2 on and the same types.
 * `request` is a number that the device chooses to pair answers with; it has no meaning for security.
 */
export const LINK_VERSION_FULL = 1;

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
  /** {1 request, 2 payload: bytes (ProposalResponsePayload), 3 repeated endorsement: bytes (protos.Endorsement)} */
  endorsed: "endorsed",
  /** {1 request, 2 transactionId: bytes(32), 3 block: uint64, 4 validationCode: uint32 (0 = VALID)} */
  committed: "committed",
  /** {1 request, 2 payload: bytes (ProposalResponsePayload), 3 repeated endorsement: bytes} */
  answer: "answer",
  /** {1 request, 2 milliseconds: uint64 UTC} */
  time: "time",
  /** {1 request, 2 code: string (ErrorCode), 3 stage: string (Stage), 4 message: string, 5 retryAfter: uint32 ms, 6 transactionId: bytes} */
  refused: "refused",
} as const;
export type ToType = (typeof TO_TYPES)[keyof typeof TO_TYPES];

/** Where on the path a refusal arose. */
export const STAGES = ["receive", "endorse", "submit", "commit", "read"] as const;
export type Stage = (typeof STAGES)[number];

export const topicFrom = (deviceId: string, type: FromType): string => `from/${deviceId}/${type}`;
export const topicTo = (deviceId: string, type: ToType): string => `to/${deviceId}/${type}`;

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
export function parseTopic(topic: string): { direction: "from" | "to"; deviceId: string; type: string } | undefined {
  const parts = topic.split("/");
  const [direction, deviceId, type] = parts;
  if (parts.length !== 3 || !deviceId || !type) return undefined;
  if (direction !== "from" && direction !== "to") return undefined;
  return { direction, deviceId, type };
}
