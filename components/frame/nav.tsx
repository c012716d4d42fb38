"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Icon } from "@/components/ui/icon";
import { isHere, OPERATIONS_PAGE, PAGES, VERIFY_PAGE } from "./pages";

interface NavProps {
  /** Open violations of the viewer, shown beside Excursions. */
  readonly open: number;
}

export function SideNav({ open }: NavProps) {
  const path = usePathname();
  return (
    <nav aria-label="Pages" className="grid gap-0.5">
      {[...PAGES, OPERATIONS_PAGE, VERIFY_PAGE].map(({ href, label, icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={isHere(href, path) ? "page" : undefined}
          className="group flex min-h-9 items-center gap-3 rounded-control px-2 font-medium text-second hover:bg-sunken hover:text-ink hover:no-underline aria-[current]:bg-here aria-[current]:text-ink"
        >
          <Icon name={icon} className="group-aria-[current]:text-accent" />
          {label}
          {href === "/excursions" && open > 0 && (
            <span className="num ml-auto min-w-5 text-center font-strong text-caption">
              {open}
              <span className="sr"> open</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

export function TabBar({ open }: NavProps) {
  const path = usePathname();
  return (
    <nav
      aria-label="Main pages"
      className="tabs no-print fixed inset-x-0 bottom-0 z-10 grid auto-cols-fr grid-flow-col border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] desk:hidden"
    >
      {PAGES.map(({ href, label, icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={isHere(href, path) ? "page" : undefined}
          className="relative grid justify-items-center gap-0.5 py-2 font-medium text-[0.6875rem] text-quiet leading-4 hover:no-underline aria-[current]:text-accent"
        >
          <Icon name={icon} className="size-[1.375rem]" />
          {label}
          {href === "/excursions" && open > 0 && (
            <span className="num absolute top-1 left-[calc(50%+0.625rem)] font-strong text-caption text-ink">
              {open}
              <span className="sr"> open</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
