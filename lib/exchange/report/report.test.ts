import { describe, expect, it } from "vitest";
import type { ReportData, ReportTable } from "./data";
import { renderReport } from "./render";

const table: ReportTable = {
  title: "Signatures of people",
  empty: "Nobody",
  head: ["Signed by", "Meaning"],
  widths: [0.5, 0.5],
  rows: Array.from({ length: 60 }, (_, index) => [`Inês Duarte ${index}`, "Found seal Ж Ω ≥ − ‘intact’"]),
};
const half = { question: "Kept cold?", answer: "Yes", tone: "kept", sentences: ["All of it."], proofs: ["No gap"] } as const;
const data: ReportData = {
  title: "Influenza vaccine, Basel to Lisbon",
  subtitle: "SSCC",
  facts: [["Parties", "A to B"]],
  halves: [half, { ...half, question: "Trustworthy?" }],
  chart: {
    from: 0,
    to: 1_000,
    low: 0,
    high: 10,
    unit: "°C",
    upper: { value: 8, text: "8.0 °C" },
    lower: null,
    lines: [{ name: "ws-1", stretches: [[[0, 5] as const, [500, 9] as const], [], [[900, 5] as const]] }],
    violations: [{ from: 400, to: 600 }],
    gaps: [{ from: 600, to: 900 }],
    ticks: [{ at: 500, text: "noon" }],
    levels: [{ value: 5, text: "5" }],
    caption: "Raw readings",
  },
  figures: [["Highest", "9.0 °C"]],
  checks: [{ name: "Seal", state: "holds", sentences: ["Inspected."] }],
  tables: [table, { ...table, title: "Gaps", rows: [] }],
  proof: { url: "https://example.org", text: "Evidence", modules: { size: 2, data: [1, 0, 0, 1] } },
  foot: "as at block 4",
};

const pagesOf = (pdf: Uint8Array) =>
  Buffer.from(pdf)
    .toString("latin1")
    .match(/\/Type \/Page\b/g)?.length ?? 0;

// Setting type takes its time on a busy machine.
describe("the printed report", { timeout: 120_000 }, () => {
  it("is a PDF that grows page by page with what there is to tell, its letters inside it", async () => {
    const long = await renderReport(data);
    const short = await renderReport({ ...data, chart: null, tables: [] });
    expect(Buffer.from(long.slice(0, 5)).toString()).toBe("%PDF-");
    expect(pagesOf(short)).toBe(1);
    expect(pagesOf(long)).toBeGreaterThan(1);
    expect(Buffer.from(long).toString("latin1")).toMatch(/FontFile[23]/);
  });
  it("prints whatever people have typed", async () => {
    const strange = ["", "\u0000", "😀 漢字 العربية", "a".repeat(4_000), "=cmd|' /C calc'!A0", "<b>&amp;"];
    const pdf = await renderReport({ ...data, title: strange.join(" "), tables: [{ ...table, rows: strange.map((it) => [it, it]) }] });
    expect(pagesOf(pdf)).toBeGreaterThan(0);
  });
});
