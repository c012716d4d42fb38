"use client";

import { useTransition } from "react";
import { Ago, Time } from "@/components/format/values";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";

export interface ListedSession {
  readonly id: string;
  readonly device: string;
  readonly address: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** The one that shows this list. */
  readonly isOwn: boolean;
}

interface SessionListProps {
  readonly sessions: readonly ListedSession[];
  readonly end: (id: string) => Promise<unknown>;
  readonly endOthers: () => Promise<unknown>;
}

/** Browsers in which the reader is signed in; each can be ended here, its open pages within seconds. */
export function SessionList({ sessions, end, endOthers }: SessionListProps) {
  const [ending, start] = useTransition();
  const run = (work: () => Promise<unknown>) => start(async () => void (await work()));
  return (
    <>
      <Card>
        <ul aria-label="Sessions, last used first">
          {sessions.map(({ id, device, address, createdAt, lastSeenAt, expiresAt, isOwn }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-t p-4 first:border-t-0 desk:px-5">
              <div className="min-w-0 flex-1 basis-72">
                <p className="flex flex-wrap items-center gap-x-3 font-strong text-small">
                  {device} {isOwn && <State kind="kept">This browser</State>}
                </p>
                <p className="break-words text-second text-small">
                  Last used <Ago at={lastSeenAt} />
                  {address !== "" && <>, from {address}</>}; signed in <Time at={createdAt} />, ends <Time at={expiresAt} />
                </p>
              </div>
              {!isOwn && (
                <Button disabled={ending} onClick={() => run(() => end(id))}>
                  End it now<span className="sr">: {device}</span>
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Card>
      {sessions.length > 1 && (
        <Button className="mt-3" disabled={ending} onClick={() => run(endOthers)}>
          End all others
        </Button>
      )}
    </>
  );
}
