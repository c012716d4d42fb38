"use client";

import { useTransition } from "react";
import { plural } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { ShareRow } from "@/lib/store/shares";

interface ShareListProps {
  readonly links: readonly ShareRow[];
  readonly end: (id: string) => Promise<void>;
  /** ms UTC */
  readonly now: number;
}

/** Links that were made, with how they are used; an ended one stays in the list. */
export function ShareList({ links, end, now }: ShareListProps) {
  const [ending, start] = useTransition();
  if (links.length === 0) return <p className="text-second">No link has been made to this shipment.</p>;
  return (
    <Card>
      <Table
        caption="Guest links, newest first"
        className="text-small"
        head={
          <tr>
            <HeadCell>For</HeadCell>
            <HeadCell>Made</HeadCell>
            <HeadCell>Ends</HeadCell>
            <HeadCell>Opened</HeadCell>
            <HeadCell>
              <span className="sr">Action</span>
            </HeadCell>
          </tr>
        }
      >
        {links.map((it) => {
          const live = it.revokedAt === null && it.expiresAt > now;
          return (
            <tr key={it.id}>
              <Cell>
                <b>{it.name}</b>
              </Cell>
              <Cell>
                <Time at={it.createdAt} as="date" />, {it.createdBy}
              </Cell>
              <Cell>
                <LinkState link={it} live={live} />
              </Cell>
              <Cell>{it.opened === 0 ? "never" : plural(it.opened, "time")}</Cell>
              <Cell align="end">
                {live && (
                  <Button disabled={ending} onClick={() => start(() => end(it.id))}>
                    End it now<span className="sr">: {it.name}</span>
                  </Button>
                )}
              </Cell>
            </tr>
          );
        })}
      </Table>
    </Card>
  );
}

function LinkState({ link, live }: { readonly link: Pick<ShareRow, "revokedAt" | "expiresAt">; readonly live: boolean }) {
  if (live)
    return (
      <State kind="kept">
        <Time at={link.expiresAt} as="date" />
      </State>
    );
  return (
    <State kind="unknown">
      {link.revokedAt === null ? "Ended" : "Ended by hand"} <Time at={link.revokedAt ?? link.expiresAt} as="date" />
    </State>
  );
}
