"use client";

import { useEffect, useRef, useState } from "react";
import type { ChartData } from "./model";
import type { View } from "./scale";

export interface SeriesState {
  readonly data: ChartData | null;
  /** HTTP status, or 0 when no answer came; null while all is well. */
  readonly failed: number | null;
  readonly retry: () => void;
}

interface Wanted {
  readonly shipment: string;
  readonly view: View;
  readonly columns: number;
  /** Changes when the ledger brought something new to this shipment. */
  readonly revision: string;
}

const SETTLE = 120;

/**
 * Readings for what is seen. What is there already stays drawn until the finer or newer one has come; a request that is no longer wanted is
 * cancelled.
 */
export function useSeries({ shipment, view, columns, revision }: Wanted): SeriesState {
  const [data, setData] = useState<ChartData | null>(null);
  const [failed, setFailed] = useState<number | null>(null);
  const [attempt, setAttempt] = useState(0);
  const { from, to } = view;
  const asked = useRef(false);

  useEffect(() => {
    if (columns === 0) return;
    const ended = new AbortController();
    const ask = async () => {
      const query = new URLSearchParams({ from: String(Math.floor(from)), to: String(Math.ceil(to)), columns: String(columns), revision });
      const response = await fetch(`/api/shipments/${encodeURIComponent(shipment)}/readings?${query}`, { signal: ended.signal });
      if (!response.ok) return setFailed(response.status);
      setData((await response.json()) as ChartData);
      setFailed(null);
    };
    const timer = setTimeout(
      () =>
        ask().catch((error: unknown) => {
          if (!(error instanceof DOMException && error.name === "AbortError")) setFailed(0);
        }),
      asked.current && attempt === 0 ? SETTLE : 0,
    );
    asked.current = true;
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [shipment, from, to, columns, revision, attempt]);

  return { data, failed, retry: () => setAttempt((it) => it + 1) };
}
