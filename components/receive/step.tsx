import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";

interface StepCardProps {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  /** What is done of it, at the right. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** One numbered step of receiving. */
export function StepCard({ id, number, title, aside, children }: StepCardProps) {
  return (
    <Card role="region" aria-labelledby={id} className="p-4 desk:p-5">
      <div className="mb-2 flex items-center justify-between gap-3">
        <h2 id={id}>
          {number}. {title}
        </h2>
        {aside && <div className="text-second text-small">{aside}</div>}
      </div>
      {children}
    </Card>
  );
}
