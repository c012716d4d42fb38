"use client";

import { useEffect, useState } from "react";
import type { ErrorCode } from "@/lib/messages/errors";
import type { RequestFindings } from "./findings";

/** When an identity would end, ms UTC, or why none would be issued. */
export type IdentityEnd = { readonly ends: number } | { readonly code: ErrorCode };

export interface IdentityQuestion {
  readonly csr: string;
  readonly sensor: string;
  readonly thumbprint: string;
  /** ms UTC */
  readonly calibrationTo: number;
}
export type IdentityCheck = (question: IdentityQuestion) => Promise<IdentityEnd>;

const PAUSE = 400;

/** Asks the certificate authority before anybody signs, a moment after the last change. */
export function useIdentityEnd(
  check: IdentityCheck,
  { pem, findings }: { readonly pem: string; readonly findings: RequestFindings | null },
  calibrationTo: number,
): IdentityEnd | null {
  const [end, setEnd] = useState<IdentityEnd | null>(null);
  const usable = findings?.usable === true && !Number.isNaN(calibrationTo);
  const csr = pem.trim();
  const { sensor = "", thumbprint = "" } = findings ?? {};
  useEffect(() => {
    setEnd(null);
    if (!usable) return;
    let current = true;
    const timer = setTimeout(async () => {
      const answer = await check({ csr, sensor, thumbprint, calibrationTo });
      if (current) setEnd(answer);
    }, PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [check, usable, csr, sensor, thumbprint, calibrationTo]);
  return end;
}
