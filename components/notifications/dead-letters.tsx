"use client";

import { useTransition } from "react";
import { plural } from "@/components/format/numbers";
import { Ago } from "@/components/format/values";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import type { Refusal } from "./refusal";

export interface DeadRow {
  readonly id: string;
  readonly channel: "email" | "webhook";
  readonly attempts: number;
  readonly error: string | null;
  readonly title: string;
  readonly at: number;
}

/** What could not be delivered, with why; nothing is dropped silently. */
export function DeadLetters({ rows, again }: { readonly rows: readonly DeadRow[]; readonly again: (id: string) => Promise<Refusal> }) {
  const [sending, start] = useTransition();
  return (
    <Card>
      <ul aria-label="Not delivered, newest first">
        {rows.map(({ id, channel, attempts, error, title, at }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-t p-4 first:border-t-0 desk:px-5">
            <div className="min-w-0 flex-1 basis-72">
              <p className="break-words font-strong text-small">{title}</p>
              <p className="break-words text-second text-small">
                {channel === "email" ? "E-mail" : "Webhook"}, <Ago at={at} />, tried {plural(attempts, "time")}:{" "}
                {error ?? "the worker was ended"}
              </p>
            </div>
            <State kind="warning">Given up</State>
            <Button disabled={sending} onClick={() => start(async () => void (await again(id)))}>
              Send again<span className="sr">: {title}</span>
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
