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
  readonly source: string;
  readonly view: View;
  readonly columns: number;
  /** Changes when the ledger brought something new to this shipment. */
  readonly revision: string;
}

/** Time for a zoom to settle, and the pace at which a live trip is asked again, ms. */
const SETTLE = 120;
const PACE = 1_000;

type Ask = (signal: AbortSignal) => Promise<void>;

/**
 * One request at a time. A new one waits until the running one has answered, so that a trip whose readings come faster than an answer is still drawn;
 * of several that wait only the newest is sent.
 */
class Requests {
  #next: Ask | null = null;
  #running = false;
  readonly #ended = new AbortController();

  want(ask: Ask): void {
    this.#next = ask;
    if (!this.#running) void this.#run();
  }

  end(): void {
    this.#next = null;
    this.#ended.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let ask = this.#take(); ask !== null; ask = this.#take()) await ask(this.#ended.signal);
    this.#running = false;
  }

  #take(): Ask | null {
    const ask = this.#next;
    this.#next = null;
    return this.#ended.signal.aborted ? null : ask;
  }
}

/** Readings for what is seen. What is there already stays drawn until the finer or newer one has come. */
export function useSeries({ source, view, columns, revision }: Wanted): SeriesState {
  const [data, setData] = useState<ChartData | null>(null);
  const [failed, setFailed] = useState<number | null>(null);
  const [attempt, setAttempt] = useState(0);
  const requests = useRef<Requests | null>(null);
  const last = useRef<{ at: number; revision: string } | null>(null);
  const { from, to } = view;

  useEffect(() => {
    requests.current = new Requests();
    return () => requests.current?.end();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks the same again
  useEffect(() => {
    if (columns === 0) return;
    const query = new URLSearchParams({ from: String(Math.floor(from)), to: String(Math.ceil(to)), columns: String(columns) });
    const ask: Ask = async (signal) => {
      try {
        const response = await fetch(`${source}?${query}`, { signal });
        if (!response.ok) return setFailed(response.status);
        setData((await response.json()) as ChartData);
        setFailed(null);
      } catch (error) {
        if (signal.aborted) return;
        // fetch throws a TypeError when the network fails, json() a SyntaxError when the answer was cut.
        if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
        setFailed(0);
      }
    };
    const grown = last.current !== null && last.current.revision !== revision;
    const wait = last.current === null ? 0 : grown ? Math.max(SETTLE, last.current.at + PACE - performance.now()) : SETTLE;
    const timer = setTimeout(() => {
      last.current = { at: performance.now(), revision };
      requests.current?.want(ask);
    }, wait);
    return () => clearTimeout(timer);
  }, [source, from, to, columns, revision, attempt]);

  return { data, failed, retry: () => setAttempt((it) => it + 1) };
}
