import Link from "next/link";
import { formatDuration } from "@/components/format/duration";
import { formatCount } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { Card } from "@/components/ui/card";
import { SectionHead } from "@/components/ui/page";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { validationName } from "@/lib/messages/validation";
import type { WithheldRow } from "@/lib/store/withheld";

/** Which proxies took a batch and never got it committed, by the sensors' own signed word. */
export function Withheld({ rows }: { readonly rows: readonly WithheldRow[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="withheld">
      <SectionHead id="withheld" title="Held back by a proxy" count={formatCount(rows.length)} />
      <p className="mb-3 text-second text-small">
        A proxy was given a batch and never got it committed; another transaction brought it. Nothing is missing. The sensor signs that it
        was so, and the name is the one that the proxy gives itself.
      </p>
      <Card>
        <Table
          caption="Batches that a proxy took and never got committed, newest first"
          head={
            <tr>
              <HeadCell>Proxy</HeadCell>
              <HeadCell>Batch</HeadCell>
              <HeadCell>Given to it</HeadCell>
              <HeadCell>What became of it</HeadCell>
            </tr>
          }
        >
          {rows.map((row) => (
            <Row key={`${row.sensor} ${row.sequence} ${row.given}`} row={row} />
          ))}
        </Table>
      </Card>
    </section>
  );
}

function Row({ row }: { readonly row: WithheldRow }) {
  const { brought, at } = row;
  return (
    <tr>
      <Cell>
        <span className="mono">{row.proxy}</span>
        <span className="block text-caption text-quiet">{row.said ? "said that it was committed" : "did not answer in time"}</span>
      </Cell>
      <Cell className="text-small">
        <Link prefetch={false} href={`/sensors/${row.sensor}`}>
          {row.sensor}
        </Link>
        <span className="block text-caption text-quiet">number {formatCount(row.sequence)}</span>
      </Cell>
      <Cell className="text-small">
        {at === null ? <span className="text-quiet">before the sensor’s last start</span> : <Time at={at} />}
      </Cell>
      <Cell className="text-small">
        {row.found === null ? "never on the ledger" : `on the ledger, ${validationName(row.found)}`}
        {brought !== null && (
          <span className="block text-caption text-quiet">
            brought by another transaction{at === null ? "" : ` ${formatDuration(Math.max(0, brought.recordedAt - at))} later`}
          </span>
        )}
        <span className="block text-caption">
          <Link prefetch={false} href={`/ledger/${row.transaction}`}>
            The sensor’s report
          </Link>
        </span>
      </Cell>
    </tr>
  );
}
