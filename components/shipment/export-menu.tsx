"use client";

import { buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

export interface ExportFile {
  readonly href: string;
  readonly title: string;
  /** What it is good for, in one line. */
  readonly text: string;
  /** Leads to a page first. */
  readonly isPage?: true;
}

/** Files that a shipment can leave as. A new kind is one more line here. */
export const exportFiles = (shipment: string): readonly ExportFile[] => [
  {
    href: `/shipments/${shipment}/evidence`,
    title: "Evidence",
    text: "All that was signed, for anybody to check without this website.",
    isPage: true,
  },
  {
    href: `/api/shipments/${shipment}/report.pdf`,
    title: "Report, PDF",
    text: "Both verdicts, the curve, calibration, seals and signatures, for print.",
  },
  {
    href: `/api/shipments/${shipment}/readings.csv`,
    title: "Readings, CSV",
    text: "Every raw reading, in UTC and your zone, for a spreadsheet.",
  },
  {
    href: `/api/shipments/${shipment}/epcis.jsonld`,
    title: "EPCIS 2.0, JSON-LD",
    text: "Events and raw readings for a GS1 system.",
  },
];

/** A native popover of downloads: closes on Escape and outside, works without a script for the links themselves. */
export function ExportMenu({ shipment }: { readonly shipment: string }) {
  return (
    <div className="relative">
      <button type="button" popoverTarget="export-menu" className={`${buttonClass()} [anchor-name:--export]`}>
        <Icon name="download" className="size-4 text-quiet" />
        Export
      </button>
      <div
        id="export-menu"
        popover="auto"
        className="fixed m-auto w-80 max-w-[calc(100vw-2rem)] rounded-card border border-line bg-raised p-2 text-ink shadow-raised supports-[position-area:bottom]:inset-auto supports-[position-area:bottom]:m-1 supports-[position-area:bottom]:[position-anchor:--export] supports-[position-area:bottom]:[position-area:bottom_span-left] supports-[position-area:bottom]:[position-try-fallbacks:flip-inline,flip-block]"
      >
        <ul>
          {exportFiles(shipment).map(({ href, title, text, isPage }) => (
            <li key={href}>
              <a
                href={href}
                download={isPage ? undefined : true}
                className="block rounded-control px-3 py-2 text-ink hover:bg-sunken hover:text-ink hover:no-underline"
              >
                <b className="block text-small">{title}</b>
                <span className="block text-caption text-quiet">{text}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
