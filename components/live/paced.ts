import { useRouter } from "next/navigation";
import { useEffect, useRef, useTransition } from "react";
import { useLiveStatus } from "./provider";

/** At most one refresh in this time, ms; the first notice refreshes at once. */
export const PACE = 1_000;

/** What had to wait is done now, unless there is a reason to wait on. */
function lookAgain(held: { waiting: boolean }, run: () => void): void {
  if (!held.waiting) return;
  held.waiting = false;
  run();
}

/** Renders the page's data anew, at most once per {@link PACE}; waits while nobody looks or the stream is lost. */
export function usePacedRefresh(): () => void {
  const router = useRouter();
  const { state: stream } = useLiveStatus();
  const [, startTransition] = useTransition();
  const state = useRef({ last: 0, timer: undefined as ReturnType<typeof setTimeout> | undefined, waiting: false });

  const run = () => {
    state.current.timer = undefined;
    // Without a server Next would leave the page for the browser's error page, and what was typed with it.
    if (document.hidden || stream !== "live") {
      state.current.waiting = true;
      return;
    }
    state.current.last = performance.now();
    startTransition(() => router.refresh());
  };
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (stream === "live") lookAgain(state.current, latest.current);
  }, [stream]);

  useEffect(() => {
    const held = state.current;
    const look = () => lookAgain(held, latest.current);
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      clearTimeout(held.timer);
      held.timer = undefined;
    };
  }, []);

  return () => {
    if (state.current.timer !== undefined) return;
    const wait = Math.max(0, state.current.last + PACE - performance.now());
    state.current.timer = setTimeout(() => latest.current(), wait);
  };
}
