"use client";

import { useEffect } from "react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";

interface ErrorPageProps {
  /** Next hides the message of a server error; the digest finds it in the log. */
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}

/** What a page shows when it could not be made. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  useEffect(() => console.error(error), [error]);
  return (
    <div className="max-w-160">
      <h1 className="mb-4">This page could not be shown</h1>
      <ErrorState
        title="Something went wrong while it was made"
        {...(error.digest ? { code: error.digest } : {})}
        action={<Button onClick={reset}>Try again</Button>}
      >
        What is on the ledger is not touched by it, and nothing that was confirmed is lost. The number helps the people who run this site to
        find it in the log.
      </ErrorState>
    </div>
  );
}
