/**
 * Error codes. The contract puts `[CODE] text` into its message, the proxy passes the code on, devices and pages show it.
 * Told apart by code, never by prose (style).
 */
export const ERROR_CODES = {
  // contract: identity and access
  ACCESS_DENIED: "This identity may not call this function",
  WRONG_SENSOR: "The certificate belongs to another sensor",
  SENSOR_UNKNOWN: "The sensor is not registered",
  SENSOR_REVOKED: "The sensor is revoked",
  SENSOR_SUSPENDED: "The sensor is suspended after an equivocation",
  IDENTITY_NOT_ACTIVE: "The key is not the sensor's active key",
  IDENTITY_EXPIRED: "The identity certificate has ended",
  IDENTITY_NOT_YET_VALID: "The identity certificate is not valid yet",
  CALIBRATION_MISSING: "The certificate carries no calibration",
  // contract: batches
  BATCH_MALFORMED: "The batch cannot be decoded",
  BATCH_VERSION: "The batch has an unknown version",
  BATCH_TOO_LARGE: "The batch holds too many readings",
  SEQUENCE_GAP: "The sequence number is not the next one",
  SEQUENCE_PAST: "The sequence number is in the past and its content is not the recorded one",
  PREVIOUS_HASH: "The batch does not continue the recorded chain",
  TICKS_BACKWARDS: "Ticks run backwards",
  TIMESTAMP_OFF: "The transaction's time is outside the window around the peer's clock",
  VALUE_RANGE: "A reading is outside the representable range",
  IMPORT_ONLY: "A sensor that stands for imported files records imported readings only",
  // contract: shipments and people
  ARGUMENT_INVALID: "An argument is missing, malformed or out of range",
  EXISTS: "It is recorded already",
  SHIPMENT_UNKNOWN: "The shipment is unknown",
  SHIPMENT_CLOSED: "The shipment has been decided",
  SHIPMENT_NOT_ARRIVED: "The shipment has not arrived",
  DECISION_STALE: "A violation was found after what the decider saw",
  NOT_A_PARTY: "The organisation is no party of this shipment",
  ASSIGNMENT_UNKNOWN: "The sensor is not assigned to this shipment",
  ASSIGNMENT_ENDED: "The assignment has ended",
  SENSOR_BUSY: "The sensor is assigned to another open shipment",
  SEAL_UNKNOWN: "The seal is unknown",
  SEAL_INSPECTED: "The seal was found broken; a contested seal is never overwritten",
  PREFIX_UNKNOWN: "The inspected sequence and hash are not what the ledger recorded",
  EXCURSION_UNKNOWN: "The excursion is unknown",
  EXCURSION_ORDER: "This step is not the excursion's next one",
  EXCURSION_LASTS: "The violation still lasts",
  EXCURSION_STALE: "Something was added to the excursion after what the decider saw",
  SIGNER_DIFFERS: "The signature is not by the person who is signed in",
  PROFILE_UNKNOWN: "The profile is unknown",
  // contract: commands
  COMMAND_COUNTER: "The command's number is not the next one",
  COMMAND_LIFE: "The command ends too soon, too late or in the past",
  COMMAND_UNFIT: "The command does not fit what the sensor is for now",
  COMMAND_STANDS: "By its commands the sensor may measure less often than the shipment's profile asks, or not at all",
  COMMAND_UNKNOWN: "The ledger holds no such command",
  // contract: agreements
  AGREEMENT_VERSION: "The agreement does not follow the one in force",
  // files
  FILE_MALFORMED: "The file cannot be read",
  FILE_TOO_LARGE: "The file is larger than what is read",
  FILE_HOSTILE: "The file is built to overload whoever reads it",
  FILE_TYPE: "The file is of another kind",
  // read API and guest links
  TOKEN_INVALID: "The token is unknown, has ended or was revoked",
  SCOPE_MISSING: "The token does not carry the scope that this needs",
  RATE_LIMITED: "Too many requests; try again later",
  // evidence files
  EVIDENCE_MALFORMED: "The file is no evidence file that can be read",
  EVIDENCE_VERSION: "The evidence file has an unknown version",
  EVIDENCE_TOO_LARGE: "The evidence file is larger than the limit",
  EVIDENCE_DAMAGED: "The evidence file is not whole: its bytes do not match its own digest",
  EVIDENCE_UNAVAILABLE: "The signed inputs of this record are not in the database; rebuild the projection",
  ROOTS_MALFORMED: "The pinned roots cannot be read",
  // relay: what the proxy answers
  MESSAGE_MALFORMED: "The message cannot be decoded",
  MESSAGE_TOO_LARGE: "The message is larger than the limit",
  MESSAGE_VERSION: "The message has an unknown version byte",
  MESSAGE_TYPE: "The message type is unknown",
  TOPIC_FOREIGN: "The topic does not belong to this identity",
  CREATOR_MISMATCH: "The creator of the proposal is not the sender",
  SIGNATURE_INVALID: "The signature does not verify",
  PROPOSAL_REFUSED: "The proposal names another channel or contract",
  CONTEXT_UNKNOWN: "The proxy does not know what the compact message refers to; the full form is needed",
  BUSY: "Too much is in flight; try again later",
  UNAVAILABLE: "The ledger cannot be reached; try again later",
  ENDORSEMENT_FAILED: "The endorsers refused",
  ENDORSEMENT_MISMATCH: "The endorsers disagree",
  SUBMIT_FAILED: "The orderer refused",
  COMMIT_INVALID: "The transaction was found invalid at commit",
  COMMIT_UNKNOWN: "The transaction is not known; it may still come",
  DEADLINE: "A stage did not answer in time",
  DUPLICATE: "The transaction id is on the ledger already",
  INTERNAL: "Something unforeseen happened",
  // projection: what it refuses to believe
  BLOCK_MALFORMED: "A block cannot be decoded",
  AGREEMENT_LACKING: "An organisation whose agreement is needed did not endorse",
  CHAIN_FOREIGN: "The chain does not begin with the pinned genesis block",
  LEDGER_CONTRADICTED: "The ledger contradicts its own rules",
  // light client: what it refuses to sign or believe
  ENDORSED_HEADER: "The endorsed payload does not carry this proposal's hash",
  ENDORSED_CONTRACT: "The endorsed payload is another contract's",
  ENDORSED_RESULT: "The endorsed result is not the expected one",
  ENDORSER_UNKNOWN: "An endorser's certificate is not known",
  ENDORSER_SIGNATURE: "An endorser's signature does not verify",
  ENDORSERS_TOO_FEW: "Too few distinct organisations endorsed",
  NOTICE_FOREIGN: "The notice is about another transaction",
  COMMAND_EXPIRED: "The command had ended before the sensor could take it",
  COMMAND_REPLAYED: "The answer is older than what the sensor has seen",
  PROBE_SILENT: "The probe gives no usable value",
  JOURNAL_DAMAGED: "The journal is damaged",
  JOURNAL_BUSY: "Another process has this journal open",
  JOURNAL_UNWRITABLE: "The journal cannot be written",
  KEY_MISMATCH: "The certificate is for another key",
  // organisation: certificate authority
  ENROLMENT_CODE_UNKNOWN: "The enrolment code is unknown",
  ENROLMENT_CODE_USED: "The enrolment code has been used",
  ENROLMENT_CODE_EXPIRED: "The enrolment code has expired",
  ATTEMPTS_EXCEEDED: "Too many attempts; try again later",
  REQUEST_INVALID: "The certificate request is malformed or not signed by its own key",
  KEY_UNSUITABLE: "The key is not an ECDSA P-256 key",
  APPROVAL_INVALID: "The approval is not a valid signed proposal of this organisation's person",
  REGISTRATION_MISSING: "The ledger does not hold this sensor as active under this key",
  CALIBRATION_ENDED: "The calibration and its delivery grace have ended",
  CERTIFICATE_UNTRUSTED: "The certificate was not issued by an organisation of this network",
  CERTIFICATE_REVOKED: "The certificate is revoked",
  // organisation: signer and sign-in
  SIGNER_BLOCKED: "The browser blocked the signer's window",
  SIGNER_CLOSED: "The signer was closed before it answered",
  SIGNER_DECLINED: "The person declined to sign",
  KEY_LOCKED: "The passkey did not unlock the key",
  SIGNER_NOT_ENROLLED: "No key is enrolled in this browser",
  ORIGIN_FOREIGN: "The request came from another origin",
  CHALLENGE_INVALID: "The sign-in challenge is unknown, used or expired",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether sending the same again later can help. The device's retry rule reads this and nothing else. */
export const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BUSY",
  "UNAVAILABLE",
  "ENDORSEMENT_MISMATCH",
  "DEADLINE",
  "COMMIT_UNKNOWN",
  "COMMIT_INVALID",
  "TIMESTAMP_OFF",
  "SUBMIT_FAILED",
  "INTERNAL",
]);

/** An error that crosses a boundary: a code, words for people, and facts. */
export class WintersealError extends Error {
  override readonly name = "WintersealError";
  constructor(
    readonly code: ErrorCode,
    message: string = ERROR_CODES[code],
    readonly facts: Readonly<Record<string, string | number | boolean>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The form in which a contract error travels through Fabric's text-only errors. */
export function formatContractError(error: WintersealError): string {
  const facts = Object.keys(error.facts).length > 0 ? ` ${JSON.stringify(error.facts)}` : "";
  return `[${error.code}] ${error.message}${facts}`;
}

/** Finds the code that {@link formatContractError} wrote, wherever Fabric wrapped the text. */
export function findErrorCode(text: string): ErrorCode | undefined {
  for (const match of text.matchAll(/\[([A-Z_]{3,40})\]/g)) {
    const code = match[1];
    if (code !== undefined && code in ERROR_CODES) return code as ErrorCode;
  }
  return undefined;
}
