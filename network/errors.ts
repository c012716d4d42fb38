/** Why a network cannot be brought up or used, and what to do next. Told apart by code, never by prose. */
export const NETWORK_CODES = [
  "BINARIES_MISSING",
  "VERSION_UNSUPPORTED",
  "PORT_TAKEN",
  "DISK_FULL",
  "CLOCK_SKEW",
  "COMMAND_FAILED",
  "CHANNEL_UNKNOWN",
  "CONTRACT_MISSING",
  "ORDERER_UNREACHABLE",
  "PEER_UNREACHABLE",
  "CERTIFICATE_FOREIGN",
  "NETWORK_DIFFERS",
] as const;
export type NetworkCode = (typeof NETWORK_CODES)[number];

export class NetworkError extends Error {
  override readonly name = "NetworkError";
  constructor(
    readonly code: NetworkCode,
    message: string,
    /** What the operator does now. */
    readonly next: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
