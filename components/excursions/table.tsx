import Link from "next/link";
import { formatDuration } from "@/components/format/duration";
import { plural } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { Elapsed, Temperature, Time } from "@/components/format/values";
import { boundWords } from "@/components/overview/need-words";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { State, type StateKind, Tile } from "@/components/ui/state";
import { excursionName } from "@/lib/domain/excursion";
import type { Due } from "@/lib/domain/excursion-due";
import { profileById } from "@/lib/domain/profiles";
import type { ExcursionRow } from "@/lib/store/excursions";
import { dueWords, STATUS, STEP_WORDS } from "./words";

type ListedExcursion = ExcursionRow & { readonly due: Due | null };

const GRAVE: Readonly<Record<ExcursionRow["severity"], { readonly kind: StateKind; readonly word: string }>> = {
  critical: { kind: "violation", word: "critical" },
  major: { kind: "warning", word: "major" },
  minor: { kind: "warning", word: "minor" },
};

/** Excursions: what the ledger found, in a sentence, how far people have come, and where it is settled. */
export function ExcursionList({ rows, label }: { readonly rows: readonly ListedExcursion[]; readonly label: string }) {
  return (
    <Card>
      <ul aria-label={label}>
        {rows.map((row) => (
          <Row key={excursionName(row)} row={row} />
        ))}
      </ul>
    </Card>
  );
}

async function Row({ row }: { readonly row: ListedExcursion }) {
  const { unit, now } = await reader();
  const profile = profileById(row.profile);
  const { kind, word } = GRAVE[row.severity];
  const bound = profile.rules.find(({ id }) => id === row.rule);
  const status = STATUS[row.status];
  const due = row.due && dueWords(row.due, now);
  const href = `/excursions/${excursionName(row)}`;
  return (
    <li className="grid grid-cols-[2.25rem_minmax(0,1fr)] items-start gap-x-3 gap-y-1 border-line border-t p-4 first:border-t-0 desk:grid-cols-[2.25rem_minmax(0,1fr)_11rem_8.5rem] desk:items-center desk:gap-4 desk:px-5">
      <Tile kind={row.due ? kind : status.kind} />
      <div className="min-w-0">
        <h3>
          <Link prefetch={false} href={href} className="text-ink hover:text-ink">
            {row.origin} to {row.destination}
          </Link>{" "}
          <span className="font-normal text-quiet">{row.title}</span>
        </h3>
        <p className="text-pretty text-second text-small">
          <Link prefetch={false} href={`/sensors/${row.sensor}`}>
            {row.sensor}
          </Link>{" "}
          {boundWords(profile, row.rule, unit)}, {bound?.direction === "lower" ? "lowest" : "highest"}{" "}
          <Temperature milli={row.peak} bounds={[bound?.bound ?? null]} />, {plural(row.readings, "reading")}. Found in{" "}
          <Link prefetch={false} href={`/ledger/${row.transaction}`}>
            its transaction
          </Link>
          .
        </p>
        <p className="mt-1 flex flex-wrap gap-x-4 text-small">
          <State kind={status.kind}>{status.word}</State>
          {due && <State kind={due.kind}>{due.text}</State>}
          <span className="text-quiet">{word}</span>
          {row.assignee && <span className="text-quiet">{row.assigneeName ?? row.assignee} handles it</span>}
        </p>
      </div>
      <p className="num text-quiet text-small max-desk:col-start-2 max-desk:mb-2">
        <b className="text-ink desk:block">
          {row.to === null ? (
            <>
              Lasts <Elapsed since={row.from} />
            </>
          ) : (
            `Lasted ${formatDuration(row.to - row.from)}`
          )}
        </b>{" "}
        began <Time at={row.from} />
      </p>
      <ButtonLink href={href} className="max-desk:col-start-2 max-desk:min-w-36 max-desk:justify-self-start">
        {row.due ? STEP_WORDS[row.due.step].action : "Open"}
        <span className="sr">
          : {row.origin} to {row.destination}, {row.sensor}
        </span>
      </ButtonLink>
    </li>
  );
}
