import type { Metadata } from "next";
import { LiveRefresh } from "@/app/live-refresh";
import { formatCount } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { CertificateTable } from "@/components/operations/certificate-table";
import { certificateTitle } from "@/components/operations/certificates";
import { ChannelFacts } from "@/components/operations/channel-facts";
import type { Operations } from "@/components/operations/model";
import { OrganisationTable } from "@/components/operations/organisation-table";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead, SectionHead } from "@/components/ui/page";
import { organisationName } from "@/lib/access/organisations";
import { maySeeOperations, maySeePeople } from "@/lib/access/permit";
import { pageViewer } from "../viewer";
import { loadOperations } from "./load";

export const metadata: Metadata = { title: "Operations" };

/** For whoever keeps an organisation's part of the network running: what ends, who is behind, what is in force. */
export default async function OperationsPage() {
  const viewer = await pageViewer("/operations");
  if (!maySeeOperations(viewer))
    return <EmptyState title="Nothing to see here">Your role does not read the ledger on this site.</EmptyState>;
  const [operations, { now }] = await Promise.all([loadOperations(viewer), reader()]);
  const people = operations.people.map(
    ({ commonName, ends }) => ({ kind: "person", holder: commonName, mspId: viewer.mspId, ends }) as const,
  );
  return (
    <>
      <PageHead
        title={titleOf(operations, certificateTitle([...operations.certificates, ...people], now))}
        lead={`What the network lives on, as seen from here. Commands are for ${organisationName(viewer.mspId)}; its administrators run them where its keys lie.`}
      />
      <LiveRefresh />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <section aria-labelledby="certificates">
          <SectionHead id="certificates" title="Certificates" count={String(operations.certificates.length)} />
          <CertificateTable
            caption="Certificates of the network, which ends first on top"
            rows={operations.certificates}
            viewer={viewer.mspId}
            isFixed={operations.kind === "embedded"}
            now={now}
          />
        </section>
        {maySeePeople(viewer) && (
          <section aria-labelledby="people">
            <SectionHead id="people" title="People of your organisation" count={String(people.length)} />
            <p className="mb-4 max-w-160 text-pretty text-second">Who has signed in here. Nobody else sees this list.</p>
            <CertificateTable
              caption="Certificates of your organisation’s people"
              rows={people}
              viewer={viewer.mspId}
              isFixed={operations.kind === "embedded"}
              now={now}
            />
          </section>
        )}
        <section aria-labelledby="organisations">
          <SectionHead id="organisations" title="Organisations" count={String(operations.organisations.length)} />
          <OrganisationTable {...operations} />
        </section>
        <section aria-labelledby="channel">
          <SectionHead id="channel" title="The channel" />
          <ChannelFacts {...operations} />
        </section>
      </div>
    </>
  );
}

function titleOf({ halt, block }: Operations, certificates: string): string {
  return halt === null ? certificates : `Halted after block ${formatCount(block ?? 0)}`;
}
