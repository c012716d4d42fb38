"use client";

import { useEffect, useRef } from "react";
import { formatDuration } from "@/components/format/duration";
import { formatCount } from "@/components/format/numbers";
import { useReader } from "@/components/format/reader";
import { Note } from "@/components/ui/note";
import type { LiveNotice } from "./message";
import { usePacedRefresh } from "./paced";
import { useLiveNotices, useLiveStatus } from "./provider";

interface LiveRefreshProps {
  /** Left out: every notice counts. Given: only those that name one of these. */
  readonly shipments?: readonly string[];
  readonly sensors?: readonly string[];
  /** The block that the page was rendered at, or an earlier one; left out where the page's data does not come from the ledger. */
  readonly block?: number;
}

/**
 * Renders the page's data anew when the ledger moved. React replaces what changed in place: scroll, focus and what was typed stay.
 * A tab that nobody looks at waits until it is looked at. Says so when the stream is lost.
 */
export function LiveRefresh({ shipments, sensors, block }: LiveRefreshProps) {
  const refresh = usePacedRefresh();
  useBehind(block, refresh);
  useLiveNotices((notice, missed) => {
    if (missed || concerns(notice, shipments, sensors)) refresh();
  });
  return <LostNote />;
}

/** What was committed after the page was rendered and before it could hear of it is named by no notice: asked for once. */
function useBehind(rendered: number | undefined, refresh: () => void): void {
  const { state, block } = useLiveStatus();
  const compared = useRef(false);
  useEffect(() => {
    if (rendered === undefined || compared.current || state !== "live" || block === null) return;
    compared.current = true;
    if (block > rendered) refresh();
  });
}

function concerns(notice: LiveNotice, shipments?: readonly string[], sensors?: readonly string[]): boolean {
  if (!shipments && !sensors) return true;
  return named(notice.shipments, shipments) || named(notice.sensors, sensors);
}

/** A list that was not given asks for nothing; a notice that names nothing in particular may mean anything. */
function named(changed: readonly string[] | null, wanted: readonly string[] | undefined): boolean {
  if (!wanted || wanted.length === 0) return false;
  return changed === null || changed.some((id) => wanted.includes(id));
}

/** Shown only after the stream has been away for a while: a blink of the network is not worth a sentence. */
function LostNote() {
  const { state, block, lostAt } = useLiveStatus();
  const { now } = useReader();
  if (state !== "lost" || lostAt === null || now === 0) return null;
  const lasted = Date.now() - lostAt;
  return (
    <Note kind="silent" role="status" className="mb-4 bg-warning-soft!">
      <b>Live stream lost{lasted >= 5_000 ? ` ${formatDuration(lasted)} ago` : ""}.</b>{" "}
      {block !== null && `What you see is complete up to block ${formatCount(block)}. `}Reconnecting by itself.
    </Note>
  );
}
