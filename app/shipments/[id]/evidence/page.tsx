import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { ExportEvidence } from "@/components/evidence/export";
import { subjectOf, subjectWords } from "@/components/evidence/subject";
import { fullTitle } from "@/components/shipment/title";
import { Card } from "@/components/ui/card";
import { Fact, Facts } from "@/components/ui/facts";
import { PageHead } from "@/components/ui/page";
import { database } from "@/lib/store/db";
import { shipmentHead } from "@/lib/store/shipment-detail";
import { pageViewer } from "../../../viewer";

export const metadata: Metadata = { title: "Evidence" };

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function EvidencePage({ params, searchParams }: PageProps) {
  const [{ id }, query] = await Promise.all([params, searchParams]);
  const viewer = await pageViewer(`/shipments/${id}/evidence`);
  const head = await shipmentHead(database().pool, viewer, id);
  if (head === null) notFound();
  const subject = subjectOf(head.id, query);
  return (
    <div className="mx-auto max-w-200">
      <PageHead
        crumbs={[
          { label: "Shipments", href: "/shipments" },
          { label: fullTitle(head), href: `/shipments/${head.id}` },
        ]}
        here="Evidence"
        title="Evidence for anybody to check"
        lead="One file with all that was signed. Whoever has it computes times, violations and seals again, without this website."
      />
      <Card className="grid gap-5 p-4 desk:p-6">
        <Facts>
          <Fact name="About">{subjectWords(subject)}</Fact>
          <Fact name="In the file">
            Every signed statement and batch of the shipment, its sensors’ registrations and revocations, the channel’s configuration. The
            batch before the trip and the one after it show that none is left out between; they may hold readings of other trips.
          </Fact>
          <Fact name="Attested">
            Two organisations sign what their ledger holds at this moment, so that nothing can be left out at the end. Your signer asks for
            it: this website has no key that could, and the file names you as the one who asked.
          </Fact>
        </Facts>
        <ExportEvidence shipment={head.id} subject={subject} />
      </Card>
      <p className="mt-4 text-second text-small">
        <Link href="/verify">Check a file in this browser</Link>, or on a command line of your own.
      </p>
    </div>
  );
}
