import type { Metadata } from "next";
import Link from "next/link";
import { VerifyEvidence } from "@/components/evidence/verify";
import { Note } from "@/components/ui/note";
import { PageHead } from "@/components/ui/page";
import { SHIPMENT_ID } from "@/lib/messages/names";

export const metadata: Metadata = { title: "Check evidence" };

/** For anybody: no account, and the file stays in the browser. The code on a printed report leads here and names its shipment. */
export default async function VerifyPage({ searchParams }: { searchParams: Promise<{ shipment?: string | string[] }> }) {
  const { shipment } = await searchParams;
  const printed = typeof shipment === "string" && SHIPMENT_ID.test(shipment) ? shipment : undefined;
  return (
    <div className="mx-auto max-w-200">
      <PageHead
        title="Check evidence yourself"
        lead="This browser reads the file, checks every signature and runs the rules again. The file is sent nowhere, and no database is asked."
      />
      <Note kind="info" className="mb-6">
        <b>Whom you trust here:</b> the program that this website sent to your browser. Whoever controls the website could send another one.
        The proof is the same check from elsewhere: <span className="mono wrap-anywhere">npm run verify -- FILE --roots ROOTS</span>, or the
        package <span className="mono">@winterseal/verify</span> from a source of your own.
      </Note>
      {printed ? (
        <Note kind="info" className="mb-6">
          The report in your hands is about shipment <b>{printed}</b>. It is proved by its evidence file: ask for it whoever gave you the
          report, or <Link href={`/shipments/${printed}/evidence`}>have it made</Link> if you have an account here.
        </Note>
      ) : null}
      <VerifyEvidence />
    </div>
  );
}
