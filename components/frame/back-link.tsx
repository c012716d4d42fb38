"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Icon } from "@/components/ui/icon";
import { pageAbove } from "./pages";

/** The way up, where the crumbs have no room. */
export function BackLink() {
  const above = pageAbove(usePathname());
  if (above === null) return null;
  return (
    <Link
      href={above}
      aria-label="Back"
      className="inline-flex size-11 items-center justify-center rounded-control text-ink hover:bg-sunken"
    >
      <Icon name="back" />
    </Link>
  );
}
