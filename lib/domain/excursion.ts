/**
 * The life of an excursion: what people do about one violation that the ledger found, in the one order that the contract takes (docs/decisions/0190).
 * Open → acknowledged → under investigation → released or rejected; only late readings lead back.
 */
export const EXCURSION_STATUSES = ["open", "acknowledged", "investigating", "released", "rejected"] as const;
export type ExcursionStatus = (typeof EXCURSION_STATUSES)[number];

export const EXCURSION_STEPS = ["acknowledge", "assign", "investigate", "release", "reject"] as const;
export type ExcursionStep = (typeof EXCURSION_STEPS)[number];

const ORDER: Readonly<Record<ExcursionStatus, Readonly<Partial<Record<ExcursionStep, ExcursionStatus>>>>> = {
  open: { acknowledge: "acknowledged" },
  acknowledged: { assign: "acknowledged", investigate: "investigating" },
  investigating: { assign: "investigating", investigate: "investigating", release: "released", reject: "rejected" },
  released: {},
  rejected: {},
};

/** Where a step leads; undefined = it is not next. */
export const afterStep = (status: ExcursionStatus, step: ExcursionStep): ExcursionStatus | undefined => ORDER[status][step];

/** Steps that can be next. */
export const nextSteps = (status: ExcursionStatus): readonly ExcursionStep[] =>
  EXCURSION_STEPS.filter((step) => afterStep(status, step) !== undefined);

export const isExcursionClosed = (status: ExcursionStatus): boolean => status === "released" || status === "rejected";

/** One excursion per violation; these four name both. */
export interface ExcursionId {
  readonly shipment: string;
  readonly sensor: string;
  readonly rule: string;
  /** Counts the rule's violations on that sensor and shipment, from 1. */
  readonly number: number;
}

/** `basel-vienna~ws-0388~upper~1`: how pages and files name an excursion. None of the parts holds a `~`. */
export const excursionName = ({ shipment, sensor, rule, number }: ExcursionId): string => [shipment, sensor, rule, number].join("~");

const NAME = /^([a-z0-9-]{1,48})~([a-z0-9-]{1,32})~([a-z0-9-]{1,32})~([1-9]\d{0,8})$/;

/** Reads {@link excursionName}; null for what is none. */
export function parseExcursionName(name: string): ExcursionId | null {
  const [, shipment, sensor, rule, number] = NAME.exec(name) ?? [];
  return shipment === undefined || sensor === undefined || rule === undefined ? null : { shipment, sensor, rule, number: Number(number) };
}
