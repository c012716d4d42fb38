import type { Pool } from "pg";
import QRCode from "qrcode";
import { formatDuration } from "@/components/format/duration";
import { formatSscc } from "@/components/format/identifiers";
import { formatCount } from "@/components/format/numbers";
import { formatTemperature } from "@/components/format/temperature";
import { exactTime } from "@/components/format/time";
import { checkSentences } from "@/components/shipment/check-words";
import { inspectionWords, namesOf } from "@/components/shipment/names";
import { fullTitle } from "@/components/shipment/title";
import { toneOf } from "@/components/ui/state";
import { type HalfWords, keptWords, type Reading } from "@/components/verdict/kept-words";
import { CHECK_NAMES, trustWords } from "@/components/verdict/trust-words";
import { organisationName } from "@/lib/access/organisations";
import { judge, type Verdict } from "@/lib/domain/verdict";
import type { ReportData, ReportHalf } from "@/lib/exchange/report/data";
import { warmestKinetic } from "@/lib/store/kinetic";
import type { ShipmentDetail } from "@/lib/store/shipment-detail";
import { reportChart } from "./report-chart";
import { reportTables } from "./report-tables";

const half = (question: string, { kind, answer, sentences, proofs }: HalfWords): ReportHalf => ({
  question,
  answer,
  tone: toneOf(kind),
  sentences,
  proofs: proofs.map(({ text }) => text),
});

const STATES = { holds: "holds", open: "still open", fails: "does not hold" } as const;

/** All that the printed report says of a shipment, in the reader's unit and zone. @param origin the site's public origin */
export async function reportData(pool: Pool, detail: ShipmentDetail, reader: Reading, origin: string): Promise<ReportData> {
  const { head, facts, profile } = detail;
  const names = namesOf(detail);
  const verdict = judge(facts, reader.now);
  const [chart, mkt] = await Promise.all([reportChart(pool, detail, reader), warmestKinetic(pool, head.id, profile.noData)]);
  const url = `${origin}/verify?shipment=${head.id}`;
  const { modules } = QRCode.create(url, { errorCorrectionLevel: "M" });
  return {
    title: fullTitle(head),
    subtitle: `SSCC ${formatSscc(head.sscc)}`,
    facts: [
      ["Shipment", head.id],
      ["Parties", `${organisationName(head.shipper)} to ${organisationName(head.recipient)}`],
      ["Profile", `${profile.title} (${profile.id})`],
      ["Status", head.status],
      ["Known through", `block ${formatCount(detail.block)}`],
      ["Evidence", url],
      ["Printed", exactTime(reader.now, reader.zone)],
    ],
    halves: [
      half("Kept cold?", keptWords(verdict.kept, facts, reader)),
      half("Trustworthy?", trustWords(verdict.trust, facts, inspectionWords(detail, names), reader)),
    ],
    chart,
    figures: figures(detail, verdict, mkt, reader),
    checks: verdict.trust.checks.map((it) => ({
      name: CHECK_NAMES[it.name],
      state: STATES[it.state],
      sentences: checkSentences(it.name, detail, verdict.trust, reader, names),
    })),
    tables: reportTables(detail, reader, names),
    proof: {
      url,
      text: "This paper proves nothing by itself. Its evidence does, checked without this website.",
      modules: { size: modules.size, data: [...modules.data] },
    },
    foot: `${head.id} · as at block ${detail.block} · ${new Date(reader.now).toISOString()} · a rendering; the ledger is the record`,
  };
}

function figures({ facts }: ShipmentDetail, { kept }: Verdict, mkt: number | null, { unit }: Reading): ReportData["figures"] {
  const highs = facts.sensors.flatMap((it) => it.highest?.value ?? []);
  const lows = facts.sensors.flatMap((it) => it.lowest?.value ?? []);
  const measured = highs.length > 0;
  return [
    ["Highest", measured ? formatTemperature(Math.max(...highs), { unit }) : "–"],
    ["Lowest", measured ? formatTemperature(Math.min(...lows), { unit }) : "–"],
    ["Out of range", kept.violations.length === 0 ? (measured ? "none" : "–") : formatDuration(kept.outOfRange)],
    ["Not measured", kept.notMeasured === 0 ? (measured ? "none" : "–") : formatDuration(kept.notMeasured)],
    ["MKT, warmest 24 h (information)", mkt === null ? "–" : formatTemperature(Math.round(mkt / 10) * 10, { unit, decimals: 2 })],
  ];
}
