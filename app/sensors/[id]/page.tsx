import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { LiveRefresh } from "@/app/live-refresh";
import { Commands } from "@/components/commands/commands";
import { Withheld } from "@/components/commands/withheld";
import { shortHash } from "@/components/format/identifiers";
import { formatCount, plural } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { formatBand, formatDifference, formatHumidity } from "@/components/format/temperature";
import { Ago, Temperature, Time } from "@/components/format/values";
import { calibrationState, identityState } from "@/components/sensors/states";
import { ValidityBar } from "@/components/sensors/validity-bar";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Fact, Facts } from "@/components/ui/facts";
import { PageHead, SectionHead } from "@/components/ui/page";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { organisationName } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import { commandsOf, profilesRidden } from "@/lib/store/commands";
import { database } from "@/lib/store/db";
import { type CalibrationRow, calibrationsOf, type RideRow, ridesOf, type SensorRow, sensor } from "@/lib/store/sensors";
import { withheldBatches } from "@/lib/store/withheld";
import { pageViewer } from "../../viewer";

interface SensorPageProps {
  readonly params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: SensorPageProps): Promise<Metadata> {
  return { title: (await params).id };
}

const MONTH = 30 * 86_400_000;
const RIDES = 100;
const COMMANDS = 20;

export default async function SensorPage({ params }: SensorPageProps) {
  const { id } = await params;
  const viewer = await pageViewer(`/sensors/${id}`);
  const { pool } = database();
  const found = await sensor(pool, viewer, id);
  if (found === null) notFound();
  const [calibrations, rides, commands, profiles, withheld] = await Promise.all([
    calibrationsOf(pool, id),
    ridesOf(pool, viewer, id, RIDES),
    commandsOf(pool, id, COMMANDS),
    profilesRidden(pool, id),
    withheldBatches(pool, viewer, id, COMMANDS),
  ]);
  const { now } = await reader();
  return (
    <>
      <PageHead
        title={titleOf(found, now)}
        lead={`${found.model}, of ${organisationName(found.owner)}`}
        crumbs={[{ label: "Sensors", href: "/sensors" }]}
        here={id}
        aside={
          mayCall(viewer, "sensor:Renew") ? (
            <ButtonLink href="/sensors/register" icon="key">
              Renew identity
            </ButtonLink>
          ) : undefined
        }
      />
      <LiveRefresh sensors={[id]} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 desk:grid-cols-2 desk:gap-6">
        <NowCard sensor={found} />
        <IdentityCard sensor={found} />
      </div>
      <div className="mt-8 grid grid-cols-[minmax(0,1fr)] gap-8">
        <Commands sensor={found} rows={commands} profiles={profiles} viewer={viewer} now={now} />
        <Withheld rows={withheld} />
        <Calibrations rows={calibrations} active={found.thumbprint} now={now} />
        <Rides rows={rides} />
      </div>
    </>
  );
}

function titleOf(row: SensorRow, now: number): string {
  if (row.status !== "active") return `${row.id}: ${identityState(row).text.toLowerCase()}`;
  const { kind, text } = calibrationState(row, now);
  if (kind === "kept") return `${row.id} is calibrated`;
  return kind === "calendar"
    ? `${row.id}: calibration ${text.toLowerCase()}`
    : `${row.id}: calibration ${row.calibration ? "has ended" : "is missing"}`;
}

function NowCard({ sensor: { lastAt, lastSeen, lastTemperature, lastHumidity, rides } }: { readonly sensor: SensorRow }) {
  return (
    <Card className="p-5 desk:p-6">
      <h2 className="mb-3">Last reading</h2>
      {lastAt === null || lastTemperature === null ? (
        <p className="text-second">None yet. It shows up here as soon as the first batch is committed.</p>
      ) : (
        <>
          <p className="font-strong text-title tracking-[-0.018em]">
            <Temperature milli={lastTemperature} />
            {lastHumidity !== null && (
              <span className="ml-3 font-normal text-body text-second">{formatHumidity(lastHumidity)} relative humidity</span>
            )}
          </p>
          <Facts className="mt-3">
            <Fact name="Measured">
              <Time at={lastAt} as="full" />
            </Fact>
            <Fact name="Committed">{lastSeen === null ? "–" : <Ago at={lastSeen} />}</Fact>
          </Facts>
        </>
      )}
      <p className="mt-3 text-small">
        {rides ? (
          <>
            Rides with{" "}
            <Link prefetch={false} href={`/shipments/${rides.shipment}`}>
              {rides.title}
            </Link>
            , {rides.place}.
          </>
        ) : (
          <span className="text-quiet">Rides with no open shipment.</span>
        )}
      </p>
    </Card>
  );
}

