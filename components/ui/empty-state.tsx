import type { ReactNode } from "react";
import { Card } from "./card";

interface EmptyStateProps {
  readonly title: string;
  /** What to do next, in a sentence. */
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** Nothing here: says so and what to do next. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <Card className="p-5">
      <h2 className="text-body!">{title}</h2>
      <p className="mt-1 max-w-[60ch] text-second">{children}</p>
      {action && <div className="mt-3">{action}</div>}
    </Card>
  );
}
