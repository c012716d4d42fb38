"use client";

import { useState, useTransition } from "react";
import { plural } from "@/components/format/numbers";
import { Button } from "@/components/ui/button";
import { UnitField } from "@/components/ui/field";

interface CalibrationRuleProps {
  /** Null while the organisation has set none. */
  readonly months: number | null;
  readonly save: (months: number) => Promise<{ readonly message: string } | null>;
}

/** How often an owner has its sensors calibrated: the due date of every new identity unless a certificate names one. */
export function CalibrationRule({ months, save }: CalibrationRuleProps) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(String(months ?? 12));
  const [error, setError] = useState<string | undefined>();
  const [saving, start] = useTransition();
  if (!open)
    return (
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-second text-small">
        <span>
          Your rule: calibrated every <b className="text-ink">{months === null ? `12${"\u00a0"}months` : plural(months, "month")}</b>
          {months === null && ", as none is set"}
        </span>
        <Button onClick={() => setOpen(true)}>Change</Button>
      </p>
    );
  const submit = () => {
    const value = Number(text.trim());
    start(async () => {
      const refused = await save(/^\d{1,3}$/.test(text.trim()) ? value : Number.NaN);
      setError(refused?.message);
      if (refused === null) setOpen(false);
    });
  };
  return (
    <form
      noValidate
      className="flex flex-wrap items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <UnitField
        label="Calibrated every"
        unit="months"
        className="w-56"
        hint="Counts for identities issued from now on"
        value={text}
        error={error}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex gap-2 pt-6.5">
        <Button type="submit" look="primary" disabled={saving}>
          Save
        </Button>
        <Button onClick={() => setOpen(false)}>Cancel</Button>
      </div>
    </form>
  );
}
