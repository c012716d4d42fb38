"use client";

import { useTransition } from "react";
import { Ago, Time } from "@/components/format/values";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { TokenRow } from "@/lib/store/tokens";

interface TokenListProps {
  readonly tokens: readonly TokenRow[];
  readonly end: (id: string) => Promise<void>;
  /** ms UTC */
  readonly now: number;
}

/** Tokens that were made; the token itself is never shown again. An ended one stays in the list. */
export function TokenList({ tokens, end, now }: TokenListProps) {
  const [ending, start] = useTransition();
  if (tokens.length === 0) return <p className="text-second">No token has been made yet.</p>;
  return (
    <Card>
      <Table
        caption="Tokens of your organisation, newest first"
        className="text-small"
        head={
          <tr>
            <HeadCell>For</HeadCell>
            <HeadCell>May read</HeadCell>
            <HeadCell>Made</HeadCell>
            <HeadCell>Ends</HeadCell>
            <HeadCell>Last used</HeadCell>
            <HeadCell>
              <span className="sr">Action</span>
            </HeadCell>
          </tr>
        }
      >
        {tokens.map((it) => {
          const live = it.revokedAt === null && it.expiresAt > now;
          return (
            <tr key={it.id}>
              <Cell>
                <b>{it.name}</b>
              </Cell>
              <Cell className="text-quiet">{it.scopes.map((scope) => scope.replace(":read", "")).join(", ")}</Cell>
              <Cell>
                <Time at={it.createdAt} as="date" />, {it.createdBy}
              </Cell>
              <Cell>
                <State kind={live ? "kept" : "unknown"}>
                  {!live && (it.revokedAt === null ? "Ended " : "Ended by hand ")}
                  <Time at={it.revokedAt ?? it.expiresAt} as="date" />
                </State>
              </Cell>
              <Cell>{it.lastUsedAt === null ? <span className="text-quiet">never</span> : <Ago at={it.lastUsedAt} />}</Cell>
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
