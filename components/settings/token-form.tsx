"use client";

import { useState, useTransition } from "react";
import { type Made, SecretOnce } from "@/components/share/secret";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField, UnitField } from "@/components/ui/field";
import type { OPERATIONS } from "@/lib/exchange/api/operations";

type Scope = (typeof OPERATIONS)[keyof typeof OPERATIONS]["scope"];

const SCOPES: readonly { readonly scope: Scope; readonly text: string }[] = [
  { scope: "shipments:read", text: "Shipments with both verdicts, violations, gaps, seals" },
  { scope: "readings:read", text: "Raw readings of shipments" },
  { scope: "sensors:read", text: "Sensors and their calibrations" },
];

interface TokenFormProps {
  readonly make: (token: { readonly name: string; readonly scopes: readonly Scope[]; readonly days: number }) => Promise<Made>;
}

/** Makes a token of the read API. Nothing is chosen in advance that lets somebody in. */
export function TokenForm({ make }: TokenFormProps) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set());
  const [made, setMade] = useState<Made | null>(null);
  const [making, start] = useTransition();
  const refused = made !== null && "code" in made ? made : null;
  const errorOf = (field: string) => (refused?.field === field ? refused.message : undefined);
  const toggle = (scope: Scope, chosen: boolean) =>
    setScopes((before) => new Set(chosen ? [...before, scope] : [...before].filter((it) => it !== scope)));
  return (
    <Card className="p-4 desk:p-6">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          start(async () => setMade(await make({ name, scopes: [...scopes], days: Number(days.trim() === "" ? Number.NaN : days) })));
        }}
      >
        <div className="grid gap-4 desk:grid-cols-[minmax(0,1fr)_12rem]">
          <TextField
            label="What it is for"
            hint="The program that will hold it"
            maxLength={60}
            value={name}
            error={errorOf("name")}
            onChange={(event) => setName(event.target.value)}
          />
          <UnitField
            label="Good for"
            unit="days"
            hint="1 to 365"
            value={days}
            error={errorOf("days")}
            onChange={(event) => setDays(event.target.value)}
          />
        </div>
        <fieldset className="mt-4">
          <legend className="font-strong text-small">It may read</legend>
          <div className="mt-1 grid gap-1">
            {SCOPES.map(({ scope, text }) => (
              <label key={scope} className="flex min-h-11 items-center gap-3 text-small desk:min-h-8">
                <input
                  type="checkbox"
                  className="size-4.5 accent-(--accent)"
                  checked={scopes.has(scope)}
                  onChange={(event) => toggle(scope, event.target.checked)}
                />
                <span>
                  {text} <span className="mono text-quiet">{scope}</span>
                </span>
              </label>
            ))}
          </div>
          {errorOf("scopes") && <p className="mt-1 text-small text-violation">{errorOf("scopes")}</p>}
        </fieldset>
        <div className="mt-4 flex flex-wrap items-center gap-4">
          <Button type="submit" icon="key" disabled={making}>
            Make the token
          </Button>
          {refused && !refused.field && (
            <p role="alert" className="text-small text-violation">
              {refused.message}
            </p>
          )}
        </div>
      </form>
      {made !== null && "secret" in made && <SecretOnce secret={made.secret} label="The token is made." />}
    </Card>
  );
}
