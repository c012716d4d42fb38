import type { Sparklines, SparkPoint } from "@/lib/store/sparklines";

const WIDTH = 144;
const HEIGHT = 32;
const MARGIN = 3;
const DAY = 24 * 3_600_000;
/** A line breaks where nothing was measured for longer than this, ms. */
const GAP = 35 * 60_000;
const SERIES = ["var(--series-1)", "var(--series-2)"];

interface SparkProps {
  readonly lines: Sparklines;
  /** Profile's tightest bounds, milli-°C. */
  readonly upper: number | null;
  readonly lower: number | null;
}

/** Parts of a line that are joined: a hole stays a hole. */
function runsOf(line: readonly SparkPoint[]): SparkPoint[][] {
  const runs: SparkPoint[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const point of line) {
    if (Math.min(point.minAt, point.maxAt) - end > GAP) runs.push([]);
    runs.at(-1)?.push(point);
    end = Math.max(point.minAt, point.maxAt);
  }
  return runs;
}

/**
 * A day of temperature before the latest reading, one line per sensor, with the profile's band. Each line is as thick as what was
 * measured in its stretch of time: from the lowest to the highest, so that a spike of one reading is drawn.
 */
export function Spark({ lines, upper, lower }: SparkProps) {
  const points = lines.flat();
  if (points.length === 0) return <span className="text-caption text-quiet">nothing measured</span>;
  const scale = scaleOf(points, upper, lower);
  const top = scale.y(upper ?? scale.high);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label="Temperature in the last 24 hours measured"
      fill="none"
      className="block h-8 w-36"
    >
      <rect y={top} width={WIDTH} height={Math.max(0, scale.y(lower ?? scale.low) - top)} rx="2" fill="var(--band)" />
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <Line key={index} line={line} tone={SERIES[index % SERIES.length] ?? "var(--series-1)"} scale={scale} bounds={{ upper, lower }} />
      ))}
    </svg>
  );
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

function scaleOf(points: readonly SparkPoint[], upper: number | null, lower: number | null): Scale {
  const low = Math.min(...points.map(({ min }) => min), lower ?? Number.POSITIVE_INFINITY);
  const high = Math.max(...points.map(({ max }) => max), upper ?? Number.NEGATIVE_INFINITY);
  const end = Math.max(...points.map(({ minAt, maxAt }) => Math.max(minAt, maxAt)));
  return {
    low,
    high,
    x: (at) => 2 + ((at - (end - DAY)) / DAY) * (WIDTH - 6),
    y: (value) => MARGIN + ((high - value) / Math.max(1, high - low)) * (HEIGHT - MARGIN * 2),
  };
}

interface LineProps {
  readonly line: readonly SparkPoint[];
  readonly tone: string;
  readonly scale: Scale;
  readonly bounds: { readonly upper: number | null; readonly lower: number | null };
}

function Line({ line, tone, scale: { x, y }, bounds: { upper, lower } }: LineProps) {
  const isOut = ({ min, max }: SparkPoint) => (upper !== null && max >= upper) || (lower !== null && min <= lower);
  const middle = ({ minAt, maxAt }: SparkPoint) => x((minAt + maxAt) / 2).toFixed(1);
  const outline = (run: readonly SparkPoint[]) => {
    const over = run.map((point) => `${middle(point)} ${y(point.max).toFixed(1)}`);
    const under = run.map((point) => `${middle(point)} ${y(point.min).toFixed(1)}`).reverse();
    return `M${[...over, ...under].join("L")}Z`;
  };
  const last = line.at(-1);
  const out = runsOf(line.filter(isOut));
  return (
    <g strokeLinejoin="round">
      {runsOf(line).map((run) => (
        <path key={run[0]?.minAt} d={outline(run)} fill={tone} stroke={tone} strokeWidth="1.1" />
      ))}
      {out.map((run) => (
        <path key={run[0]?.minAt} d={outline(run)} fill="var(--violation-chart)" stroke="var(--violation-chart)" strokeWidth="1.8" />
      ))}
      {last && <circle cx={middle(last)} cy={y(last.max)} r="2.2" fill={isOut(last) ? "var(--violation-chart)" : tone} />}
    </g>
  );
}
