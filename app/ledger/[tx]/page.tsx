import type { Metadata } from "next";
import Link from "next/link";
import { LiveRefresh } from "@/app/live-refresh";
import { evidencePath, subjectOfTrace } from "@/components/evidence/subject";
import { shortHash } from "@/components/format/identifiers";
import { formatCount, plural } from "@/components/format/numbers";
import { decimalsOf, formatHumidity } from "@/components/format/temperature";
import { Temperature, Time } from "@/components/format/values";
import { traceWords } from "@/components/ledger/trace-words";
import { Confirmation, functionTitle, isRead, NotRead } from "@/components/ledger/transactions";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Fact, Facts } from "@/components/ui/facts";
import { PageHead, SectionHead } from "@/components/ui/page";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { organisationName } from "@/lib/access/organisations";
import { maySeeLedger } from "@/lib/access/permit";
import { database } from "@/lib/store/db";
import { block, type TransactionRow, transaction } from "@/lib/store/ledger";
import { type BatchReading, type BatchTrace, batchOf, readingsOfBatch, type Trace, tracesOf } from "@/lib/store/transaction-detail";
import { pageViewer } from "../../viewer";

interface TransactionPageProps {
  readonly params: Promise<{ tx: string }>;
}

export async function generateMetadata({ params }: TransactionPageProps): Promise<Metadata> {
  return { title: `Transaction ${shortHash((await params).tx)}` };
}

const CRUMBS = [{ label: "Ledger", href: "/ledger" }];

export default async function TransactionPage({ params }: TransactionPageProps) {
  const { tx } = await params;
  const viewer = await pageViewer(`/ledger/${tx}`);
  const { pool } = database();
  const found = maySeeLedger(viewer) ? await transaction(pool, tx) : null;
  if (found === null) return <Unknown id={tx} />;
  const [traces, batch, its] = await Promise.all([
    tracesOf(pool, viewer, found.block, found.position),
    batchOf(pool, viewer, tx),
    block(pool, found.block),
  ]);
  const readings = batch ? await readingsOfBatch(pool, viewer, batch) : [];
  return (
    <>
      <PageHead title={titleOf(found)} lead={functionTitle(found)} crumbs={CRUMBS} here={shortHash(tx)} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 desk:grid-cols-2 desk:gap-6">
        <ConfirmationCard row={found} headerHash={its?.headerHash ?? ""} sources={its?.sources ?? []} />
        <Did traces={traces} batch={batch} valid={found.validationCode === 0} />
      </div>
      {batch && readings.length > 0 && <Readings batch={batch} rows={readings} />}
    </>
  );
}

function titleOf({ validationCode, block: number }: TransactionRow): string {
  return validationCode === 0 ? `Committed in block ${formatCount(number)}` : `Invalid in block ${formatCount(number)}: it changed nothing`;
}

/** Not here yet, or never: a transaction that was just sent may still come, and the page says so when it does. */
function Unknown({ id }: { readonly id: string }) {
  return (
    <>
      <PageHead title="Not in the database yet" crumbs={CRUMBS} here={shortHash(id)} />
      <LiveRefresh />
      <EmptyState title="No commit confirmation of this transaction" action={<ButtonLink href="/ledger">Latest confirmations</ButtonLink>}>
        If it was sent a moment ago, it shows up here by itself. If the number was copied, one of its digits may be wrong: {id}
      </EmptyState>
    </>
  );
}

interface ConfirmationCardProps {
  readonly row: TransactionRow;
  readonly headerHash: string;
  readonly sources: readonly string[];
}

function ConfirmationCard({ row, headerHash, sources }: ConfirmationCardProps) {
  return (
    <Card className="p-5 desk:p-6">
      <h2 className="mb-3">Commit confirmation</h2>
      <Facts>
        <Fact name="State">
          <Confirmation code={row.validationCode} />
        </Fact>
        <Fact name="Transaction">
          <span className="mono">{row.id}</span>
        </Fact>
        <Fact name="Time">{isRead(row) ? <Time at={row.timestamp} as="full" /> : <NotRead row={row} />}</Fact>
        <Fact name="Signed by">{isRead(row) ? <Creator row={row} /> : <NotRead row={row} />}</Fact>
        <Fact name="Endorsed by">
          {row.endorsers.length === 0 ? isRead(row) ? "nobody" : <NotRead row={row} /> : row.endorsers.map(organisationName).join(", ")}
        </Fact>
        <Fact name="Block">
          <span className="num">{formatCount(row.block)}</span>, position <span className="num">{row.position}</span>
          {headerHash !== "" && (
            <span className="mono block text-quiet" title={headerHash}>
              {shortHash(headerHash)}
            </span>
          )}
        </Fact>
        <Fact name="Same block from">{sources.map(organisationName).join(", ") || "–"}</Fact>
      </Facts>
    </Card>
  );
}

