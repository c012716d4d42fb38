import type { ReactNode } from "react";
import { Icon } from "./icon";
import type { IconName } from "./icons";

/** Tone of a state. Each tone has a text, a soft and a chart colour in tokens.css. */
export type Tone = "kept" | "warning" | "violation" | "untrusted" | "info" | "unknown";

/** What something is, with its own icon; several kinds share a tone, none shares an icon. */
export type StateKind =
  | Tone
  | "vouched"
  | "attested"
  | "silent"
  | "calendar"
  | "inspection"
  | "clock"
  | "seal"
  | "handover"
  | "gap"
  | "file"
  | "key";

const TONE_OF: Readonly<Record<StateKind, Tone>> = {
  kept: "kept",
  vouched: "kept",
  warning: "warning",
  calendar: "warning",
  clock: "warning",
  violation: "violation",
  untrusted: "untrusted",
  info: "info",
  attested: "info",
  inspection: "info",
  seal: "info",
  handover: "info",
  file: "info",
  key: "info",
  unknown: "unknown",
  silent: "unknown",
  gap: "unknown",
};

export const toneOf = (kind: StateKind): Tone => TONE_OF[kind];

/** Class names of a tone's text colour. */
export const TONE_TEXT: Readonly<Record<Tone, string>> = {
  kept: "text-kept",
  warning: "text-warning",
  violation: "text-violation",
  untrusted: "text-untrusted",
  info: "text-info",
  unknown: "text-quiet",
};

export const TONE_SOFT: Readonly<Record<Tone, string>> = {
  kept: "bg-kept-soft",
  warning: "bg-warning-soft",
  violation: "bg-violation-soft",
  untrusted: "bg-untrusted-soft",
  info: "bg-info-soft",
  unknown: "bg-sunken",
};

interface StateProps {
  readonly kind: StateKind;
  readonly children: ReactNode;
  readonly className?: string;
  /** Lets a long sentence break; short states stay on one line. */
  readonly wrap?: boolean;
}

/** A state: word, shape and colour, always all three. */
export function State({ kind, children, className = "", wrap = false }: StateProps) {
  const tone = TONE_TEXT[TONE_OF[kind]];
  const flow = wrap ? "items-start" : "items-center whitespace-nowrap";
  return (
    <span className={`inline-flex gap-1.5 font-medium ${flow} ${tone} ${className}`}>
      <Icon name={kind as IconName} className={wrap ? "mt-[0.1875rem] size-4" : "size-4"} />
      <span>{children}</span>
    </span>
  );
}

/** A state's shape on its soft ground, before a row's words. */
export function Tile({ kind }: { readonly kind: StateKind }) {
  const tone = TONE_OF[kind];
  return (
    <span className={`grid size-9 flex-none place-items-center rounded-control ${TONE_TEXT[tone]} ${TONE_SOFT[tone]}`}>
      <Icon name={kind as IconName} />
    </span>
  );
}
