import { Line, Path, Rect, Svg, Text, View } from "@react-pdf/renderer";
import type { ReportChart } from "./data";
import { INK, LINE, QUIET, style } from "./style";

const WIDTH = 511;
const HEIGHT = 190;
const FRAME = { left: 34, right: 6, top: 8, bottom: 18 } as const;

/** Sensors are told apart by dash and darkness, so that a copy in black and white still tells them apart. */
const STROKES = [
  { stroke: "#1654a9" },
  { stroke: "#0b6b7f", strokeDasharray: "5 2" },
  { stroke: "#5a3b8c", strokeDasharray: "1.5 1.5" },
  { stroke: "#404c58", strokeDasharray: "7 2 1.5 2" },
] as const;

const strokeOf = (index: number) => STROKES[index % STROKES.length] ?? STROKES[0];

/** Raw readings: first, lowest, highest and last of every column are in the lines, so no peak is smoothed away. */
export function Chart({ chart }: { readonly chart: ReportChart }) {
  const x = (at: number) => FRAME.left + ((at - chart.from) / (chart.to - chart.from)) * (WIDTH - FRAME.left - FRAME.right);
  const y = (value: number) =>
    HEIGHT - FRAME.bottom - ((value - chart.low) / (chart.high - chart.low)) * (HEIGHT - FRAME.top - FRAME.bottom);
  const bottom = HEIGHT - FRAME.bottom;
  const path = (points: readonly (readonly [number, number])[]) =>
    points.map(([at, value], index) => `${index === 0 ? "M" : "L"}${x(at).toFixed(2)} ${y(value).toFixed(2)}`).join("");
  return (
    <View style={style.section} wrap={false}>
      <Text style={style.heading}>The trip</Text>
      <View style={{ height: HEIGHT }}>
        <Svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
          {chart.violations.map(({ from, to }) => (
            <Rect
              key={`v${from}-${to}`}
              x={x(from)}
              y={FRAME.top}
              width={Math.max(0.8, x(to) - x(from))}
              height={bottom - FRAME.top}
              fill="#f9dcdb"
            />
          ))}
          {chart.gaps.map(({ from, to }) => (
            <Rect key={`g${from}-${to}`} x={x(from)} y={bottom - 5} width={Math.max(0.8, x(to) - x(from))} height={5} fill="#c3ccd3" />
          ))}
          {chart.levels.map(({ value, text }) => (
            <Line key={text} x1={FRAME.left} x2={WIDTH - FRAME.right} y1={y(value)} y2={y(value)} stroke={LINE} strokeWidth={0.4} />
          ))}
          {[chart.upper, chart.lower].map(
            (bound) =>
              bound && (
                <Line
                  key={bound.text}
                  x1={FRAME.left}
                  x2={WIDTH - FRAME.right}
                  y1={y(bound.value)}
                  y2={y(bound.value)}
                  stroke={INK}
                  strokeWidth={0.8}
                  strokeDasharray="3 2"
                />
              ),
          )}
          <Line x1={FRAME.left} x2={WIDTH - FRAME.right} y1={bottom} y2={bottom} stroke={QUIET} strokeWidth={0.6} />
          {chart.ticks.map(({ at }) => (
            <Line key={at} x1={x(at)} x2={x(at)} y1={bottom} y2={bottom + 3} stroke={QUIET} strokeWidth={0.6} />
          ))}
          {chart.lines.map(({ name, stretches }, index) =>
            stretches.map((points) => (
              <Path key={`${name} ${points[0]?.[0]}`} d={path(points)} fill="none" strokeWidth={0.9} {...strokeOf(index)} />
            )),
          )}
        </Svg>
        {chart.levels.map(({ value, text }) => (
          <Text
            key={text}
            style={{
              position: "absolute",
              left: 0,
              width: FRAME.left - 4,
              top: y(value) - 4.5,
              fontSize: 6.5,
              textAlign: "right",
              color: QUIET,
            }}
          >
            {text}
          </Text>
        ))}
        {chart.ticks.map(({ at, text }) => (
          <Text
            key={at}
            style={{ position: "absolute", left: x(at) - 40, width: 80, top: bottom + 4, fontSize: 6.5, textAlign: "center", color: QUIET }}
          >
            {text}
          </Text>
        ))}
        {[chart.upper, chart.lower].map(
          (bound) =>
            bound && (
              <Text
                key={bound.text}
                style={{ position: "absolute", right: FRAME.right, top: y(bound.value) - 9, fontSize: 6.5, fontWeight: 600 }}
              >
                {bound.text}
              </Text>
            ),
        )}
      </View>
      <View style={{ flexDirection: "row", flexWrap: "wrap", gap: 10, marginTop: 2, fontSize: 7.5 }}>
        {chart.lines.map(({ name }, index) => (
          <View key={name} style={{ flexDirection: "row", alignItems: "center", gap: 4 }}>
            <Svg width={22} height={6}>
              <Line x1={0} x2={22} y1={3} y2={3} strokeWidth={1.2} {...strokeOf(index)} />
            </Svg>
            <Text>{name}</Text>
          </View>
        ))}
      </View>
      <Text style={[style.quiet, { fontSize: 7.5, marginTop: 2 }]}>{chart.caption}</Text>
    </View>
  );
}
