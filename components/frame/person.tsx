"use client";

import { useRouter } from "next/navigation";
import { keepPreference } from "@/components/format/preferences";
import { useReader } from "@/components/format/reader";
import { exactTime } from "@/components/format/time";
import { Icon } from "@/components/ui/icon";
import { Segmented } from "@/components/ui/segmented";

interface PersonProps {
  readonly name: string;
  readonly organisation: string;
  readonly role: string;
  readonly signOut: React.ReactNode;
}

/** Name and organisation; opens what belongs to this reader: unit, zone, sign out. A native popover: closes on Escape and outside. */
export function PersonButton({
  name,
  organisation,
  menu,
  compact = false,
}: {
  readonly name: string;
  readonly organisation: string;
  readonly menu: string;
  readonly compact?: boolean;
}) {
  if (compact) {
    return (
      <button
        type="button"
        popoverTarget={menu}
        aria-label={`${name}, ${organisation}: settings and sign out`}
        className="inline-flex size-11 items-center justify-center rounded-control text-quiet hover:bg-sunken hover:text-ink"
      >
        <Icon name="person" />
      </button>
    );
  }
  return (
    <button
      type="button"
      popoverTarget={menu}
      className="min-w-0 flex-1 rounded-control px-2 py-1.5 text-left text-small leading-[1.125rem] hover:bg-sunken"
    >
      <b className="block truncate">{name}</b>
      <small className="block truncate text-caption text-quiet">{organisation}</small>
    </button>
  );
}

export function PersonMenu({ id, name, organisation, role, signOut }: PersonProps & { readonly id: string }) {
  const { unit, zone, now } = useReader();
  const router = useRouter();
  const chooseUnit = (next: "C" | "F") => {
    keepPreference("unit", next);
    router.refresh();
  };
  return (
    <div
      id={id}
      popover="auto"
      className="fixed inset-auto top-14 right-2 m-0 w-72 rounded-card border border-line bg-raised p-4 text-ink text-small shadow-raised desk:top-auto desk:right-auto desk:bottom-16 desk:left-3"
    >
      <p>
        <b>{name}</b>
        <br />
        <span className="text-second">{organisation}</span>
        <br />
        <span className="text-quiet">Signs as {role}, with a key kept in the organisation’s signer</span>
      </p>
      <div className="mt-3 flex items-center justify-between gap-3 border-line border-t pt-3">
        <span>Temperatures in</span>
        <Segmented
          label="Unit of temperatures"
          value={unit}
          options={[
            { value: "C", label: "°C" },
            { value: "F", label: "°F" },
          ]}
          onChange={chooseUnit}
        />
      </div>
      <p className="mt-3 border-line border-t pt-3 text-quiet">
        Times in {zone.replace(/_/g, " ")}
        <br />
        <span className="num">{exactTime(now, zone)}</span>
      </p>
      <div className="mt-3 border-line border-t pt-3">{signOut}</div>
    </div>
  );
}
