import Link from "next/link";
import { formatAgo } from "@/components/format/duration";
import { plural } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { Ago, Temperature, Time } from "@/components/format/values";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { ListedShipment } from "./list";
import { Spark } from "./spark";
import { keptWords, trustWords } from "./verdict-words";

export const STATUS_WORDS = {
  planned: "planned",
  "under-way": "under way",
  arrived: "arrived",
  accepted: "accepted",
  rejected: "rejected",
  reopened: "to decide again",
} as const satisfies Record<ListedShipment["status"], string>;

const route = ({ origin, destination }: ListedShipment) => `${origin} to ${destination}`;

/** Shipments with both verdicts: a table at a desk, cards in the hand. */
export function ShipmentTable({ rows, caption }: { readonly rows: readonly ListedShipment[]; readonly caption: string }) {
  return (
    <>
      <Card className="max-desk:hidden">
        <Table caption={caption} head={<Head />}>
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </Table>
      </Card>
      <Card className="desk:hidden">
        <ul aria-label={caption}>
          {rows.map((row) => (
            <CardRow key={row.id} row={row} />
          ))}
        </ul>
      </Card>
    </>
  );
}

function Head() {
  return (
    <tr>
      <HeadCell>Shipment</HeadCell>
      <HeadCell>Kept cold?</HeadCell>
      <HeadCell>Trustworthy?</HeadCell>
      <HeadCell>Last 24 h measured</HeadCell>
      <HeadCell align="end">Latest</HeadCell>
      <HeadCell align="end">Last reading</HeadCell>
      <HeadCell align="end">Status</HeadCell>
    </tr>
  );
}

async function Row({ row }: { readonly row: ListedShipment }) {
  const known = await reader();
  const kept = keptWords(row.verdict.kept, known);
  const trust = trustWords(row.verdict.trust);
  return (
    <tr>
      <Cell>
        <Link prefetch={false} href={`/shipments/${row.id}`} className="font-strong text-ink hover:text-ink">
          {route(row)}
        </Link>
        <span className="block max-w-60 truncate text-caption text-quiet">{row.title}</span>
      </Cell>
      <Cell>
        <State kind={kept.kind} className="text-small">
          {kept.text}
        </State>
      </Cell>
      <Cell>
        <State kind={trust.kind} className="text-small">
          {trust.text}
        </State>
      </Cell>
      <Cell className="py-1!">
        <Spark lines={row.spark} upper={row.upper} lower={row.lower} />
      </Cell>
      <Cell align="end">
        {row.lastTemperature === null ? <Nothing /> : <Temperature milli={row.lastTemperature} bounds={[row.upper, row.lower]} />}
      </Cell>
      <Cell align="end" className="text-second">
        {row.lastAt === null ? <Nothing /> : <Ago at={row.lastAt} />}
      </Cell>
      <Cell align="end" className="text-second">
        {STATUS_WORDS[row.status]}
        {row.status === "planned" && <span className="block text-caption text-quiet">{plural(row.sensors, "sensor")}</span>}
        {statusAt(row) !== null && (
          <span className="block text-caption text-quiet">
            <Time at={statusAt(row) ?? 0} />
          </span>
        )}
      </Cell>
    </tr>
  );
}

const Nothing = () => (
  <>
    <span aria-hidden="true" className="text-quiet">
      –
    </span>
    <span className="sr">none</span>
  </>
);

function statusAt({ status, arrivedAt, decidedAt }: ListedShipment): number | null {
  if (status === "accepted" || status === "rejected") return decidedAt;
  return status === "arrived" || status === "reopened" ? arrivedAt : null;
}

async function CardRow({ row }: { readonly row: ListedShipment }) {
  const known = await reader();
  const kept = keptWords(row.verdict.kept, known);
  const trust = trustWords(row.verdict.trust);
  const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-2 border-line border-t p-4 first:border-t-0">
      <div className="min-w-0">
        <Link prefetch={false} href={`/shipments/${row.id}`} className="font-strong text-ink">
          {route(row)}
        </Link>
        <span className="block truncate text-quiet text-small">{row.title}</span>
      </div>
      <div className="num text-right">
        {row.lastTemperature === null ? (
          <span className="text-quiet">{STATUS_WORDS[row.status]}</span>
        ) : (
          <Temperature milli={row.lastTemperature} bounds={[row.upper, row.lower]} />
        )}
        {row.lastAt !== null && <span className="block text-quiet text-small">{formatAgo(known.now - row.lastAt)}</span>}
      </div>
      <div className="col-span-2 flex flex-wrap gap-x-5 gap-y-1 text-small">
        <State kind={kept.kind}>Cold: {lower(kept.text)}</State>
        <State kind={trust.kind}>Trust: {lower(trust.text)}</State>
      </div>
    </li>
  );
}
