"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Note } from "@/components/ui/note";
import type { ErrorCode } from "@/lib/messages/errors";

/** What making a link or a token answers: the secret, told this once, or why there is none. */
export type Made = { readonly secret: string } | { readonly code: ErrorCode; readonly message: string; readonly field?: string };

/** Shows a secret the one time that it is known. */
export function SecretOnce({ secret, label }: { readonly secret: string; readonly label: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setCopied(true);
    } catch {
      // Denied, or no clipboard on this address: the text stands there to be selected.
      setCopied(false);
    }
  };
  return (
    <Note kind="key" role="status" className="mt-4">
      <p>
        <b>{label}</b> Keep it now: it is shown this once, and only its hash stays here.
      </p>
      <p className="mono my-2 select-all break-all rounded-small bg-surface px-2 py-1">{secret}</p>
      <Button onClick={() => void copy()}>{copied === true ? "Copied" : copied === false ? "Select and copy it by hand" : "Copy"}</Button>
    </Note>
  );
}
