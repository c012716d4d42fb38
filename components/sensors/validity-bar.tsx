interface Mark {
  readonly at: number;
  readonly text: string;
  readonly quiet?: boolean;
}

interface ValidityBarProps {
  /** The stretch of time that the whole width stands for, ms UTC. */
  readonly from: number;
  readonly to: number;
  readonly validFrom: number;
  readonly validTo: number;
  readonly marks: readonly Mark[];
  /** The bar in words. */
  readonly label: string;
}

const QUARTER = 92 * 86_400_000;

/** What a calibration covers on a time axis, its last three months in the tone of a reminder. Drawn in percent, so it needs no script. */
export function ValidityBar({ from, to, validFrom, validTo, marks, label }: ValidityBarProps) {
  const place = (at: number) => Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100));
  const span = (a: number, b: number) => ({ left: `${place(a)}%`, width: `${Math.max(0, place(b) - place(a))}%` });
  const late = Math.max(validFrom, validTo - QUARTER);
  return (
    <div role="img" aria-label={label} className="relative h-9 text-caption">
      <div className="absolute inset-x-0 top-5 h-2.5 overflow-hidden rounded-small bg-sunken">
        <i className="absolute inset-y-0 border-kept-chart border-b-3 bg-kept-soft" style={span(validFrom, late)} />
        <i className="absolute inset-y-0 border-warning-chart border-b-3 bg-warning-soft" style={span(late, validTo)} />
      </div>
      {marks.map(({ at, text, quiet }) => (
        <span key={text} className="absolute top-0 h-9" style={{ left: `${place(at)}%` }}>
          <i className={`absolute top-4 h-4.5 w-px ${quiet ? "bg-line-strong" : "bg-ink"}`} />
          <span
            className={`absolute top-0 whitespace-nowrap ${place(at) > 60 ? "right-0 translate-x-1" : place(at) < 40 ? "left-0 -translate-x-1" : "-translate-x-1/2"} ${quiet ? "text-quiet" : "font-strong"}`}
          >
            {text}
          </span>
        </span>
      ))}
    </div>
  );
}
