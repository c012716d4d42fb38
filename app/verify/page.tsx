import type { Metadata } from "next";
import { VerifyEvidence } from "@/components/evidence/verify";
import { Note } from "@/components/ui/note";
import { PageHead } from "@/components/ui/page";

export const metadata: Metadata = { title: "Check evidence" };

/** For anybody: no account, and the file stays in the browser. */
export default function VerifyPage() {
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
      <VerifyEvidence />
    </div>
  );
}
