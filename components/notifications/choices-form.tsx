"use client";

import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/field";
import { isGrave, type KindRule, type KindRules, type MailPace, type NotifyKind } from "@/lib/domain/notifications";
import type { Refusal } from "./refusal";

const KINDS: Readonly<Record<NotifyKind, { readonly name: string; readonly says: string }>> = {
  violation: { name: "Violation found", says: "The ledger found that a rule of the profile is broken" },
  halt: { name: "Record halted", says: "The ledger contradicts its own rules" },
  excursion: { name: "Excursion due", says: "Its next step is due, overdue or escalated, and it is yours or your organisation’s" },
  silent: { name: "Sensor silent", says: "It owes readings on a shipment under way" },
  calibration: { name: "Calibration ends", says: "Three months, one month and a day before, for sensors of your organisation" },
  arrival: { name: "Shipment arrived", says: "Handed over at its destination" },
  decision: { name: "Shipment decided", says: "Accepted, rejected, or to be decided again" },
};
const ORDER = Object.keys(KINDS) as NotifyKind[];

export interface ChoicesDraft {
  readonly rules: KindRules;
  readonly zone: string;
  /** Times of day as "22:00". */
  readonly quiet: { readonly from: string; readonly to: string } | null;
  readonly digest: string;
}

interface ChoicesFormProps {
  readonly saved: ChoicesDraft;
  readonly mail: boolean;
  readonly webhook: boolean;
  readonly save: (choices: ChoicesDraft) => Promise<Refusal>;
}

/** Which events reach the reader, by which channel and when. What was chosen stays when it is refused. */
export function ChoicesForm({ saved, mail, webhook, save }: ChoicesFormProps) {
  const [draft, setDraft] = useState(saved);
  const [isQuiet, setQuiet] = useState(saved.quiet !== null);
  const [hours, setHours] = useState(saved.quiet ?? { from: "22:00", to: "06:00" });
  const [answer, setAnswer] = useState<Refusal | "saved">(null);
  const [saving, start] = useTransition();
  const refused = answer === null || answer === "saved" ? null : answer;
  const errorOf = (field: string) => (refused?.field === field ? refused.message : undefined);
  const change = (part: Partial<ChoicesDraft>) => {
    setAnswer(null);
    setDraft((before) => ({ ...before, ...part }));
  };
  const changeRule = (kind: NotifyKind, part: Partial<KindRule>) =>
    change({ rules: { ...draft.rules, [kind]: { ...draft.rules[kind], ...part } } });
  return (
    <Card className="p-4 desk:p-6">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          start(async () => setAnswer((await save({ ...draft, quiet: isQuiet ? hours : null })) ?? "saved"));
        }}
      >
        {!(mail && webhook) && (
          <p className="mb-3 text-quiet text-small">E-mail and webhook can be chosen as soon as they are set up below.</p>
        )}
        <div aria-hidden="true" className="hidden grid-cols-[minmax(0,1fr)_5rem_11rem_6rem] gap-4 pb-1 text-caption text-quiet desk:grid">
          <span>Event</span>
          <span>In the app</span>
          <span>E-mail</span>
          <span>Webhook</span>
        </div>
        {ORDER.map((kind) => (
          <RuleRow
            key={kind}
            kind={kind}
            rule={draft.rules[kind]}
            mail={mail}
            webhook={webhook}
            change={(part) => changeRule(kind, part)}
          />
        ))}
        <div className="mt-4 grid items-start gap-4 border-line border-t pt-4 desk:grid-cols-[minmax(0,1fr)_9rem_9rem_9rem]">
          <TextField
            label="Your time zone"
            hint="Quiet hours and digest go by its clock"
            maxLength={64}
            value={draft.zone}
            error={errorOf("zone")}
            onChange={(event) => change({ zone: event.target.value })}
          />
          <TextField
            label="Digest at"
            type="time"
            value={draft.digest}
            error={errorOf("digest")}
            onChange={(event) => change({ digest: event.target.value })}
          />
          <TextField
            label="Quiet from"
            type="time"
            disabled={!isQuiet}
            value={hours.from}
            error={errorOf("quiet.from")}
            onChange={(event) => setHours({ ...hours, from: event.target.value })}
          />
          <TextField
            label="Quiet until"
            type="time"
            disabled={!isQuiet}
            value={hours.to}
            error={errorOf("quiet.to")}
            onChange={(event) => setHours({ ...hours, to: event.target.value })}
          />
        </div>
        <label className="mt-3 flex min-h-11 items-center gap-3 text-small desk:min-h-8">
          <input
            type="checkbox"
            className="size-4.5 accent-(--accent)"
            checked={isQuiet}
            onChange={(event) => {
              setAnswer(null);
              setQuiet(event.target.checked);
            }}
          />
          <span>Quiet hours: e-mail and webhook wait until they end. A violation and a halt never wait.</span>
        </label>
        <div className="mt-4 flex flex-wrap items-center gap-4">
          <Button type="submit" look="primary" disabled={saving}>
            Save notifications
          </Button>
          <p role="status" className="text-small text-second">
            {answer === "saved" && "Saved."}
          </p>
          {refused && !["zone", "digest", "quiet.from", "quiet.to"].includes(refused.field ?? "") && (
            <p role="alert" className="text-small text-violation">
              {refused.message}
            </p>
          )}
        </div>
      </form>
    </Card>
  );
}

interface RuleRowProps {
  readonly kind: NotifyKind;
  readonly rule: KindRule;
  readonly mail: boolean;
  readonly webhook: boolean;
  readonly change: (part: Partial<KindRule>) => void;
}

const PACES: readonly { readonly pace: MailPace; readonly label: string }[] = [
  { pace: "off", label: "No e-mail" },
  { pace: "now", label: "At once" },
  { pace: "digest", label: "In the digest" },
];

function RuleRow({ kind, rule, mail, webhook, change }: RuleRowProps) {
  const { name, says } = KINDS[kind];
  const check = "flex min-h-11 items-center gap-3 text-small desk:min-h-8";
  return (
    <fieldset className="grid items-center gap-x-4 gap-y-1 border-line border-t py-3 desk:grid-cols-[minmax(0,1fr)_5rem_11rem_6rem]">
      <legend className="sr">{name}</legend>
      <div className="min-w-0">
        <p className="font-strong text-small">{name}</p>
        <p className="text-pretty text-quiet text-small">{says}</p>
      </div>
      <label className={check}>
        <input
          type="checkbox"
          className="size-4.5 accent-(--accent)"
          checked={rule.app}
          onChange={(event) => change({ app: event.target.checked })}
        />
        <span className="desk:sr-only">In the app</span>
      </label>
      <select
        aria-label={`E-mail: ${name}`}
        disabled={!mail}
        className="block min-h-11 w-full rounded-control border border-line-strong bg-surface px-3 text-ink text-small disabled:bg-sunken disabled:text-quiet desk:min-h-8"
        value={rule.email}
        onChange={(event) => change({ email: event.target.value as MailPace })}
      >
        {PACES.filter(({ pace }) => pace !== "digest" || !isGrave(kind)).map(({ pace, label }) => (
          <option key={pace} value={pace}>
            {label}
          </option>
        ))}
      </select>
      <label className={check}>
        <input
          type="checkbox"
          className="size-4.5 accent-(--accent)"
          disabled={!webhook}
          checked={rule.webhook}
          onChange={(event) => change({ webhook: event.target.checked })}
        />
        <span className="desk:sr-only">Webhook</span>
      </label>
    </fieldset>
  );
}
