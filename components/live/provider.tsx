"use client";

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { CONNECTING, type LiveNotice, type LiveStatus } from "./message";
import { followLive } from "./shared";

type Listener = (notice: LiveNotice, missed: boolean) => void;

const StatusContext = createContext<LiveStatus>(CONNECTING);
const ListenContext = createContext<(listener: Listener) => () => void>(() => () => undefined);

/** State of the live stream and the newest block heard of. */
export const useLiveStatus = (): LiveStatus => useContext(StatusContext);

/** Calls back for every notice of a committed block. The callback may change between renderings. */
export function useLiveNotices(listener: Listener): void {
  const subscribe = useContext(ListenContext);
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => subscribe((notice, missed) => latest.current(notice, missed)), [subscribe]);
}

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [status, setStatus] = useState<LiveStatus>(CONNECTING);
  const [listeners] = useState(() => new Set<Listener>());
  const subscribe = useMemo(
    () => (listener: Listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [listeners],
  );
  useEffect(
    () =>
      followLive("/api/live", (message) => {
        if (message.type === "over") leave();
        else if (message.type === "status") setStatus(message.status);
        else for (const listener of listeners) listener(message.notice, message.missed);
      }),
    [listeners],
  );
  return (
    <ListenContext value={subscribe}>
      <StatusContext value={status}>{children}</StatusContext>
    </ListenContext>
  );
}

/** To sign in again, and back here afterwards. */
function leave(): void {
  const { pathname, search } = window.location;
  window.location.replace(`/sign-in?to=${encodeURIComponent(`${pathname}${search}`)}`);
}
