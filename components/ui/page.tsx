import Link from "next/link";
import type { ReactNode } from "react";

interface PageHeadProps {
  /** The page's answer, in a sentence. */
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  /** Where this page hangs, outermost first; the page itself is added as the last. */
  readonly crumbs?: readonly { readonly label: string; readonly href: string }[];
  readonly here?: string;
  /** Buttons, or key figures, at the right. */
  readonly aside?: ReactNode;
}

export function PageHead({ title, lead, crumbs, here, aside }: PageHeadProps) {
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-x-8 gap-y-4 desk:mb-6">
      <div className="min-w-0">
        {crumbs && (
          <nav aria-label="Where you are" className="mb-2 flex flex-wrap gap-x-2 text-quiet text-small max-desk:hidden">
            {crumbs.map(({ label, href }) => (
              <span key={href} className="flex gap-x-2">
                <Link href={href} className="text-second">
                  {label}
                </Link>
                <span aria-hidden="true">/</span>
              </span>
            ))}
            <span>{here}</span>
          </nav>
        )}
        <h1>{title}</h1>
        {lead && <div className="mt-1 text-pretty text-second">{lead}</div>}
      </div>
      {aside}
    </header>
  );
}

/** A section's head with its count and what can be done. */
export function SectionHead({
  id,
  title,
  count,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly count?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="mb-3 flex min-h-9 items-center gap-2">
      <h2 id={id}>{title}</h2>
      {count !== undefined && <span className="num text-quiet">{count}</span>}
      {children && <div className="ml-auto">{children}</div>}
    </div>
  );
}
