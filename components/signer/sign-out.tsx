"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";

/** Ends the session here; the key stays in the organisation's signer. */
export function SignOut() {
  const [failed, setFailed] = useState(false);
  const run = async () => {
    const response = await fetch("/api/auth/sign-out", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    }).catch(() => undefined);
    if (response?.ok) location.assign("/sign-in");
    else setFailed(true);
  };
  return (
    <>
      <Button onClick={run}>Sign out</Button>
      {failed && (
        <p role="alert" className="mt-2 text-violation">
          The site did not answer: you are still signed in.
        </p>
      )}
    </>
  );
}
