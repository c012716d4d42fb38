import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { reader } from "@/components/format/server";
import { ShareForm } from "@/components/share/share-form";
import { ShareList } from "@/components/share/share-list";
import { PageHead, SectionHead } from "@/components/ui/page";
import { mayLetIn } from "@/lib/access/permit";
import { database } from "@/lib/store/db";
import { listShares } from "@/lib/store/shares";
import { shipmentHead } from "@/lib/store/shipment-detail";
import { pageViewer } from "../../../viewer";
import { endShare, makeShare } from "./actions";

export const metadata: Metadata = { title: "Share" };

/** Guest links of one shipment: made, listed, ended. */
export default async function SharePage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const viewer = await pageViewer(`/shipments/${id}/share`);
  const { pool } = database();
  const head = await shipmentHead(pool, viewer, id);
  if (head === null || !mayLetIn(viewer)) notFound();
  const [links, preferences] = await Promise.all([listShares(pool, viewer, id), reader()]);
  return (
    <>
      <PageHead
        crumbs={[
          { label: "Shipments", href: "/shipments" },
          { label: `${head.origin} to ${head.destination}`, href: `/shipments/${id}` },
        ]}
        here="Share"
        title={`Share ${head.title}`}
        lead="A link to this one shipment for somebody without an account: read only, until a day you choose, ended whenever you like."
      />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <ShareForm shipment={id} make={makeShare} />
        <section aria-labelledby="links">
          <SectionHead id="links" title="Links of your organisation" count={String(links.length)} />
          <ShareList links={links} end={endShare} now={preferences.now} />
        </section>
      </div>
    </>
  );
}
