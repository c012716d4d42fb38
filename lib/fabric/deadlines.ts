import type { Stage } from "../messages/link";

/**
 * How long each stage may take, ms. An error names the stage (fabric-gateway #294 shows what it costs when it does not).
 * Each ends before the light client's own deadline for it (device/ts/client), so that a device hears the reason instead of silence.
 */
export interface Deadlines {
  readonly endorse: number;
  /** Handing a transaction to the orderers: long enough for an election among them. */
  readonly submit: number;
  /** From a signed transaction's arrival to its notice, {@link submit} included: an orderer's usual batch timeout (2 s) several times over. */
  readonly commit: number;
  readonly status: number;
  readonly read: number;
}

export const DEADLINES: Deadlines = {
  endorse: 12_000,
  submit: 13_000,
  commit: 18_000,
  status: 6_000,
  read: 12_000,
};

/**
 * How long one peer may take for its attempt, ms, before another one is asked: half of a stage, so that there is time for a second one. Not shorter,
 * since a Gateway peer whose caller gives up drops its own connections to the other endorsers (internal/pkg/gateway/endorse.go).
 */
export const ATTEMPTS: Readonly<Record<Stage, number>> = {
  receive: 0,
  endorse: 6_000,
  submit: 4_000,
  commit: 4_000,
  read: 5_000,
};
