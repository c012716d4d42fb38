import Link from "next/link";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Tile } from "@/components/ui/state";
import type { NeedWords } from "./need-words";

/** Rows of what needs somebody; each leads to where it is settled. @param lead the first row's button is the page's primary one */
export function NeedList({ rows, lead, label }: { readonly rows: readonly NeedWords[]; readonly lead: boolean; readonly label: string }) {
  return (
    <Card>
      <ul aria-label={label}>
        {rows.map((row, index) => (
          <li
            key={`${row.title} ${row.href}`}
            className="grid grid-cols-[2.25rem_minmax(0,1fr)] items-start gap-x-3 gap-y-1 border-line border-t p-4 first:border-t-0 desk:grid-cols-[2.25rem_minmax(0,1fr)_10.5rem_8.5rem] desk:items-center desk:gap-4 desk:px-5"
          >
            <Tile kind={row.kind} />
            <div className="min-w-0">
              <h3>
                <Link prefetch={false} href={row.href} className="text-ink hover:text-ink">
                  {row.title}
                </Link>
                {row.goods !== "" && <span className="font-normal text-quiet"> {row.goods}</span>}
              </h3>
              <p className="text-pretty text-second text-small">{row.text}</p>
            </div>
            <p className="num text-quiet text-small max-desk:col-start-2 max-desk:mb-2">
              <b className="text-ink desk:block">{row.since}</b> {row.began}
            </p>
            <ButtonLink
              href={row.href}
              look={lead && index === 0 ? "primary" : "plain"}
              className="max-desk:col-start-2 max-desk:min-w-36 max-desk:justify-self-start"
            >
              {row.action}
            </ButtonLink>
          </li>
        ))}
      </ul>
    </Card>
  );
}
