import Link from "next/link";
import { clock, exactTime, weekday, zoneName } from "@/components/format/time";
import { Icon } from "@/components/ui/icon";
import { TONE_SOFT, TONE_TEXT } from "@/components/ui/state";
import type { Reading } from "@/components/verdict/kept-words";
import type { TimelineEntry } from "./timeline-words";

/** Entries shown before "earlier": a shipment with a hundred backlogs stays readable. */
const SHOWN = 40;

function Entry({ entry, zone }: { readonly entry: TimelineEntry; readonly zone: string }) {
  const look = entry.tone ? `${TONE_SOFT[entry.tone]} ${TONE_TEXT[entry.tone]}` : "bg-surface text-second shadow-[0_0_0_1px_var(--line)]";
  const when = (
    <time dateTime={new Date(entry.at).toISOString()} title={exactTime(entry.at, zone)} className="text-quiet">
      {clock(entry.at, zone)}
    </time>
  );
  return (
    <li className="relative grid grid-cols-[1.5rem_1fr_auto] gap-x-3 pb-4 text-small before:absolute before:top-7 before:bottom-0.5 before:left-3 before:w-px before:bg-line last:pb-0 last:before:hidden">
      <span className={`-mt-0.5 grid size-6 place-items-center rounded-full ${look}`}>
        <Icon name={entry.icon} className="size-3.5! stroke-[1.9]!" />
      </span>
      <b className="[overflow-wrap:anywhere]">{entry.title}</b>
      {entry.transaction ? (
        <Link prefetch={false} href={`/ledger/${entry.transaction}`} className="text-quiet underline decoration-line underline-offset-3">
          {when}
        </Link>
      ) : (
        when
      )}
      <p className="col-span-2 col-start-2 text-pretty text-quiet [overflow-wrap:anywhere]">{entry.text}</p>
    </li>
  );
}

function Days({ entries, zone }: { readonly entries: readonly TimelineEntry[]; readonly zone: string }) {
  const days = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const name = weekday(entry.at, zone);
    days.set(name, [...(days.get(name) ?? []), entry]);
  }
  return [...days].map(([name, told]) => (
    <div key={name}>
      <h3 className="mt-5 mb-2 font-strong text-caption text-quiet">{name}</h3>
      <ol>
        {told.map((entry) => (
          <Entry key={entry.key} entry={entry} zone={zone} />
        ))}
      </ol>
    </div>
  ));
}

/** What happened, by day. Each time leads to the transaction that stands for it. */
export function Timeline({ entries, reader }: { readonly entries: readonly TimelineEntry[]; readonly reader: Reading }) {
  const { zone, now } = reader;
  const earlier = entries.slice(SHOWN);
  return (
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <p className="text-quiet text-small">Your time, {zoneName(now, zone)}</p>
      <div className="mt-3">
        <Days entries={entries.slice(0, SHOWN)} zone={zone} />
        {earlier.length > 0 && (
          <details className="mt-4">
            <summary className="text-accent text-small">{earlier.length} earlier</summary>
            <Days entries={earlier} zone={zone} />
          </details>
        )}
      </div>
    </section>
  );
}
