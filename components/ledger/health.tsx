"use client";

import { useEffect, useState } from "react";
import * as z from "zod";
import { formatCount } from "@/components/format/numbers";
import { Card } from "@/components/ui/card";
import { State, type StateKind } from "@/components/ui/state";

const schema = z.object({
  status: z.string(),
  ledger: z.object({ kind: z.string(), height: z.number().nullable() }),
  projection: z.object({ height: z.number().nullable(), lagBlocks: z.number().nullable() }),
  proxy: z.object({ connected: z.boolean(), inFlight: z.number() }),
});
type Health = z.infer<typeof schema>;

const ASK_EVERY = 5_000;

/** The machinery's own report, asked again while the page is looked at. Null while none can be had. */
function useHealth(): { readonly health: Health | null; readonly asked: boolean } {
  const [state, setState] = useState<{ health: Health | null; asked: boolean }>({ health: null, asked: false });
  useEffect(() => {
    const leaving = new AbortController();
    const ask = async () => {
      if (document.hidden) return;
      const health = await read(leaving.signal);
      if (!leaving.signal.aborted) setState({ health, asked: true });
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_EVERY);
    return () => {
      leaving.abort();
      clearInterval(timer);
    };
  }, []);
  return state;
}

async function read(signal: AbortSignal): Promise<Health | null> {
  try {
    const response = await fetch("/api/health", { signal, cache: "no-store" });
    return schema.safeParse(await response.json()).data ?? null;
  } catch {
    // No answer, or an answer that is no report: either way nothing is known.
    return null;
  }
}

/** Ledger, projection and proxy at a glance. */
export function HealthPanel() {
  const { health, asked } = useHealth();
  const nothing = asked ? "no report" : "asking …";
  const panels = health
    ? [ledgerPanel(health), projectionPanel(health), proxyPanel(health)]
    : NAMES.map((name) => unknownPanel(name, nothing));
  return (
    <Card>
      <dl className="grid desk:grid-cols-3">
        {panels.map((panel) => (
          <Panel key={panel.name} {...panel} />
        ))}
      </dl>
    </Card>
  );
}

const NAMES = ["Ledger", "Projection", "Proxy"];

const unknownPanel = (name: string, value: string): PanelProps => ({ name, value, kind: "unknown", state: "Not known" });

function ledgerPanel({ ledger: { height, kind } }: Health): PanelProps {
  if (height === null) return { name: "Ledger", value: "no answer", kind: "warning", state: "Cannot be reached" };
  return {
    name: "Ledger",
    value: `${formatCount(height)} blocks`,
    kind: "kept",
    state: kind === "embedded" ? "Embedded, answers" : "Fabric, answers",
  };
}

function projectionPanel({ projection: { lagBlocks } }: Health): PanelProps {
  if (lagBlocks === null) return unknownPanel("Projection", "no report");
  const value = lagBlocks === 0 ? "no lag" : `${formatCount(lagBlocks)} blocks behind`;
  return {
    name: "Projection",
    value,
    kind: lagKind(lagBlocks),
    state: lagBlocks <= SMALL_LAG ? "Pages are up to date" : "Pages show an older state",
  };
}

function proxyPanel({ proxy: { connected, inFlight } }: Health): PanelProps {
  const state = connected ? "Connected to the broker" : "Not connected: sensors keep their batches";
  return { name: "Proxy", value: `${formatCount(inFlight)} in flight`, kind: connected ? "kept" : "warning", state };
}

/** Blocks that are on their way at any moment. */
const SMALL_LAG = 2;

const lagKind = (lag: number): StateKind => (lag <= SMALL_LAG ? "kept" : "warning");

interface PanelProps {
  readonly name: string;
  readonly value: string;
  readonly kind: StateKind;
  readonly state: string;
}

function Panel({ name, value, kind, state }: PanelProps) {
  return (
    <div className="border-line border-t p-4 first:border-t-0 desk:border-t-0 desk:border-l desk:p-5 desk:first:border-l-0">
      <dt className="text-second text-small">{name}</dt>
      <dd>
        <span className="num block font-strong text-figure tracking-[-0.01em]">{value}</span>
        <State kind={kind} className="text-small">
          {state}
        </State>
      </dd>
    </div>
  );
}
