/**
 * Commands of a sensor's owner, and what a sensor reports (docs/decisions/0185). Plain values: light clients carry no schema library.
 * Durations ms.
 */

/** What a sensor may be told. */
export type Command =
  /** Time between readings. */
  | { readonly kind: "interval"; readonly ms: number }
  /** Whose rules decide which reading goes out at once, `<profile id>/<version>`. */
  | { readonly kind: "profile"; readonly profile: string }
  /** Make yourself seen for so long. */
  | { readonly kind: "identify"; readonly ms: number }
  /** Measure nothing until told to start. */
  | { readonly kind: "stop" }
  | { readonly kind: "start" };
export type CommandKind = Command["kind"];

export interface Bounds {
  readonly min: number;
  readonly max: number;
}
export const INTERVAL_MS: Bounds = { min: 1_000, max: 86_400_000 };
export const IDENTIFY_MS: Bounds = { min: 1_000, max: 600_000 };
/** From a command's transaction to its end. */
export const COMMAND_LIFE_MS: Bounds = { min: 60_000, max: 7 * 86_400_000 };

/** What became of a command: carried out, or why the sensor refused it. */
export const COMMAND_OUTCOMES = ["done", "COMMAND_EXPIRED", "COMMAND_UNFIT"] as const;
export type CommandOutcome = (typeof COMMAND_OUTCOMES)[number];

/** How a sensor works after a command. */
export interface Settings {
  /** Time between readings. */
  readonly interval: number;
  /** Whose rules it watches, or null. */
  readonly profile: string | null;
  readonly measuring: boolean;
}

/** A sensor's word about a proxy: it was given a batch's transaction and never got it committed; another transaction brought the batch. */
export interface WithheldReport {
  readonly kind: "withheld";
  readonly sequence: number;
  /** The transaction that it was given, hex. */
  readonly transaction: string;
  /** How the proxy calls itself. */
  readonly proxy: string;
  /** Whether it said that it was committed. */
  readonly said: boolean;
  /** How long before the report's own timestamp it was given, ms; null when a start of the device lies between. */
  readonly ago: number | null;
}

/** A sensor's word about a command. */
export interface CommandReport extends Settings {
  readonly kind: "command";
  readonly counter: number;
  readonly outcome: CommandOutcome;
  /** How long before the report's own timestamp it was decided; null when a start of the device lies between. */
  readonly ago: number | null;
}
