import Link from "next/link";
import { shortHash } from "@/components/format/identifiers";
import { formatCount } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { organisationName } from "@/lib/access/organisations";
import { FUNCTIONS } from "@/lib/messages/functions";
import { validationName } from "@/lib/messages/validation";
import type { TransactionRow } from "@/lib/store/ledger";

/** What a transaction does, in the words people see before they sign; a function's own name where it is none of ours. */
export function functionTitle({ function: name, validationCode }: Pick<TransactionRow, "function" | "validationCode">): string {
  const known: Readonly<Record<string, { readonly title: string }>> = FUNCTIONS;
  // What an invalid transaction wanted is not read: it changed nothing.
  return known[name]?.title ?? (name || (validationCode === 0 ? "Configuration" : "Changed nothing"));
}

/** Of a transaction that was not executed anew only its confirmation is recorded: who and when are claims that nobody checked. */
export const isRead = ({ timestamp }: Pick<TransactionRow, "timestamp">): boolean => timestamp > 0;

/** In the place of what was not read: an invalid transaction's claims are not believed, a valid one of another contract is its peers' business. */
export function NotRead({ row: { validationCode, creatorMsp } }: { readonly row: TransactionRow }) {
  if (validationCode !== 0) return <span className="text-quiet">not believed</span>;
  return <span className="text-quiet">{creatorMsp === "" ? "–" : organisationName(creatorMsp)}</span>;
}

/** Commit confirmation of a transaction as a state. */
export function Confirmation({ code }: { readonly code: number }) {
  return (
    <State kind={code === 0 ? "kept" : "violation"} className="text-small">
      {code === 0 ? "Committed" : `Invalid, ${validationName(code)}`}
    </State>
  );
}

/** Commit confirmations, newest first. */
export function TransactionTable({ rows, caption }: { readonly rows: readonly TransactionRow[]; readonly caption: string }) {
  return (
    <Card>
      <Table
        caption={caption}
        head={
          <tr>
            <HeadCell>Transaction</HeadCell>
            <HeadCell>Commit confirmation</HeadCell>
            <HeadCell>What</HeadCell>
            <HeadCell>By</HeadCell>
            <HeadCell align="end">Block</HeadCell>
            <HeadCell align="end">Time</HeadCell>
          </tr>
        }
      >
        {rows.map((row) => (
          <tr key={`${row.block} ${row.position}`}>
            <Cell>
              <Link prefetch={false} href={`/ledger/${row.id}`} className="mono">
                {shortHash(row.id)}
              </Link>
            </Cell>
            <Cell>
              <Confirmation code={row.validationCode} />
            </Cell>
            <Cell className="text-small">{functionTitle(row)}</Cell>
            <Cell className="text-small">
              {isRead(row) ? (
                <>
                  {row.creatorName}
                  <span className="block text-caption text-quiet">{organisationName(row.creatorMsp)}</span>
                </>
              ) : (
                <NotRead row={row} />
              )}
            </Cell>
            <Cell align="end">{formatCount(row.block)}</Cell>
            <Cell align="end" className="text-second">
              {isRead(row) ? <Time at={row.timestamp} /> : <span className="text-quiet">–</span>}
            </Cell>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
