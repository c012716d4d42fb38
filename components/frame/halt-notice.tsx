import Link from "next/link";
import { formatCount } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { Note } from "@/components/ui/note";
import { database } from "@/lib/store/db";
import { checkpoint } from "@/lib/store/ledger";

/** The gravest thing this site can say: what it was shown contradicts itself. On every page, since no page knows what came after. */
export async function HaltNotice() {
  const point = await checkpoint(database().pool);
  if (!point?.halt) return null;
  const { halt, block } = point;
  return (
    <Note kind="untrusted" role="alert" className="mb-6">
      <b>The ledger contradicts its own rules.</b> {block < 0 ? "No block is shown" : `Nothing after block ${formatCount(block)} is shown`}:
      what this page says is as of then, and nothing since is known to be good. Somebody has to look. <Link href="/ledger">Ledger</Link>
      <br />
      <span className="num break-words">{halt.reason}</span>
      {halt.at !== null && (
        <>
          {" "}
          Seen <Time at={halt.at} as="full" />.
        </>
      )}
    </Note>
  );
}
