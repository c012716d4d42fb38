"use client";

import { debounce, parseAsString, useQueryState } from "nuqs";
import { useTransition } from "react";
import { Icon } from "./icon";

/** A search that lives in the address as `q`; the page is rendered anew a moment after the last key. */
export function SearchField({ label, placeholder }: { readonly label: string; readonly placeholder: string }) {
  const [pending, startTransition] = useTransition();
  const [value, setValue] = useQueryState(
    "q",
    parseAsString.withDefault("").withOptions({ shallow: false, startTransition, limitUrlUpdates: debounce(250) }),
  );
  return (
    <search aria-busy={pending} className="block w-full desk:w-72">
      <label className="relative block">
        <span className="sr">{label}</span>
        <Icon name="search" className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-quiet" />
        <input
          type="search"
          value={value}
          onChange={(event) => void setValue(event.target.value)}
          placeholder={placeholder}
          className="block min-h-12 w-full rounded-control border border-line-strong bg-surface pr-3 pl-9 text-hand placeholder:text-quiet desk:min-h-9 desk:text-body"
        />
      </label>
    </search>
  );
}
