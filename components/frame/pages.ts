import type { IconName } from "@/components/ui/icons";

/** The pages in the navigation, in the order of a reader's questions. */
export const PAGES = [
  { href: "/", label: "Overview", icon: "overview" },
  { href: "/shipments", label: "Shipments", icon: "shipments" },
  { href: "/sensors", label: "Sensors", icon: "sensors" },
  { href: "/excursions", label: "Excursions", icon: "excursions" },
  { href: "/ledger", label: "Ledger", icon: "ledger" },
  { href: "/settings", label: "Settings", icon: "settings" },
] as const satisfies readonly { readonly href: string; readonly label: string; readonly icon: IconName }[];

/** Asked seldom, by few: below the others at a desk, in the hand reached from the ledger. */
export const OPERATIONS_PAGE = { href: "/operations", label: "Operations", icon: "key" } as const;

/** Needs no account and stands below the others at a desk; in the hand it is reached from a shipment's evidence. */
export const VERIFY_PAGE = { href: "/verify", label: "Check evidence", icon: "verify" } as const;

/** Whether an address lies on or under a page of the navigation. */
export function isHere(href: string, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}

const ABOVE: Readonly<Record<string, string>> = { [OPERATIONS_PAGE.href]: "/ledger" };

/** The page above, for the way back on a narrow screen; null on the pages of the navigation themselves. */
export function pageAbove(path: string): string | null {
  if (ABOVE[path] !== undefined) return ABOVE[path];
  const parts = path.split("/").filter(Boolean);
  return parts.length < 2 ? null : `/${parts.slice(0, -1).join("/")}`;
}
