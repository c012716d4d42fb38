import { Document, Page, Path, Svg, Text, View } from "@react-pdf/renderer";
import { Chart } from "./chart";
import type { ReportData, ReportHalf, ReportTable } from "./data";
import { style, TONES } from "./style";

/** A shipment on paper: both verdicts in words first, then what they rest on, with page numbers and the way to the proof. */
export function ReportDocument({ data }: { readonly data: ReportData }) {
  return (
    <Document title={data.title} subject={data.subtitle} creator="Winterseal" producer="Winterseal" language="en">
      <Page size="A4" style={style.page}>
        <View style={style.body}>
          <Head data={data} />
          <View style={style.halves} wrap={false}>
            {data.halves.map((half) => (
              <Half key={half.question} half={half} />
            ))}
          </View>
          {data.chart && <Chart chart={data.chart} />}
          <View style={[style.section, { flexDirection: "row" }]} wrap={false}>
            {data.figures.map(([name, value]) => (
              <View key={name} style={{ flex: 1 }}>
                <Text style={[style.quiet, { fontSize: 7 }]}>{name}</Text>
                <Text style={{ fontSize: 11, fontWeight: 600 }}>{value}</Text>
              </View>
            ))}
          </View>
          <Checks checks={data.checks} />
          {data.tables.map((table) => (
            <Table key={table.title} table={table} />
          ))}
        </View>
        <Text style={style.foot} fixed>
          {data.foot}
        </Text>
        <Text style={style.pageNumber} fixed render={({ pageNumber, totalPages }) => `Page ${pageNumber} of ${totalPages}`} />
      </Page>
    </Document>
  );
}

function Head({ data }: { readonly data: ReportData }) {
  return (
    <View style={{ flexDirection: "row", gap: 16 }}>
      <View style={{ flex: 1 }}>
        <Text style={[style.quiet, { fontSize: 7.5 }]}>Winterseal shipment report</Text>
        <Text style={style.title}>{data.title}</Text>
        <Text style={[style.quiet, { marginBottom: 4 }]}>{data.subtitle}</Text>
        {data.facts.map(([name, value]) => (
          <View key={name} style={{ flexDirection: "row" }}>
            <Text style={[style.quiet, { width: 74 }]}>{name}</Text>
            <Text style={{ flex: 1 }}>{value}</Text>
          </View>
        ))}
      </View>
      <View style={{ width: 92 }}>
        <Qr {...data.proof.modules} />
        <Text style={[style.quiet, { fontSize: 6.5, marginTop: 3 }]}>{data.proof.text}</Text>
      </View>
    </View>
  );
}

const QUIET_ZONE = 2;

function Qr({ size, data }: ReportData["proof"]["modules"]) {
  const squares = data.flatMap((dark, index) =>
    dark ? [`M${(index % size) + QUIET_ZONE} ${Math.floor(index / size) + QUIET_ZONE}h1v1h-1z`] : [],
  );
  const side = size + 2 * QUIET_ZONE;
  return (
    <Svg width={88} height={88} viewBox={`0 0 ${side} ${side}`}>
      <Path d={squares.join("")} fill="#000000" />
    </Svg>
  );
}

function Half({ half }: { readonly half: ReportHalf }) {
  return (
    <View style={style.half}>
      <Text style={style.quiet}>{half.question}</Text>
      <Text style={[style.answer, { color: TONES[half.tone] }]}>{half.answer}</Text>
      <Text>{half.sentences.join(" ")}</Text>
      <Text style={[style.quiet, { marginTop: 4, fontSize: 7.5 }]}>{half.proofs.join("  ·  ")}</Text>
    </View>
  );
}

function Checks({ checks }: Pick<ReportData, "checks">) {
  return (
    <View style={style.section}>
      <Text style={style.heading}>Every check</Text>
      {checks.map(({ name, state, sentences }) => (
        <View key={name} style={style.row} wrap={false}>
          <View style={{ width: 92 }}>
            <Text style={style.bold}>{name}</Text>
            <Text style={[style.quiet, { fontSize: 7.5 }]}>{state}</Text>
          </View>
          <Text style={{ flex: 1 }}>{sentences.join(" ")}</Text>
        </View>
      ))}
    </View>
  );
}

function Table({ table: { title, empty, head, widths, rows, note } }: { readonly table: ReportTable }) {
  const cell = (index: number) => [style.cell, { width: `${(widths[index] ?? 0) * 100}%` }];
  return (
    <View style={style.section}>
      <View wrap={false} minPresenceAhead={40}>
        <Text style={style.heading}>{title}</Text>
        {rows.length === 0 && <Text style={style.quiet}>{empty}</Text>}
        {rows.length > 0 && (
          <View style={[style.headRow, style.quiet, { fontSize: 7.5 }]}>
            {head.map((name, index) => (
              <Text key={name} style={cell(index)}>
                {name}
              </Text>
            ))}
          </View>
        )}
      </View>
      {rows.map((row, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a printed table never move
        <View key={number} style={style.row} wrap={false}>
          {row.map((text, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: cells have no name but their column
            <Text key={index} style={cell(index)}>
              {text}
            </Text>
          ))}
        </View>
      ))}
      {note && <Text style={[style.quiet, { fontSize: 7.5, marginTop: 3 }]}>{note}</Text>}
    </View>
  );
}
