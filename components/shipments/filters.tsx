"use client";

import { debounce, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useTransition } from "react";
import { Icon } from "@/components/ui/icon";
import { Segmented } from "@/components/ui/segmented";
import { SHIPMENT_SORTS, SHIPMENT_STATES, type ShipmentState } from "@/lib/store/shipment-query";

const LABELS: Readonly<Record<ShipmentState, string>> = {
  all: "All",
  open: "Under way",
  arrived: "Arrived",
  decided: "Decided",
  violated: "Out of range",
};

const SORTS: Readonly<Record<(typeof SHIPMENT_SORTS)[number], string>> = {
  newest: "Newest first",
  latest: "Latest reading first",
  place: "By route",
  title: "By goods",
};

/** Search, filter and order of the list, all of it in the address. */
export function ShipmentFilters({ counts }: { readonly counts: Readonly<Record<ShipmentState, number>> }) {
  const [pending, startTransition] = useTransition();
  const [query, setQuery] = useQueryStates(
    {
      q: parseAsString.withDefault("").withOptions({ limitUrlUpdates: debounce(250) }),
      state: parseAsStringLiteral(SHIPMENT_STATES).withDefault("all"),
      sort: parseAsStringLiteral(SHIPMENT_SORTS).withDefault("newest"),
      after: parseAsString,
    },
    { shallow: false, startTransition },
  );
  return (
    <search aria-busy={pending} className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
      <label className="relative block w-full desk:w-72">
        <span className="sr">Search shipments</span>
        <Icon name="search" className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-quiet" />
        <input
          type="search"
          value={query.q}
          onChange={(event) => setQuery({ q: event.target.value, after: null })}
          placeholder="Place, goods, SSCC or sensor"
          className="block min-h-12 w-full rounded-control border border-line-strong bg-surface pr-3 pl-9 text-hand placeholder:text-quiet desk:min-h-9 desk:text-body"
        />
      </label>
      <div className="max-w-full overflow-x-auto">
        <Segmented
          label="Show"
          value={query.state}
          options={SHIPMENT_STATES.map((state) => ({ value: state, label: LABELS[state], count: counts[state] }))}
          onChange={(state) => setQuery({ state, after: null })}
        />
      </div>
      <label className="relative ml-auto block max-desk:w-full">
        <span className="sr">Order</span>
        <select
          value={query.sort}
          onChange={(event) => setQuery({ sort: SHIPMENT_SORTS.find((sort) => sort === event.target.value) ?? "newest", after: null })}
          className="min-h-12 appearance-none rounded-control border border-control-line bg-surface pr-9 pl-3 text-small shadow-card max-desk:w-full desk:min-h-9"
        >
          {SHIPMENT_SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {SORTS[sort]}
            </option>
          ))}
        </select>
        <Icon name="down" className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-quiet" />
      </label>
    </search>
  );
}
