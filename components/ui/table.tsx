import type { ReactNode, TdHTMLAttributes, ThHTMLAttributes } from "react";

interface TableProps {
  /** Read by screen readers before the table. */
  readonly caption: string;
  readonly head: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A table that scrolls sideways inside itself before it makes the page do so. */
export function Table({ caption, head, children, className = "" }: TableProps) {
  return (
    // Positioned, so that words for screen readers inside scroll with it rather than widen the page.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="relative overflow-x-auto rounded-[inherit]" tabIndex={0} aria-label={caption}>
      <table className={`w-full border-collapse ${className}`}>
        <caption className="sr">{caption}</caption>
        <thead>{head}</thead>
        <tbody className="[&>tr:first-child>td]:border-t-0 [&>tr:hover>td]:bg-hover">{children}</tbody>
      </table>
    </section>
  );
}

/** `end` for what can be compared: numbers align right. */
type Align = { readonly align?: "start" | "end" };

const aligned = (align: Align["align"]) => (align === "end" ? "text-right" : "text-left");

export function HeadCell({ align, className = "", ...rest }: Align & Omit<ThHTMLAttributes<HTMLTableCellElement>, "align">) {
  return (
    <th
      scope="col"
      className={`whitespace-nowrap border-line border-b p-3 font-medium text-caption text-quiet first:pl-5 last:pr-5 ${aligned(align)} ${className}`}
      {...rest}
    />
  );
}

export function Cell({ align, className = "", ...rest }: Align & Omit<TdHTMLAttributes<HTMLTableCellElement>, "align">) {
  return (
    <td
      className={`whitespace-nowrap border-line border-t p-3 align-middle first:pl-5 last:pr-5 ${aligned(align)} ${align === "end" ? "num" : ""} ${className}`}
      {...rest}
    />
  );
}
