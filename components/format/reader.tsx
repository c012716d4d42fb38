"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { keepPreference, type Preferences } from "./preferences";

export type Reader = Preferences & {
  /** The clock, ms UTC: the server's at first, then moving on in the browser. */
  readonly now: number;
};

const ReaderContext = createContext<Reader>({ unit: "C", zone: "UTC", zoneKnown: false, theme: "system", now: 0 });

/** The reader's unit, zone and clock, in client components. Ages that are shown move on by themselves. */
export const useReader = (): Reader => useContext(ReaderContext);

const TICK = 10_000;

/** Takes what the server knew, tells it the browser's zone where it did not, and keeps the clock moving. */
export function ReaderProvider({ value, children }: { readonly value: Reader; readonly children: ReactNode }) {
  const router = useRouter();
  const now = useClock(value.now);
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (value.zoneKnown && zone === value.zone) return;
    keepPreference("zone", zone);
    router.refresh();
  }, [value.zone, value.zoneKnown, router]);
  return <ReaderContext value={{ ...value, now }}>{children}</ReaderContext>;
}

/** The server's clock moved on by the browser's elapsed time: a browser whose clock is wrong does not change an age. */
function useClock(serverNow: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const started = performance.now();
    setNow(serverNow);
    const timer = setInterval(() => setNow(serverNow + performance.now() - started), TICK);
    return () => clearInterval(timer);
  }, [serverNow]);
  return now;
}
