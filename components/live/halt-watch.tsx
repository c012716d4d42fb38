"use client";

import { useEffect, useRef } from "react";
import { PACE, usePacedRefresh } from "./paced";
import { useLiveStatus } from "./provider";

/**
 * Asks for the page again until it says what the stream says of the record: halted or not. Compared as a state and not heard as a
 * message, since a halt moves no block and a page that was on its way would never hear of it.
 */
export function HaltWatch({ shown }: { readonly shown: boolean }) {
  const { halted } = useLiveStatus();
  const refresh = usePacedRefresh();
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  });
  useEffect(() => {
    if (halted === null || halted === shown) return;
    latest.current();
    const again = setInterval(() => latest.current(), 2 * PACE);
    return () => clearInterval(again);
  }, [halted, shown]);
  return null;
}
