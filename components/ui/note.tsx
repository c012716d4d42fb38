import type { ReactNode } from "react";
import { Icon } from "./icon";
import type { IconName } from "./icons";
import { type StateKind, TONE_SOFT, TONE_TEXT, toneOf } from "./state";

interface NoteProps {
  readonly kind: StateKind;
  readonly children: ReactNode;
  /** `alert` interrupts a screen reader, `status` waits for a pause; left out, it is plain text. */
  readonly role?: "alert" | "status";
  readonly className?: string;
}

/** A sentence or two with a state's ground. */
export function Note({ kind, children, role, className = "" }: NoteProps) {
  const tone = toneOf(kind);
  return (
    <div role={role} className={`flex gap-3 rounded-control px-4 py-3 text-small text-ink ${TONE_SOFT[tone]} ${className}`}>
      <Icon name={kind as IconName} className={`mt-px ${TONE_TEXT[tone]}`} />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
