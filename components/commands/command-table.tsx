import Link from "next/link";
import { formatDuration } from "@/components/format/duration";
import { formatCount } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { CommandRow } from "@/lib/store/commands";
import { commandState, commandTitle } from "./command-words";

/** A sensor's commands with the sensor's own word about each. */
export function CommandTable({ rows, now }: { readonly rows: readonly CommandRow[]; readonly now: number }) {
  const newest = rows[0]?.counter ?? 0;
  return (
    <Card>
      <Table
        caption="Commands to this sensor, newest first"
        head={
          <tr>
            <HeadCell align="end" className="w-16">
              No.
            </HeadCell>
            <HeadCell>Command</HeadCell>
            <HeadCell>The sensor’s word</HeadCell>
            <HeadCell>Given</HeadCell>
          </tr>
        }
      >
        {rows.map((row) => (
          <Row key={row.counter} row={row} newest={newest} now={now} />
        ))}
      </Table>
    </Card>
  );
}

function Row({ row, newest, now }: { readonly row: CommandRow; readonly newest: number; readonly now: number }) {
  const { kind, text, note, at } = commandState(row, newest, now);
  const { report } = row;
  return (
    <tr>
      <Cell align="end">{formatCount(row.counter)}</Cell>
      <Cell>
        {commandTitle(row.command)}
        <span className="block text-caption text-quiet">
          not after <Time at={row.expires} />
        </span>
      </Cell>
      <Cell className="text-small">
        <State kind={kind} wrap>
          {text}
        </State>
        <span className="block text-caption text-quiet">
          {note} {at !== null && <Time at={at} />}
          {report !== null && (report.measuring ? ` · measures every ${formatDuration(report.interval)}` : " · stopped")}
        </span>
        {report !== null && (
          <span className="block text-caption">
            <Link prefetch={false} href={`/ledger/${report.transaction}`}>
              Its report
            </Link>
          </span>
        )}
      </Cell>
      <Cell className="text-small">
        <Link prefetch={false} href={`/ledger/${row.transaction}`}>
          <Time at={row.at} />
        </Link>
        <span className="block text-caption text-quiet">{row.by}</span>
      </Cell>
    </tr>
  );
}
