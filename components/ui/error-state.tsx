import type { ReactNode } from "react";
import { Note } from "./note";

interface ErrorStateProps {
  /** What happened, in words. */
  readonly title: string;
  /** Code of lib/messages/errors, or a digest that the log knows. */
  readonly code?: string;
  /** What stays safe, and what to do. */
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Something went wrong: what, its code, what stays safe. */
export function ErrorState({ title, code, children, action }: ErrorStateProps) {
  return (
    <Note kind="violation" role="alert">
      <p>
        <b>{title}</b> {code && <span className="mono">{code}</span>}
      </p>
      {children && <div className="mt-0.5">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </Note>
  );
}
