"use client";

import Link from "next/link";
import { useTransition } from "react";
import { Ago } from "@/components/format/values";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { type StateKind, Tile } from "@/components/ui/state";
import type { NotifyKind } from "@/lib/domain/notifications";

const LOOK: Readonly<Record<NotifyKind, StateKind>> = {
  violation: "violation",
  excursion: "clock",
  silent: "silent",
  calibration: "calendar",
  arrival: "handover",
  decision: "inspection",
  halt: "untrusted",
};

export interface InboxRow {
  readonly id: string;
  readonly kind: NotifyKind;
  readonly title: string;
  readonly text: string;
  readonly path: string;
  readonly at: number;
  readonly isNew: boolean;
}

interface InboxProps {
  readonly rows: readonly InboxRow[];
  readonly read: (id: string | null) => Promise<unknown>;
}

/** What the reader was told, newest first; each leads to where it is settled, and is read when it is opened. */
export function Inbox({ rows, read }: InboxProps) {
  const [reading, start] = useTransition();
  return (
    <Card>
      <ul aria-label="Notifications, newest first">
        {rows.map(({ id, kind, title, text, path, at, isNew }) => (
          <li
            key={id}
            className="grid grid-cols-[2.25rem_minmax(0,1fr)] items-start gap-x-3 gap-y-1 border-line border-t p-4 first:border-t-0 desk:grid-cols-[2.25rem_minmax(0,1fr)_8rem_6.5rem] desk:items-center desk:gap-4 desk:px-5"
          >
            <Tile kind={LOOK[kind]} />
            <div className="min-w-0">
              <h2 className="text-body!">
                <Link
                  prefetch={false}
                  href={path}
                  className="break-words text-ink hover:text-ink"
                  onClick={() => {
                    if (isNew) start(async () => void (await read(id)));
                  }}
                >
                  {title}
                </Link>
                {isNew && <span className="ml-2 font-strong text-accent text-caption">New</span>}
              </h2>
              <p className="text-pretty break-words text-second text-small">{text}</p>
            </div>
            <p className="num text-quiet text-small max-desk:col-start-2">
              <Ago at={at} />
            </p>
            {isNew && (
              <Button
                className="max-desk:col-start-2 max-desk:justify-self-start"
                disabled={reading}
                onClick={() => start(async () => void (await read(id)))}
              >
                Mark read<span className="sr">: {title}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Marks everything as read that was told until now. */
export function ReadAll({ read }: Pick<InboxProps, "read">) {
  const [reading, start] = useTransition();
  return (
    <Button icon="check" disabled={reading} onClick={() => start(async () => void (await read(null)))}>
      Mark all read
    </Button>
  );
}
