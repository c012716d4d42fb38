import type { SparkPoint } from "@/lib/store/sparklines";

const WIDTH = 144;
const HEIGHT = 32;
const MARGIN = 3;

interface SparkProps {
  readonly points: readonly SparkPoint[];
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
  return points
    .flatMap(({ minAt, min, maxAt, max }) => [
      { at: minAt, value: min },
      { at: maxAt, value: max },
    ])
    .sort((a, b) => a.at - b.at);
}

const GAP = 35 * 60_000;

/** A day's temperature before the latest reading, with the profile's band; a hole stays a hole. */
export function Spark({ points, upper, lower }: SparkProps) {
  const dots = dotsOf(points);
  const first = dots[0];
  const last = dots.at(-1);
  if (!first || !last) return <span className="text-caption text-quiet">nothing measured</span>;
  const values = [...dots.map(({ value }) => value), ...(upper === null ? [] : [upper]), ...(lower === null ? [] : [lower])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const start = Math.min(first.at, last.at - 24 * 3_600_000);
  const x = (at: number) => 2 + ((at - start) / Math.max(1, last.at - start)) * (WIDTH - 6);
  const y = (value: number) => MARGIN + ((high - value) / Math.max(1, high - low)) * (HEIGHT - MARGIN * 2);
  const isOut = ({ value }: Dot) => (upper !== null && value >= upper) || (lower !== null && value <= lower);
  const path = (keep: (dot: Dot, before: Dot | undefined) => boolean) =>
    dots.map((dot, i) => `${keep(dot, dots[i - 1]) ? "L" : "M"}${x(dot.at).toFixed(1)} ${y(dot.value).toFixed(1)}`).join("");
  const near = (dot: Dot, before: Dot | undefined) => before !== undefined && dot.at - before.at <= GAP;
  const tone = isOut(last) ? "var(--violation-chart)" : "var(--series-1)";
  const top = y(upper ?? high);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="Temperature in the last 24 hours" fill="none" className="block h-8 w-36">
      <rect y={top} width={WIDTH} height={Math.max(0, y(lower ?? low) - top)} rx="2" fill="var(--band)" />
      <path d={path(near)} stroke="var(--series-1)" strokeWidth="1.4" strokeLinejoin="round" strokeLinecap="round" />
      {dots.some(isOut) && (
        <path
          d={path((dot, before) => near(dot, before) && isOut(dot) && before !== undefined && isOut(before))}
          stroke="var(--violation-chart)"
          strokeWidth="2"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      )}
      <circle cx={x(last.at)} cy={y(last.value)} r="2.2" fill={tone} />
    </svg>
  );
}
