import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { createLoader, parseAsString, type SearchParams } from "nuqs/server";
import { formatDuration } from "@/components/format/duration";
import { shortHash } from "@/components/format/identifiers";
import { formatCount, formatScaled } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { decimalsOf, temperatureFigure, UNIT_SIGN } from "@/components/format/temperature";
import { clockSeconds, exactTime, weekday, zoneName } from "@/components/format/time";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { Reading } from "@/components/verdict/kept-words";
import { database } from "@/lib/store/db";
import { loadReadingTable, type TableCursor, type TableRow } from "@/lib/store/readings";
import { shipmentHead, shipmentSensors } from "@/lib/store/shipment-detail";
import { pageViewer } from "../../../viewer";

export const metadata: Metadata = { title: "Readings" };

const PAGE = 200;

const load = createLoader({ sensor: parseAsString, before: parseAsString });

/** `<at>~<sensor>~<sequence>~<index>`; null for anything else. */
function parseCursor(text: string | null): TableCursor | null {
  const found = /^(\d{1,15})~([a-z0-9-]{1,32})~(\d{1,10})~(\d{1,6})$/.exec(text ?? "");
  if (!found) return null;
  const [, at, sensor, sequence, index] = found;
  return { at: Number(at), sensor: sensor ?? "", sequence: Number(sequence), index: Number(index) };
}

const STANDINGS: Readonly<Record<string, string>> = {
  anchored: "anchored",
  claimed: "claimed",
  unknown: "not known",
  imported: "imported",
};
const CALIBRATIONS: Readonly<Record<string, string>> = {
  calibrated: "in force",
  before: "not begun",
  after: "ended",
  "outside-range": "outside its range",
};

function Row({ row, reader: { unit, zone }, decimals }: { readonly row: TableRow; readonly reader: Reading; readonly decimals: number }) {
  const trusted = (fine: boolean) => (fine ? "" : "font-medium text-untrusted");
  return (
    <tr>
      <Cell className="num">
        <time dateTime={new Date(row.at).toISOString()} title={exactTime(row.at, zone)}>
          {weekday(row.at, zone)}, {clockSeconds(row.at, zone)}
        </time>
      </Cell>
      <Cell>{row.sensor}</Cell>
      <Cell align="end">{temperatureFigure(row.temperature, { unit, decimals })}</Cell>
      <Cell align="end">{row.humidity === null ? "—" : formatScaled(row.humidity, 1, 1)}</Cell>
      <Cell className={trusted(row.standing === "anchored")}>{STANDINGS[row.standing] ?? row.standing}</Cell>
      <Cell className={trusted(row.calibration === "calibrated")}>{CALIBRATIONS[row.calibration] ?? row.calibration}</Cell>
      <Cell align="end">{formatCount(row.sequence)}</Cell>
      <Cell align="end">{formatDuration(Math.max(0, row.recordedAt - row.at))}</Cell>
      <Cell>
        <Link prefetch={false} href={`/ledger/${row.transaction}`} className="mono">
          {shortHash(row.transaction)}
        </Link>
      </Cell>
    </tr>
  );
}

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
  readonly searchParams: Promise<SearchParams>;
}

/** Raw readings, newest first, each with the transaction that brought it. */
export default async function ReadingsPage({ params, searchParams }: PageProps) {
  const { id } = await params;
  const viewer = await pageViewer(`/shipments/${id}/readings`);
  const { pool } = database();
  const head = await shipmentHead(pool, viewer, id);
  if (!head) notFound();
  const { sensor: asked, before } = await load(searchParams);
  const sensors = await shipmentSensors(pool, id);
  const sensor = asked !== null && sensors.includes(asked) ? asked : null;
  const [rows, preferences] = await Promise.all([
    loadReadingTable(pool, id, { sensor, before: parseCursor(before), limit: PAGE + 1 }),
    reader(),
  ]);
  const shown = rows.slice(0, PAGE);
  const last = shown.at(-1);
  const decimals = decimalsOf(shown.map((it) => it.temperature));
  const address = (query: Readonly<Record<string, string | null>>) => {
    const entries = Object.entries(query).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
    return `/shipments/${id}/readings${entries.length > 0 ? `?${new URLSearchParams(entries)}` : ""}`;
  };
  return (
    <>
      <PageHead
        crumbs={[
          { label: "Shipments", href: "/shipments" },
          { label: `${head.origin} to ${head.destination}`, href: `/shipments/${id}` },
        ]}
        here="Readings"
        title={`Readings of ${head.title}`}
        lead={`As the sensors signed them, newest first. Times in ${zoneName(preferences.now, preferences.zone)}, temperatures in ${UNIT_SIGN[preferences.unit]}.`}
      />
      <nav aria-label="Sensor" className="mb-4 flex flex-wrap gap-2">
        {[null, ...sensors].map((it) => (
          <Link
            key={it ?? "all"}
            href={address({ sensor: it })}
            aria-current={it === sensor ? "true" : undefined}
            className="rounded-control px-3 py-1.5 font-medium text-second text-small hover:bg-sunken hover:no-underline aria-[current]:bg-here aria-[current]:text-ink"
          >
            {it ?? "All sensors"}
          </Link>
        ))}
      </nav>
      {shown.length === 0 ? (
        <EmptyState title="No readings" action={<ButtonLink href={`/shipments/${id}`}>To the shipment</ButtonLink>}>
          Nothing of this has reached the ledger yet. As soon as a sensor’s first batch is committed, it stands here.
        </EmptyState>
      ) : (
        <Card>
          <Table
            caption="Readings with their transactions"
            className="text-small"
            head={
              <tr>
                <HeadCell>Measured</HeadCell>
                <HeadCell>Sensor</HeadCell>
                <HeadCell align="end">{UNIT_SIGN[preferences.unit]}</HeadCell>
                <HeadCell align="end">%RH</HeadCell>
                <HeadCell>Time</HeadCell>
                <HeadCell>Calibration</HeadCell>
                <HeadCell align="end">Batch</HeadCell>
                <HeadCell align="end">Committed after</HeadCell>
                <HeadCell>Transaction</HeadCell>
              </tr>
            }
          >
            {shown.map((row) => (
              <Row key={`${row.sensor} ${row.sequence} ${row.index}`} row={row} reader={preferences} decimals={decimals} />
            ))}
          </Table>
        </Card>
      )}
      <nav aria-label="Pages of the list" className="mt-4 flex items-center gap-2">
        {before !== null && <ButtonLink href={address({ sensor })}>Newest</ButtonLink>}
        {rows.length > PAGE && last && (
          <ButtonLink href={address({ sensor, before: `${last.at}~${last.sensor}~${last.sequence}~${last.index}` })}>Earlier</ButtonLink>
        )}
      </nav>
    </>
  );
}
