import Link from "next/link";
import { formatCount } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { HaltWatch } from "@/components/live/halt-watch";
import { Note } from "@/components/ui/note";
import type { Halt, RecordState } from "@/lib/store/ledger";

/** The gravest thing this site can say: what it was shown contradicts itself. On every page, since no page knows what came after. */
export function HaltNotice({ record }: { readonly record: RecordState | null }) {
  return (
    <>
      <HaltWatch shown={(record?.halt ?? null) !== null} />
      {record?.halt && <Halted block={record.block} halt={record.halt} />}
    </>
  );
}

function Halted({ block, halt }: { readonly block: number; readonly halt: Halt }) {
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