function Creator({ row }: { readonly row: TransactionRow }) {
  return (
    <>
      {row.creatorName}
      <span className="block text-quiet">
        {organisationName(row.creatorMsp)}, {row.creatorRole || "no role"}, key{" "}
        <span className="mono" title={row.thumbprint}>
          {shortHash(row.thumbprint)}
        </span>
      </span>
    </>
  );
}

function Did({ traces, batch, valid }: { readonly traces: readonly Trace[]; readonly batch: BatchTrace | null; readonly valid: boolean }) {
  return (
    <Card className="p-5 desk:p-6">
      <h2 className="mb-3">What it did</h2>
      {batch && (
        <Facts className="mb-3">
          <Fact name="Sensor">
            <Link prefetch={false} href={`/sensors/${batch.sensor}`}>
              {batch.sensor}
            </Link>
          </Fact>
          <Fact name="Batch">
            <span className="num">{formatCount(batch.sequence)}</span>, {plural(batch.count, "reading")}
            <span className="mono block text-quiet">{batch.hash}</span>
          </Fact>
          <Fact name="Continues">
            <span className="mono">{shortHash(batch.previous)}</span>
          </Fact>
          <Fact name="Calibration">{batch.calibrationNumber || "–"}</Fact>
        </Facts>
      )}
      {traces.length === 0 && batch === null && (
        <p className="text-second text-small">
          {valid ? "Nothing that concerns shipments or sensors that you may see." : "Nothing: an invalid transaction changes no state."}
        </p>
      )}
      <ul className="grid gap-2 text-small">
        {traces.map((trace) => (
          <li key={`${trace.kind} ${trace.shipment} ${trace.sensor} ${JSON.stringify(trace.detail)}`}>
            {traceWords(trace)}.{" "}
            {trace.shipment && (
              <Link prefetch={false} href={`/shipments/${trace.shipment}`} className="text-small">
                {trace.shipment}
              </Link>
            )}
            <EvidenceLink trace={trace} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function EvidenceLink({ trace }: { readonly trace: Trace }) {
  const subject = subjectOfTrace(trace);
  if (subject === null) return null;
  return (
    <>
      {", "}
      <Link prefetch={false} href={evidencePath(subject)} className="text-small">
        its evidence
      </Link>
    </>
  );
}

function Readings({ batch, rows }: { readonly batch: BatchTrace; readonly rows: readonly BatchReading[] }) {
  const decimals = decimalsOf(rows.map(({ temperature }) => temperature));
  return (
    <section aria-labelledby="readings" className="mt-8">
      <SectionHead id="readings" title="Readings as they were signed" count={formatCount(rows.length)} />
      <Card className="max-w-200">
        <Table
          caption={`Readings of batch ${batch.sequence} of ${batch.sensor}`}
          head={
            <tr>
              <HeadCell>Measured</HeadCell>
              <HeadCell align="end">Temperature</HeadCell>
              <HeadCell align="end">Humidity</HeadCell>
              <HeadCell>Time is</HeadCell>
              <HeadCell>Calibration</HeadCell>
              <HeadCell>Evidence</HeadCell>
            </tr>
          }
        >
          {rows.map((row) => (
            <tr key={row.index}>
              <Cell className="num">
                <Time at={row.at} as="seconds" />
              </Cell>
              <Cell align="end">
                <Temperature milli={row.temperature} decimals={decimals} />
              </Cell>
              <Cell align="end">{row.humidity === null ? "–" : formatHumidity(row.humidity)}</Cell>
              <Cell className="text-small">{row.standing}</Cell>
              <Cell className="text-small">{row.calibration}</Cell>
              <Cell className="text-small">
                {row.shipment === null ? (
                  "–"
                ) : (
                  <Link
                    prefetch={false}
                    aria-label={`Evidence of reading ${row.index + 1}`}
                    href={evidencePath({
                      kind: "reading",
                      shipment: row.shipment,
                      sensor: batch.sensor,
                      sequence: batch.sequence,
                      index: row.index,
                    })}
                  >
                    Export
                  </Link>
                )}
              </Cell>
            </tr>
          ))}
        </Table>
      </Card>
    </section>
  );
}
