import Link from "next/link";
import { formatDuration } from "@/components/format/duration";
import { plural } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { Elapsed, Temperature, Time } from "@/components/format/values";
import { boundWords } from "@/components/overview/need-words";
import { STATUS_WORDS } from "@/components/shipments/table";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { State, type StateKind, Tile } from "@/components/ui/state";
import { profileById } from "@/lib/domain/profiles";
import type { ExcursionRow } from "@/lib/store/excursions";

const GRAVE: Readonly<Record<ExcursionRow["severity"], { readonly kind: StateKind; readonly word: string }>> = {
  critical: { kind: "violation", word: "critical" },
  major: { kind: "warning", word: "major" },
  minor: { kind: "warning", word: "minor" },
};

/** Excursions: what the ledger found, in a sentence, and where people settle it. */
export function ExcursionList({ rows, label }: { readonly rows: readonly ExcursionRow[]; readonly label: string }) {
  return (
    <Card>
      <ul aria-label={label}>
        {rows.map((row) => (
          <Row key={`${row.shipment} ${row.sensor} ${row.rule} ${row.number}`} row={row} />
        ))}
      </ul>
    </Card>
  );
}

async function Row({ row }: { readonly row: ExcursionRow }) {
  const { unit } = await reader();
  const profile = profileById(row.profile);
  const { kind, word } = GRAVE[row.severity];
  const bound = profile.rules.find(({ id }) => id === row.rule);
  return (
    <li className="grid grid-cols-[2.25rem_minmax(0,1fr)] items-start gap-x-3 gap-y-1 border-line border-t p-4 first:border-t-0 desk:grid-cols-[2.25rem_minmax(0,1fr)_11rem_8.5rem] desk:items-center desk:gap-4 desk:px-5">
      <Tile kind={kind} />
      <div className="min-w-0">
        <h3>
          <Link prefetch={false} href={`/shipments/${row.shipment}`} className="text-ink hover:text-ink">
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
          <State kind={kind}>{word}</State>
          <span className="text-quiet">shipment {STATUS_WORDS[row.status]}</span>
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
      <ButtonLink href={`/shipments/${row.shipment}`} className="max-desk:col-start-2 max-desk:min-w-36 max-desk:justify-self-start">
        Open shipment
      </ButtonLink>
    </li>
  );
}
