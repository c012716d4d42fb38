"use client";

import { useState } from "react";
import { formatDuration } from "@/components/format/duration";
import { ActionStatus } from "@/components/ledger-action/status";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Button } from "@/components/ui/button";
import { SelectField, UnitField } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";
import { type Bounds, type Command, type CommandKind, IDENTIFY_MS, INTERVAL_MS } from "@/lib/messages/commands";

interface CommandFormProps {
  readonly sensor: string;
  /** The sensor's newest command, 0 before the first. */
  readonly newest: number;
  /** Longest interval that the goods allow which it rides with, ms; null when it rides with none. */
  readonly limit: number | null;
  /** Profile of those goods, or null. */
  readonly rides: string | null;
  readonly profiles: readonly { readonly id: string; readonly title: string }[];
  /** Whether the sensor measures, as far as its commands say. */
  readonly measuring: boolean;
}

const LIVES = [
  { value: 10 * 60_000, label: "10 minutes" },
  { value: 3_600_000, label: "1 hour" },
  { value: 86_400_000, label: "1 day" },
] as const;

const KINDS: readonly { readonly value: CommandKind; readonly label: string }[] = [
  { value: "interval", label: "Interval" },
  { value: "profile", label: "Profile" },
  { value: "identify", label: "Identify" },
  { value: "stop", label: "Stop" },
  { value: "start", label: "Start" },
];

const DIGITS = /^\d{1,6}$/;

/** The figure in ms, or why it is none. */
function seconds(text: string, { min, max }: Bounds): number | string {
  if (!DIGITS.test(text.trim())) return "Whole seconds";
  const ms = Number(text.trim()) * 1000;
  return ms < min || ms > max ? `${min / 1000} to ${max / 1000} seconds` : ms;
}

/** Tells the sensor something: committed first, then taken by the sensor, which says so itself. */
export function CommandForm({ sensor, newest, limit, rides, profiles, measuring }: CommandFormProps) {
  const { state, busy, run } = useLedgerAction();
  const [kind, setKind] = useState<CommandKind>("interval");
  const [draft, setDraft] = useState({
    interval: "60",
    identify: "30",
    profile: rides ?? profiles[0]?.id ?? "",
    life: String(LIVES[0].value),
  });
  const [tried, setTried] = useState(false);
  const set = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const longest: Bounds = { min: INTERVAL_MS.min, max: limit ?? INTERVAL_MS.max };
  const made = commandOf(kind, draft, longest, rides);
  const error = tried && typeof made === "string" ? made : undefined;
  const sign = () => {
    setTried(true);
    if (typeof made === "string") return;
    const expires = Date.now() + Number(draft.life);
    void run({ function: "sensor:Command", statement: { sensor, counter: newest + 1, expires, command: made } });
  };
  return (
    <div className="grid gap-3">
      <Segmented
        label="What it shall do"
        value={kind}
        options={KINDS.filter(({ value }) => value !== (measuring ? "start" : "stop"))}
        onChange={(next) => {
          setKind(next);
          setTried(false);
        }}
        className="flex-wrap"
      />
      <div className="grid gap-3 desk:grid-cols-[minmax(0,1fr)_minmax(0,11rem)_auto] desk:items-start">
        {kind === "interval" && (
          <UnitField
            label="Measure every"
            unit="s"
            value={draft.interval}
            error={error}
            hint={limit === null ? undefined : `Up to ${formatDuration(limit)}: so often the goods ask for a reading that it rides with.`}
            onChange={(event) => set({ interval: event.target.value })}
          />
        )}
        {kind === "identify" && (
          <UnitField
            label="Make itself seen for"
            unit="s"
            value={draft.identify}
            error={error}
            onChange={(event) => set({ identify: event.target.value })}
          />
        )}
        {kind === "profile" && (
          <SelectField
            label="Watch the rules of"
            value={draft.profile}
            error={error}
            hint="A reading that breaks one of them goes out at once."
            onChange={(event) => set({ profile: event.target.value })}
          >
            {profiles.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </SelectField>
        )}
        {(kind === "stop" || kind === "start") && (
          <p
            className={`text-small ${error === undefined ? "text-second" : "text-violation"}`}
            role={error === undefined ? undefined : "alert"}
          >
            {error ??
              (kind === "stop"
                ? "It measures nothing until it is told to start. What was not measured is missing for good."
                : "It measures again.")}
          </p>
        )}
        <SelectField label="Take it within" value={draft.life} onChange={(event) => set({ life: event.target.value })}>
          {LIVES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <Button icon="key" disabled={busy} onClick={sign} className="desk:mt-6.5">
          Sign command
        </Button>
      </div>
      <ActionStatus state={state} done="Committed. The sensor’s own word follows below." />
    </div>
  );
}

/** The command, or why it cannot be given. */
function commandOf(
  kind: CommandKind,
  draft: { readonly interval: string; readonly identify: string; readonly profile: string },
  longest: Bounds,
  rides: string | null,
): Command | string {
  switch (kind) {
    case "interval": {
      const ms = seconds(draft.interval, longest);
      return typeof ms === "string" ? ms : { kind, ms };
    }
    case "identify": {
      const ms = seconds(draft.identify, IDENTIFY_MS);
      return typeof ms === "string" ? ms : { kind, ms };
    }
    case "profile":
      return rides !== null && draft.profile !== rides
        ? "The goods that it rides with have another profile"
        : { kind, profile: draft.profile };
    case "stop":
      return rides === null ? { kind } : "It rides with an open shipment, so it has to measure. End its ride first.";
    case "start":
      return { kind };
  }
}
