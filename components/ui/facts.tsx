import type { ReactNode } from "react";

/** Name and value pairs. */
export function Facts({ children, className = "" }: { readonly children: ReactNode; readonly className?: string }) {
  return <dl className={`grid gap-2 text-small ${className}`}>{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-3">
      <dt className="text-quiet">{name}</dt>
      <dd className="min-w-0 wrap-break-word">{children}</dd>
    </div>
  );
}