function IdentityCard({ sensor: row }: { readonly sensor: SensorRow }) {
  const identity = identityState(row);
  return (
    <Card className="p-5 desk:p-6">
      <h2 className="mb-3">Identity and sequence</h2>
      <Facts>
        <Fact name="Identity">
          <State kind={identity.kind} wrap>
            {identity.text}
          </State>
          {row.doubtfulSince !== null && (
            <span className="block text-quiet">
              readings doubtful since <Time at={row.doubtfulSince} as="full" />
            </span>
          )}
        </Fact>
        <Fact name="Key">
          <span className="mono" title={row.thumbprint}>
            {shortHash(row.thumbprint)}
          </span>
        </Fact>
        <Fact name="Registered">
          <Time at={row.registeredAt} as="full" />
          <span className="block text-quiet">by {organisationName(row.authority)}</span>
        </Fact>
        <Fact name="Last batch">
          {row.sequence === 0 ? (
            "none yet"
          ) : (
            <>
              <span className="num">{formatCount(row.sequence)}</span>{" "}
              <span className="mono text-quiet" title={row.headHash}>
                {shortHash(row.headHash)}
              </span>
            </>
          )}
        </Fact>
        <Fact name="Sequence">
          <Sequence sequence={row.sequence} lost={row.lostBatches} />
        </Fact>
      </Facts>
    </Card>
  );
}

/** Whether numbers are missing; before the first batch there is nothing to say. */
function Sequence({ sequence, lost }: { readonly sequence: number; readonly lost: number }) {
  if (sequence === 0) return <State kind="unknown">nothing sent yet</State>;
  return lost > 0 ? <State kind="untrusted">{plural(lost, "batch", "batches")} lost</State> : <State kind="kept">none missing</State>;
}

async function Calibrations({
  rows,
  active,
  now,
}: {
  readonly rows: readonly CalibrationRow[];
  readonly active: string;
  readonly now: number;
}) {
  const { unit } = await reader();
  const axis = {
    from: Math.min(now - MONTH, ...rows.map(({ validFrom }) => validFrom)),
    to: Math.max(now + MONTH, ...rows.map(({ validTo }) => validTo)) + MONTH,
  };
  return (
    <section aria-labelledby="calibrations">
      <SectionHead id="calibrations" title="Calibrations" count={formatCount(rows.length)} />
      <Card>
        <Table
          caption="Calibrations, newest first"
          head={
            <tr>
              <HeadCell>Certificate</HeadCell>
              <HeadCell className="w-1/3">Validity</HeadCell>
              <HeadCell>Range</HeadCell>
              <HeadCell>Recorded</HeadCell>
            </tr>
          }
        >
          {rows.map((row) => (
            <tr key={row.transaction}>
              <Cell>
                <b>{row.number}</b>
                <span className="block text-caption text-quiet">
                  {row.laboratory}
                  {row.thumbprint !== active && ", for an earlier key"}
                </span>
              </Cell>
              <Cell>
                <ValidityBar
                  {...axis}
                  validFrom={row.validFrom}
                  validTo={row.validTo}
                  marks={[{ at: now, text: "today", quiet: true }]}
                  label={`Validity of ${row.number}`}
                />
                <span className="text-caption text-quiet">
                  <Time at={row.validFrom} as="date" /> to <Time at={row.validTo} as="date" />
                </span>
              </Cell>
              <Cell className="text-small">
                {formatBand(row.min, row.max, unit)}
                <span className="block text-caption text-quiet">±{formatDifference(row.uncertainty, { unit })}, k = 2</span>
              </Cell>
              <Cell className="text-small">
                <Link prefetch={false} href={`/ledger/${row.transaction}`}>
                  <Time at={row.registeredAt} as="date" />
                </Link>
              </Cell>
            </tr>
          ))}
        </Table>
      </Card>
    </section>
  );
}

function Rides({ rows }: { readonly rows: readonly RideRow[] }) {
  return (
    <section aria-labelledby="rides">
      <SectionHead id="rides" title="Shipments" count={formatCount(rows.length)} />
      {rows.length === 0 ? (
        <p className="text-second">It rode with no shipment that you may see.</p>
      ) : (
        <Card>
          <Table
            caption="Shipments that this sensor rode with, newest first"
            head={
              <tr>
                <HeadCell>Shipment</HeadCell>
                <HeadCell>Place</HeadCell>
                <HeadCell align="end">From</HeadCell>
                <HeadCell align="end">To</HeadCell>
                <HeadCell align="end">Readings</HeadCell>
              </tr>
            }
          >
            {rows.map((row) => (
              <tr key={`${row.shipment} ${row.start}`}>
                <Cell>
                  <Link prefetch={false} href={`/shipments/${row.shipment}`} className="font-strong text-ink hover:text-ink">
                    {row.origin} to {row.destination}
                  </Link>
                  <span className="block text-caption text-quiet">{row.title}</span>
                </Cell>
                <Cell className="text-small">{row.place}</Cell>
                <Cell align="end">
                  <Time at={row.start} as="day" />
                </Cell>
                <Cell align="end">
                  {row.end === null ? <span className="text-quiet">still rides</span> : <Time at={row.end} as="day" />}
                </Cell>
                <Cell align="end">{formatCount(row.readings)}</Cell>
              </tr>
            ))}
          </Table>
        </Card>
      )}
    </section>
  );
}
