/** What people are told of, and by which channel: the words that store, worker and pages share. */
import type { DueLevel, DueStep } from "./excursion-due";

export const NOTIFY_KINDS = ["violation", "excursion", "silent", "calibration", "arrival", "decision", "halt"] as const;
export type NotifyKind = (typeof NOTIFY_KINDS)[number];

/** Told at once or not at all: neither quiet hours nor a digest ever hold these back. */
const GRAVE: ReadonlySet<NotifyKind> = new Set<NotifyKind>(["violation", "halt"]);
export const isGrave = (kind: NotifyKind): boolean => GRAVE.has(kind);

/** An escalation is as grave as what it is about: it does not wait either. */
export const isGraveEvent = ({ kind, facts }: Pick<NotifyEvent, "kind" | "facts">): boolean =>
  isGrave(kind) || (facts.type === "excursion" && facts.level === "escalated");

export const MAIL_PACES = ["off", "now", "digest"] as const;
export type MailPace = (typeof MAIL_PACES)[number];

/** By which channel a person wants to hear of one kind. */
export interface KindRule {
  readonly app: boolean;
  readonly email: MailPace;
  readonly webhook: boolean;
}

export type KindRules = Readonly<Record<NotifyKind, KindRule>>;

/** Until a person chooses: everything in the app, nothing elsewhere. */
export const DEFAULT_RULE: KindRule = { app: true, email: "off", webhook: false };

/** What a person chose, with the default where nothing was; what cannot be read counts as not chosen. */
export function kindRules(chosen: unknown): KindRules {
  const given = (typeof chosen === "object" && chosen !== null ? chosen : {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(NOTIFY_KINDS.map((kind) => [kind, kindRule(kind, given[kind])])) as unknown as KindRules;
}

function kindRule(kind: NotifyKind, value: unknown): KindRule {
  if (typeof value !== "object" || value === null) return DEFAULT_RULE;
  const { app, email, webhook } = value as Partial<Record<keyof KindRule, unknown>>;
  const pace = MAIL_PACES.find((known) => known === email) ?? DEFAULT_RULE.email;
  return {
    app: typeof app === "boolean" ? app : DEFAULT_RULE.app,
    email: pace === "digest" && isGrave(kind) ? "now" : pace,
    webhook: typeof webhook === "boolean" ? webhook : DEFAULT_RULE.webhook,
  };
}

/** Steps at which the end of a calibration is announced. */
export type CalibrationStep = "quarter" | "month" | "day";

/** Facts of an event, as they stood when it was found: what its words are made of. Times ms UTC, temperatures milli-°C. */
export type NotifyFacts =
  | (AboutShipment & {
      readonly type: "violation";
      readonly rule: string;
      readonly severity: string;
      readonly from: number;
      readonly found: number;
      readonly peak: number;
    })
  | (AboutShipment & {
      readonly type: "excursion";
      /** How pages name it (lib/domain/excursion). */
      readonly excursion: string;
      readonly step: DueStep;
      readonly level: Exclude<DueLevel, "waiting">;
      readonly dueAt: number;
      readonly rule: string;
      readonly severity: string;
    })
  | (AboutShipment & { readonly type: "silent"; readonly since: number })
  | { readonly type: "calibration"; readonly step: CalibrationStep; readonly validTo: number; readonly number: string }
  | (AboutShipment & { readonly type: "arrival"; readonly place: string })
  | (AboutShipment & { readonly type: "decision"; readonly decision: "accepted" | "rejected" | "reopened"; readonly reason: string })
  | { readonly type: "halt"; readonly reason: string; readonly block: number };

interface AboutShipment {
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
}

/** Something that people may be told of. `key` names it for good, whoever computes it and however often. */
export interface NotifyEvent {
  readonly key: string;
  readonly kind: NotifyKind;
  readonly shipment: string | null;
  readonly sensor: string | null;
  readonly at: number;
  readonly facts: NotifyFacts;
  /** Whom it is for, where not everybody who may see it: organisations, and people by name and organisation. */
  readonly only?: {
    readonly organisations: readonly string[];
    readonly people: readonly { readonly commonName: string; readonly organisation: string }[];
  };
}
