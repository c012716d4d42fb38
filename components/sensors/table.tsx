import Link from "next/link";
import { reader } from "@/components/format/server";
import { Ago, Temperature, Time } from "@/components/format/values";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { organisationName } from "@/lib/access/organisations";
import type { SensorRow } from "@/lib/store/sensors";
import { calibrationState, identityState } from "./states";
import { ValidityBar } from "./validity-bar";

interface SensorTableProps {
  readonly rows: readonly SensorRow[];
  /** Axis of the validity bars, the same for all rows so that they can be compared, ms UTC. */
  readonly axis: { readonly from: number; readonly to: number };
}

/** Sensors with their calibration as bars on one time axis: a table at a desk, cards in the hand. */
export async function SensorTable({ rows, axis }: SensorTableProps) {
  const { now } = await reader();
  return (
    <>
      <Card className="max-desk:hidden">
        <Table caption="Sensors and their calibrations" head={<Head />}>
          {rows.map((row) => (
            <Row key={row.id} row={row} axis={axis} now={now} />
          ))}
        </Table>
      </Card>
      <Card className="desk:hidden">
        <ul aria-label="Sensors and their calibrations">
          {rows.map((row) => (
            <CardRow key={row.id} row={row} axis={axis} now={now} />
          ))}
        </ul>
      </Card>
    </>
  );
}

type RowProps = SensorTableProps & { readonly row: SensorRow; readonly now: number };

function Head() {
  return (
    <tr>
      <HeadCell>Sensor</HeadCell>
      <HeadCell>Calibration</HeadCell>
      <HeadCell className="w-1/3">Validity</HeadCell>
      <HeadCell>Rides with</HeadCell>
      <HeadCell align="end">Latest</HeadCell>
      <HeadCell align="end">Last seen</HeadCell>
    </tr>
  );
}

function Row({ row, axis, now }: Omit<RowProps, "rows">) {
  const calibration = calibrationState(row, now);
  const identity = identityState(row);
  return (
    <tr>
      <Cell>
        <Link prefetch={false} href={`/sensors/${row.id}`} className="font-strong text-ink hover:text-ink">
          {row.id}
        </Link>
        <span className="block max-w-52 whitespace-normal text-pretty text-caption text-quiet">
          {row.model}, {organisationName(row.owner)}
        </span>
      </Cell>
      <Cell>
        <State kind={row.status === "active" ? calibration.kind : identity.kind} className="max-w-56 truncate text-small">
          {row.status === "active" ? calibration.text : identity.text}
        </State>
        {row.calibration && (
          <span className="block text-caption text-quiet">
            until <Time at={row.calibration.validTo} as="date" />
          </span>
        )}
      </Cell>
      <Cell className="py-1!">
        <Bar row={row} axis={axis} now={now} />
      </Cell>
      <Cell className="text-small">{row.rides ? <Ride rides={row.rides} /> : <span className="text-quiet">free</span>}</Cell>
      <Cell align="end">
        {row.lastTemperature === null ? <span className="text-quiet">–</span> : <Temperature milli={row.lastTemperature} decimals={1} />}
      </Cell>
      <Cell align="end" className="text-second">
        {row.lastSeen === null ? <span className="text-quiet">never</span> : <Ago at={row.lastSeen} />}
      </Cell>
    </tr>
  );
}

function Ride({ rides }: { readonly rides: NonNullable<SensorRow["rides"]> }) {
  return (
    <>
      <Link prefetch={false} href={`/shipments/${rides.shipment}`}>
        {rides.title}
      </Link>
      <span className="block text-caption text-quiet">{rides.place}</span>
    </>
  );
}

function Bar({ row, axis, now }: Omit<RowProps, "rows">) {
  if (row.calibration === null) return <span className="text-caption text-quiet">nothing covered</span>;
  const { validFrom, validTo, number } = row.calibration;
  return (
    <ValidityBar
      {...axis}
      validFrom={validFrom}
      validTo={validTo}
      marks={[{ at: now, text: "today", quiet: true }]}
      label={`Calibration ${number} of ${row.id} on a time axis, today marked`}
    />
  );
}

function CardRow({ row, axis, now }: Omit<RowProps, "rows">) {
  const calibration = calibrationState(row, now);
  const identity = identityState(row);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-2 border-line border-t p-4 first:border-t-0">
      <div className="min-w-0">
        <Link prefetch={false} href={`/sensors/${row.id}`} className="font-strong text-ink">
          {row.id}
        </Link>
        <span className="block truncate text-quiet text-small">{row.model}</span>
      </div>
      <div className="text-right">
        {row.lastTemperature === null ? (
          <span className="text-quiet">no reading</span>
        ) : (
          <Temperature milli={row.lastTemperature} decimals={1} />
        )}
        {row.lastSeen !== null && (
          <span className="block text-quiet text-small">
            <Ago at={row.lastSeen} />
          </span>
        )}
      </div>
      <div className="col-span-2">
        <Bar row={row} axis={axis} now={now} />
      </div>
      <div className="col-span-2 flex flex-wrap gap-x-5 gap-y-1 text-small">
        <State kind={row.status === "active" ? calibration.kind : identity.kind}>
          {row.status === "active" ? calibration.text : identity.text}
        </State>
        {row.rides && (
          <Link prefetch={false} href={`/shipments/${row.rides.shipment}`}>
            {row.rides.title}
          </Link>
        )}
      </div>
    </li>
  );
}
