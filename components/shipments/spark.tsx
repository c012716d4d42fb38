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

interface Dot {
  readonly at: number;
  readonly value: number;
}

/** Both extremes of each stretch in the order they were measured: a spike of one reading is drawn. */
function dotsOf(points: readonly SparkPoint[]): Dot[] {
  return points.flatMap(({ minAt, min, maxAt, max }) => {
    const low = { at: minAt, value: min };
    const high = { at: maxAt, value: max };
    if (minAt === maxAt) return [low];
    return minAt < maxAt ? [low, high] : [high, low];
  });
}

/** A day of temperature before the latest reading, one line per sensor, with the profile's band; a hole stays a hole. */
export function Spark({ lines, upper, lower }: SparkProps) {
  const series = lines.map(dotsOf);
  const dots = series.flat();
  if (dots.length === 0) return <span className="text-caption text-quiet">nothing measured</span>;
  const bounds = [upper, lower].filter((bound) => bound !== null);
  const values = [...dots.map(({ value }) => value), ...bounds];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const end = Math.max(...dots.map(({ at }) => at));
  const x = (at: number) => 2 + ((at - (end - DAY)) / DAY) * (WIDTH - 6);
  const y = (value: number) => MARGIN + ((high - value) / Math.max(1, high - low)) * (HEIGHT - MARGIN * 2);
  const isOut = ({ value }: Dot) => (upper !== null && value >= upper) || (lower !== null && value <= lower);
  const joined = (dot: Dot, before: Dot | undefined) => before !== undefined && dot.at - before.at <= GAP;
  const joinedOut = (dot: Dot, before: Dot | undefined) => joined(dot, before) && before !== undefined && isOut(dot) && isOut(before);
  const top = y(upper ?? high);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label="Temperature in the last 24 hours measured"
      fill="none"
      className="block h-8 w-36"
    >
      <rect y={top} width={WIDTH} height={Math.max(0, y(lower ?? low) - top)} rx="2" fill="var(--band)" />
      {series.map((line, index) => {
        const last = line.at(-1);
        const tone = SERIES[index % SERIES.length];
        const path = (joins: typeof joined) =>
          line.map((dot, i) => `${joins(dot, line[i - 1]) ? "L" : "M"}${x(dot.at).toFixed(1)} ${y(dot.value).toFixed(1)}`).join("");
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          <g key={index} strokeLinejoin="round" strokeLinecap="round">
            <path d={path(joined)} stroke={tone} strokeWidth="1.3" />
            {line.some(isOut) && <path d={path(joinedOut)} stroke="var(--violation-chart)" strokeWidth="2" />}
            {last && <circle cx={x(last.at)} cy={y(last.value)} r="2.2" fill={isOut(last) ? "var(--violation-chart)" : tone} />}
          </g>
        );
      })}
    </svg>
  );
}
