import type { DryRun } from "@/lib/exchange/dry-run";

const WIDTH = 800;
const HEIGHT = 160;
const MARGIN = 6;

/** The file's curve: first, lowest, highest and last of every column, violations washed from where they began, gaps left open. */
export function Curve({ run: { points, facts, violations } }: { readonly run: DryRun }) {
  const first = points[0]?.[0] ?? 0;
  const last = points.at(-1)?.[0] ?? 1;
  const seen = [...points.map(([, it]) => it), ...[facts.upper, facts.lower].filter((it) => it !== null)];
  const low = seen.reduce((a, b) => Math.min(a, b));
  const high = Math.max(
    low + 1,
    seen.reduce((a, b) => Math.max(a, b)),
  );
  const x = (at: number) => ((at - first) / Math.max(1, last - first)) * WIDTH;
  const y = (value: number) => MARGIN + (1 - (value - low) / (high - low)) * (HEIGHT - 2 * MARGIN);
  const top = y(facts.upper ?? high);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="Temperature over the whole file, violations marked; the same in words above and in the table below"
      className="block h-40 w-full"
    >
      <rect y={top} width={WIDTH} height={Math.max(0, y(facts.lower ?? low) - top)} fill="var(--band)" />
      {violations.map((it) => (
        <rect
          key={`${it.rule} ${it.from}`}
          x={x(it.from)}
          width={Math.max(1, x(it.to ?? last) - x(it.from))}
          height={HEIGHT}
          fill="var(--violation-wash)"
        />
      ))}
      {runsOf(points, facts.noData).map((run) => (
        <polyline
          key={run[0]?.[0]}
          points={run.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
          fill="none"
          stroke="var(--series-1)"
          strokeWidth="1.5"
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}

/** A hole stays a hole. Points of long files lie a column apart, so a hole is what is longer than both. */
function runsOf(points: DryRun["points"], noData: number): (readonly (readonly [number, number])[])[] {
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  const hole = Math.max(noData, (span / 240) * 2);
  const runs: (readonly [number, number])[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    if (point[0] - end > hole) runs.push([]);
    runs.at(-1)?.push(point);
    end = point[0];
  }
  return runs;
}
