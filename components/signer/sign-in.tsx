"use client";

import { useState } from "react";
import { Card } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { Icon } from "@/components/ui/icon";
import { Note } from "@/components/ui/note";
import { ERROR_CODES, type ErrorCode } from "@/lib/messages/errors";
import type { SignerRequest } from "@/lib/messages/signer";
import { openSigner } from "./open";

export interface SignInChoice {
  readonly name: string;
  /** What the organisation is, in words. */
  readonly kind: string;
  /** Origin of its signer. */
  readonly signer: string;
}

interface Failure {
  /** The person's own doing: nothing is wrong. */
  readonly isChoice: boolean;
  readonly title: string;
  readonly code: string;
  readonly advice: string;
}

/** Failures that a person can do something about; the rest says its code and that nothing happened. */
const ADVICE: Partial<Record<ErrorCode, readonly [title: string, advice: string]>> = {
  SIGNER_BLOCKED: ["Your browser blocked the signer’s window", "Allow windows of this site, then choose your organisation again."],
  SIGNER_CLOSED: ["You closed the signer", "You are not signed in. Choose your organisation to try again."],
  SIGNER_DECLINED: ["You cancelled", "You are not signed in."],
  CHALLENGE_INVALID: ["It took too long", "The question to your key is good for three minutes. Choose your organisation to get a new one."],
  CERTIFICATE_REVOKED: ["Your identity was revoked", "Your organisation ended it. Ask there for a new code."],
  IDENTITY_EXPIRED: ["Your identity has ended", "Ask your organisation for a new code and enrol this browser again."],
  ACCESS_DENIED: ["This identity does not sign in", "Sensors and command-line identities sign readings; people look at pages."],
  UNAVAILABLE: ["Your organisation’s service did not answer", "Without its list of revoked keys nobody is let in. Try again in a moment."],
  ATTEMPTS_EXCEEDED: ["Too many attempts", "Wait a minute, then try again."],
};

const CHOICES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["SIGNER_CLOSED", "SIGNER_DECLINED"]);

function failureOf(code: string): Failure {
  const known = code in ERROR_CODES ? (code as ErrorCode) : "INTERNAL";
  const [title, advice] = ADVICE[known] ?? [ERROR_CODES[known], "You are not signed in."];
  return { isChoice: CHOICES.has(known), title, advice, code: known };
}

class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`/api/auth${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status === 429) throw new Refused("ATTEMPTS_EXCEEDED");
  const json: unknown = await response.json();
  if (!response.ok) throw new Refused(text(json, "code"));
  return json;
}

function text(json: unknown, member: string): string {
  const value = typeof json === "object" && json !== null ? (json as Record<string, unknown>)[member] : undefined;
  return typeof value === "string" ? value : "";
}

const askForChallenge = async (): Promise<SignerRequest> => ({
  kind: "sign-in",
  challenge: text(await post("/signer/challenge", {}), "challenge"),
});

/** @throws Refused with the code of what went wrong */
async function signInAt(signer: string): Promise<void> {
  const request = askForChallenge();
  const answer = await openSigner(signer, request);
  if (answer.outcome === "not-sent" || answer.outcome === "unknown") throw new Refused(answer.code);
  if (answer.outcome !== "signed-in") throw new Refused("MESSAGE_TYPE");
  const asked = await request;
  if (asked.kind !== "sign-in") throw new Refused("MESSAGE_TYPE");
  await post("/sign-in/signer", { challenge: asked.challenge, certificate: answer.certificate, signature: answer.signature });
}

function Ended({ isChoice, title, advice, code }: Failure) {
  if (!isChoice) {
    return (
      <ErrorState title={`${title}.`} code={code}>
        {advice}
      </ErrorState>
    );
  }
  return (
    <Note kind="info" role="status">
      <b>{title}.</b> {advice}
    </Note>
  );
}

/** The organisations to sign in with; each opens its own signer. */
export function SignIn({ choices, to }: { readonly choices: readonly SignInChoice[]; readonly to: string }) {
  const [busy, setBusy] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const choose = async (signer: string) => {
    setBusy(signer);
    setFailure(null);
    try {
      await signInAt(signer);
      location.assign(to);
    } catch (error) {
      setFailure(failureOf(error instanceof Refused ? error.code : "UNAVAILABLE"));
      setBusy(null);
    }
  };

  return (
    <div className="grid gap-4">
      {failure && <Ended {...failure} />}
      <Card className="overflow-hidden">
        <ul>
          {choices.map((choice) => (
            <li key={choice.signer} className="border-line not-first:border-t">
              <button
                type="button"
                onClick={() => choose(choice.signer)}
                disabled={busy !== null}
                className="grid w-full grid-cols-[1.25rem_minmax(0,1fr)_auto] items-center gap-4 px-5 py-4 text-left enabled:hover:bg-hover disabled:text-quiet"
              >
                <Icon name="key" className="text-quiet" />
                <span>
                  <b className="block font-strong">{choice.name}</b>
                  <span className="block text-quiet text-small" aria-live="polite">
                    {busy === choice.signer ? "Answer in the window that opened…" : choice.kind}
                  </span>
                </span>
                <span className={`text-small ${busy === null ? "text-accent" : "invisible"}`}>Open signer</span>
              </button>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
