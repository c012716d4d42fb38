"use client";

import { useState, useTransition } from "react";
import { type Made, SecretOnce } from "@/components/share/secret";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/field";
import { Note } from "@/components/ui/note";
import type { Refusal } from "./refusal";

interface EmailCardProps {
  readonly address: string | null;
  readonly pending: string | null;
  /** Whether the site has a mail server. */
  readonly served: boolean;
  readonly ask: (address: string) => Promise<Refusal>;
  readonly confirm: (code: string) => Promise<Refusal>;
  readonly remove: () => Promise<Refusal>;
}

/** The address that notifications go to; it counts once a code that was sent there is told. */
export function EmailCard({ address, pending, served, ask, confirm, remove }: EmailCardProps) {
  const [text, setText] = useState("");
  const [code, setCode] = useState("");
  const [refused, setRefused] = useState<Refusal>(null);
  const [working, start] = useTransition();
  const run = (work: () => Promise<Refusal>) => start(async () => setRefused(await work()));
  const errorOf = (field: string) => (refused?.field === field ? refused.message : undefined);
  return (
    <Card className="p-4 desk:p-6">
      <h3>E-mail</h3>
      {!served && (
        <Note kind="info" className="mt-3">
          This site has no mail server. Whoever runs it sets <span className="mono">WINTERSEAL_SMTP_URL</span> (smtp:// or smtps://) and{" "}
          <span className="mono">WINTERSEAL_MAIL_FROM</span> and starts it again; until then everything is told in the app.
        </Note>
      )}
      {address !== null && (
        <p className="mt-2 flex flex-wrap items-center gap-3 text-small">
          <span>
            Sent to <b className="break-all">{address}</b>
          </span>
          <Button disabled={working} onClick={() => run(remove)}>
            Take it away
          </Button>
        </p>
      )}
      {served && (
        <form
          noValidate
          className="mt-3 flex flex-wrap items-start gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            run(() => ask(text));
          }}
        >
          <TextField
            label={address === null ? "Address" : "Another address"}
            type="email"
            className="w-full desk:w-80"
            maxLength={254}
            value={text}
            error={errorOf("email")}
            onChange={(event) => setText(event.target.value)}
          />
          <div className="desk:pt-6.5">
            <Button type="submit" disabled={working}>
              Send a code there
            </Button>
          </div>
        </form>
      )}
      {pending !== null && (
        <form
          noValidate
          className="mt-3 flex flex-wrap items-start gap-2 border-line border-t pt-3"
          onSubmit={(event) => {
            event.preventDefault();
            run(() => confirm(code));
          }}
        >
          <TextField
            label="Code"
            hint={`Six digits, sent to ${pending}; good for 15 minutes`}
            className="w-full desk:w-80"
            inputMode="numeric"
            maxLength={10}
            value={code}
            error={errorOf("code")}
            onChange={(event) => setCode(event.target.value)}
          />
          <div className="desk:pt-6.5">
            <Button type="submit" disabled={working}>
              Confirm
            </Button>
          </div>
        </form>
      )}
      {refused && !["email", "code"].includes(refused.field ?? "") && (
        <p role="alert" className="mt-2 text-small text-violation">
          {refused.message}
        </p>
      )}
    </Card>
  );
}

interface WebhookCardProps {
  readonly url: string | null;
  readonly make: (url: string) => Promise<Made>;
  readonly remove: () => Promise<Refusal>;
}

/** Where a program of the reader's is told; its secret is shown once. */
export function WebhookCard({ url, make, remove }: WebhookCardProps) {
  const [text, setText] = useState("");
  const [made, setMade] = useState<Made | null>(null);
  const [working, start] = useTransition();
  const refused = made !== null && "code" in made ? made : null;
  return (
    <Card className="p-4 desk:p-6">
      <h3>Webhook</h3>
      <p className="mt-1 max-w-160 text-pretty text-second text-small">
        Each event is one POST with <span className="mono">Winterseal-Signature: t=…,v1=…</span>, the HMAC-SHA256 of “t.body”. The same{" "}
        <span className="mono">Winterseal-Delivery</span> is the same event: it can come twice.
      </p>
      {url !== null && (
        <p className="mt-2 flex flex-wrap items-center gap-3 text-small">
          <span className="min-w-0">
            Goes to <b className="break-all">{url}</b>
          </span>
          <Button
            disabled={working}
            onClick={() =>
              start(async () => {
                await remove();
                setMade(null);
              })
            }
          >
            Take it away
          </Button>
        </p>
      )}
      <form
        noValidate
        className="mt-3 flex flex-wrap items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          start(async () => setMade(await make(text)));
        }}
      >
        <TextField
          label={url === null ? "Webhook’s address" : "Another address, with a new secret"}
          hint="Public, https://"
          className="w-full desk:w-100"
          maxLength={500}
          value={text}
          error={refused?.field === "url" ? refused.message : undefined}
          onChange={(event) => setText(event.target.value)}
        />
        <div className="desk:pt-6.5">
          <Button type="submit" icon="key" disabled={working}>
            Make it and its secret
          </Button>
        </div>
      </form>
      {refused && refused.field !== "url" && (
        <p role="alert" className="mt-2 text-small text-violation">
          {refused.message}
        </p>
      )}
      {made !== null && "secret" in made && <SecretOnce secret={made.secret} label="The webhook’s secret." />}
    </Card>
  );
}
