"use client";

import { useEffect, useState } from "react";
import { shortHash } from "@/components/format/identifiers";
import { formatCount } from "@/components/format/numbers";
import { State } from "@/components/ui/state";
import { distribute, parseShown, type ReceiveSensor, type Shown } from "./draft";
import type { StepProps } from "./form";
import { StepCard } from "./step";

type Compared = "asking" | "same" | "differs" | "awaited" | "unasked";

/** Compares what a display says with what the ledger recorded under the same number. */
function useCompared(shipment: string, sensor: string, shown: Shown | null): Compared {
  const [compared, setCompared] = useState<Compared>("asking");
  const { sequence, hash } = shown ?? { sequence: 0, hash: "" };
  useEffect(() => {
    if (sequence === 0) return;
    const ended = new AbortController();
    setCompared("asking");
    fetch(`/api/shipments/${encodeURIComponent(shipment)}/batches?${new URLSearchParams({ sensor, sequence: String(sequence) })}`, {
      signal: ended.signal,
    })
      .then(async (response) => {
        if (!response.ok) return setCompared("unasked");
        const recorded = ((await response.json()) as { hash: string | null }).hash;
        setCompared(recorded === null ? "awaited" : recorded === hash ? "same" : "differs");
      })
      .catch((error: unknown) => {
        if (!(error instanceof DOMException && error.name === "AbortError")) setCompared("unasked");
      });
    return () => ended.abort();
  }, [shipment, sensor, sequence, hash]);
  return compared;
}

function Comparison({ shown, compared }: { readonly shown: Shown; readonly compared: Compared }) {
  const what = `Batch ${formatCount(shown.sequence)}, ${shortHash(shown.hash)}`;
  switch (compared) {
    case "same":
      return <State kind="kept" wrap>{`${what}: the same as on the ledger`}</State>;
    case "differs":
      return (
        <State
          kind="untrusted"
          wrap
        >{`${what}: the ledger recorded another hash. Look again: it refuses an inspection that names this. If the display really says so, leave the sensor out and answer No to a seal check.`}</State>
      );
    case "awaited":
      return <State kind="clock" wrap>{`${what}: not on the ledger yet. You may sign; it counts as soon as the batch arrives.`}</State>;
    case "unasked":
      return <State kind="unknown" wrap>{`${what}: could not be compared now. The ledger itself compares when you sign.`}</State>;
    case "asking":
      return <span className="text-quiet">{what}: comparing …</span>;
  }
}

interface DisplayProps extends StepProps {
  readonly sensor: ReceiveSensor;
}

function Display({ shipment, draft, change, sensor: it }: DisplayProps) {
  const names = shipment.sensors.map(({ sensor }) => sensor);
  const text = draft.shown[it.sensor] ?? "";
  const unread = draft.unread.includes(it.sensor);
  const read = parseShown(text, it.sensor, names);
  const shown = "shown" in read && !unread ? read.shown : null;
  const compared = useCompared(shipment.id, it.sensor, shown);
  const take = (value: string) => {
    const several = value.includes("\n") ? distribute(value, names) : {};
    change({ shown: { ...draft.shown, [it.sensor]: value.replace(/\s+/g, " "), ...several } });
  };
  const id = `shown-${it.sensor}`;
  return (
    <div className="border-line border-t py-3 first:border-t-0 last:pb-0">
      <label htmlFor={id} className="flex justify-between gap-3">
        <b>{it.sensor}</b> <span className="text-quiet text-small">{it.place}</span>
      </label>
      <textarea
        id={id}
        rows={2}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        disabled={unread}
        value={text}
        onChange={(event) => take(event.target.value)}
        placeholder="sequence hash"
        aria-describedby={`${id}-says`}
        aria-invalid={text !== "" && "problem" in read && !unread}
        className="mono mt-1.5 block w-full resize-none [field-sizing:content] rounded-control border border-line-strong bg-surface px-3 py-2 placeholder:text-quiet aria-invalid:border-violation-chart disabled:bg-sunken disabled:text-quiet"
      />
      <div id={`${id}-says`} className="mt-1.5 text-small" aria-live="polite">
        {unread && <span className="text-second">Left out: its readings stay attested, nobody vouches for them.</span>}
        {!unread && shown && <Comparison shown={shown} compared={compared} />}
        {!unread && text !== "" && "problem" in read && <span className="text-violation">{read.problem}</span>}
      </div>
      <label className="mt-1.5 flex min-h-8 items-center gap-2 text-second text-small">
        <input
          type="checkbox"
          checked={unread}
          onChange={(event) =>
            change({ unread: event.target.checked ? [...draft.unread, it.sensor] : draft.unread.filter((other) => other !== it.sensor) })
          }
          className="size-4.5 accent-(--accent)"
        />
        Its display cannot be read
      </label>
    </div>
  );
}

/** What each sensor itself shows: the signature vouches for exactly this, so it comes from the sensor and not from this page. */
export function SensorStep(props: StepProps) {
  const { shipment, draft } = props;
  const names = shipment.sensors.map(({ sensor }) => sensor);
  const done = shipment.sensors.filter(
    ({ sensor }) => draft.unread.includes(sensor) || "shown" in parseShown(draft.shown[sensor] ?? "", sensor, names),
  ).length;
  return (
    <StepCard
      id="displays"
      number={3}
      title="What the sensors show"
      aside={<span className="num">{`${done} of ${shipment.sensors.length} read`}</span>}
    >
      <p className="mb-1 text-second text-small">
        Take each sensor in your hand and enter the last sequence number and hash from its own display, typed or pasted. This page does not
        fill them in: a website could show you others.
      </p>
      <div>
        {shipment.sensors.map((it) => (
          <Display key={it.sensor} {...props} sensor={it} />
        ))}
      </div>
      {shipment.sensors.length === 0 && <p className="text-second text-small">No sensor rides with this shipment.</p>}
    </StepCard>
  );
}
