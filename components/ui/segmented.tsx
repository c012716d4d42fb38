"use client";

interface SegmentedProps<V extends string> {
  /** What is chosen, for screen readers. */
  readonly label: string;
  readonly value: V | null;
  readonly options: readonly { readonly value: V; readonly label: string; readonly count?: number }[];
  readonly onChange: (value: V) => void;
  readonly className?: string;
}

/** A choice among a few, all in sight. Nothing need be chosen in advance: `value` may be null. */
export function Segmented<V extends string>({ label, value, options, onChange, className = "" }: SegmentedProps<V>) {
  return (
    <fieldset className={`inline-flex gap-0.5 rounded-control bg-sunken p-0.5 ${className}`}>
      <legend className="sr">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className="min-h-10 flex-1 whitespace-nowrap rounded-[6px] px-3 font-medium text-second text-small hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--line),var(--shadow-1)] desk:min-h-7"
        >
          {option.label}
          {option.count !== undefined && <span className="num ml-1.5 text-quiet">{option.count}</span>}
        </button>
      ))}
    </fieldset>
  );
}
