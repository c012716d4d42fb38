/** What the package `@winterseal/verify` offers to programs. */
export { type EvidenceFile, readEvidence, type Subject } from "./file";
export { mergePins, NO_PINS, type Pins, readPins } from "./pins";
export type { EvidenceCheck, Finding, Report } from "./report";
export { type VerifyOptions, verifyEvidence } from "./verify";
export { webVerify } from "./verify-web";
export { CHECK_WORDS } from "./words";
