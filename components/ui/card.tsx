import type { HTMLAttributes } from "react";

export function Card({ className = "", ...rest }: HTMLAttributes<HTMLDivElement>) {
  return (
    <div
      className={`rounded-card border border-line bg-surface shadow-card print:break-inside-avoid print:shadow-none ${className}`}
      {...rest}
    />
  );
}
