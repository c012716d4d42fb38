"use client";

import { formatCount } from "@/components/format/numbers";
import { useLiveStatus } from "@/components/live/provider";

/** Whether what stands on the page moves with the ledger, and through which block. */
export function LiveLine({ short = false }: { readonly short?: boolean }) {
  const { state, block } = useLiveStatus();
  const dot = { live: "bg-kept-chart", connecting: "bg-gap", lost: "bg-warning-chart" }[state];
  const words = { live: "Live", connecting: "Connecting", lost: "Stream lost" }[state];
  return (
    <p
      role="status"
      className={`num flex min-w-0 items-center gap-2 px-2 text-caption ${state === "lost" ? "text-warning" : "text-quiet"}`}
    >
      <i aria-hidden="true" className={`size-[7px] flex-none ${state === "lost" ? "rotate-45" : "rounded-full"} ${dot}`} />
      <span className="truncate">
        {words}
        {!short && block !== null && `, block ${formatCount(block)}`}
      </span>
    </p>
  );
}
