import type { Metadata } from "next";
import Link from "next/link";
import { LiveRefresh } from "@/app/live-refresh";
import { Withheld } from "@/components/commands/withheld";
import { shortHash } from "@/components/format/identifiers";
import { formatCount } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { HealthPanel } from "@/components/ledger/health";
import { TransactionTable } from "@/components/ledger/transactions";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead, SectionHead } from "@/components/ui/page";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { organisationName } from "@/lib/access/organisations";
import { maySeeLedger } from "@/lib/access/permit";
import { database } from "@/lib/store/db";
import { type BlockRow, checkpoint, type Halt, invalidTransactions, latestBlocks, latestTransactions } from "@/lib/store/ledger";
import { withheldBatches } from "@/lib/store/withheld";
import { pageViewer } from "../../viewer";

export const metadata: Metadata = { title: "Ledger" };

const ROWS = { blocks: 10, transactions: 25, invalid: 10, withheld: 10 };

export default async function LedgerPage() {
  const viewer = await pageViewer("/ledger");
  if (!maySeeLedger(viewer)) return <EmptyState title="Nothing to see here">Your role does not read the ledger on this site.</EmptyState>;
  const { pool } = database();
  const [point, blocks, transactions, invalid, withheld] = await Promise.all([
    checkpoint(pool),
    latestBlocks(pool, ROWS.blocks),
    latestTransactions(pool, ROWS.transactions),
    invalidTransactions(pool, ROWS.invalid),
    withheldBatches(pool, viewer, null, ROWS.withheld),
  ]);
  return (
    <>
      <PageHead
        title={titleOf(point)}
        aside={
          <Link href="/operations" className="min-h-9 content-center">
            Operations: certificates, peers, ordering
          </Link>
        }
        lead="Each block is compared between the peers of two organisations and every transaction is executed again before a page shows it."
      />
      <LiveRefresh />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <HealthPanel />
        {transactions.length === 0 ? (
          <EmptyState title="No transaction yet">
            The first appears here as soon as a sensor is registered or a shipment created.
          </EmptyState>
        ) : (
          <section aria-labelledby="transactions">
            <SectionHead id="transactions" title="Latest commit confirmations" />
            <TransactionTable rows={transactions} caption="Commit confirmations, newest first" />
          </section>
        )}
        <Withheld rows={withheld} />
        {invalid.length > 0 && (
          <section aria-labelledby="invalid">
            <SectionHead id="invalid" title="Found invalid at commit" />
            <TransactionTable rows={invalid} caption="Transactions that were found invalid at commit; they changed nothing" />
          </section>
        )}
        {blocks.length > 0 && (
          <section aria-labelledby="blocks">
            <SectionHead id="blocks" title="Latest blocks" />
            <Blocks rows={blocks} />
          </section>
        )}
      </div>
    </>
  );
}

function titleOf(point: { readonly block: number; readonly halt: Halt | null } | null): string {
  if (point === null) return "No block yet";
  return point.halt ? `Halted after block ${formatCount(point.block)}` : `In order through block ${formatCount(point.block)}`;
}

function Blocks({ rows }: { readonly rows: readonly BlockRow[] }) {
  return (
    <Card>
      <Table
        caption="Blocks, newest first"
        head={
          <tr>
            <HeadCell align="end" className="w-24">
              Block
            </HeadCell>
            <HeadCell>Header hash</HeadCell>
            <HeadCell>Same from the peers of</HeadCell>
            <HeadCell align="end">Transactions</HeadCell>
            <HeadCell align="end">Time</HeadCell>
          </tr>
        }
      >
        {rows.map((row) => (
          <tr key={row.number}>
            <Cell align="end">{formatCount(row.number)}</Cell>
            <Cell>
              <span className="mono" title={row.headerHash}>
                {shortHash(row.headerHash)}
              </span>
            </Cell>
            <Cell className="text-small">{row.sources.map(organisationName).join(", ")}</Cell>
            <Cell align="end">{formatCount(row.transactions)}</Cell>
            <Cell align="end" className="text-second">
              {row.at === null ? "–" : <Time at={row.at} />}
            </Cell>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
