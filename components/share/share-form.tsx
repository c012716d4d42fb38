"use client";

import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField, UnitField } from "@/components/ui/field";
import { type Made, SecretOnce } from "./secret";

interface ShareFormProps {
  readonly shipment: string;
  readonly make: (shipment: string, name: string, days: number) => Promise<Made>;
}

/** Makes a guest link. What was typed stays when it is refused. */
export function ShareForm({ shipment, make }: ShareFormProps) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("14");
  const [made, setMade] = useState<Made | null>(null);
  const [making, start] = useTransition();
  const refused = made !== null && "code" in made ? made : null;
  const errorOf = (field: string) => (refused?.field === field ? refused.message : undefined);
  return (
    <Card className="p-4 desk:p-6">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          start(async () => setMade(await make(shipment, name, Number(days.trim() === "" ? Number.NaN : days))));
        }}
      >
        <div className="grid gap-4 desk:grid-cols-[minmax(0,1fr)_12rem]">
          <TextField
            label="For whom"
            hint="They see this name on the page"
            maxLength={60}
            value={name}
            error={errorOf("name")}
            onChange={(event) => setName(event.target.value)}
          />
          <UnitField
            label="Good for"
            unit="days"
            hint="1 to 90"
            value={days}
            error={errorOf("days")}
            onChange={(event) => setDays(event.target.value)}
          />
        </div>
        <div className="mt-4 flex flex-wrap items-center gap-4">
          <Button type="submit" look="primary" icon="share" disabled={making}>
            Make the link
          </Button>
          {refused && !refused.field && (
            <p role="alert" className="text-small text-violation">
              {refused.message}
            </p>
          )}
        </div>
      </form>
      {made !== null && "secret" in made && <SecretOnce secret={made.secret} label="The link is made." />}
    </Card>
  );
}
