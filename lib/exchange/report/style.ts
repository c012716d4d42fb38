import { join } from "node:path";
import { Font, StyleSheet } from "@react-pdf/renderer";
import type { ReportTone } from "./data";

/** Subsets of one typeface, in the order in which a letter is looked for. */
const SUBSETS = ["latin", "latin-ext", "greek", "cyrillic", "vietnamese"] as const;
const FAMILIES = SUBSETS.map((subset) => `Inter ${subset}`);

let registered = false;

/** Tells the renderer where its letters are: a report opens the same everywhere, so they lie inside it. */
export function registerFonts(folder = join(process.cwd(), "node_modules/@fontsource/inter/files")): void {
  if (registered) return;
  registered = true;
  for (const subset of SUBSETS) {
    const src = (weight: number) => join(folder, `inter-${subset}-${weight}-normal.woff`);
    Font.register({
      family: `Inter ${subset}`,
      fonts: [
        { src: src(400), fontWeight: 400 },
        { src: src(600), fontWeight: 600 },
      ],
    });
  }
  // Numbers, ids and names are never broken by a hyphen that is not theirs.
  Font.registerHyphenationCallback((word) => [word]);
}

export const INK = "#161f2a";
export const QUIET = "#5d6975";
export const LINE = "#d5dce1";

/** Dark enough for print in black and white, where the words carry what the colour does. */
export const TONES: Readonly<Record<ReportTone, string>> = {
  kept: "#006048",
  warning: "#7c4b0a",
  violation: "#ac2123",
  untrusted: "#77319b",
  info: "#2c5668",
  unknown: "#5d6975",
};

export const style = StyleSheet.create({
  page: { fontFamily: FAMILIES, fontSize: 8.5, color: INK, paddingTop: 42, paddingBottom: 54, paddingHorizontal: 42 },
  // Not on the page: a page number inherits it there and then takes no room at all (react-pdf 4.9).
  body: { lineHeight: 1.4 },
  title: { fontSize: 17, fontWeight: 600, lineHeight: 1.25, marginBottom: 2 },
  quiet: { color: QUIET },
  bold: { fontWeight: 600 },
  section: { marginTop: 14 },
  heading: { fontSize: 10.5, fontWeight: 600, marginBottom: 4 },
  halves: { flexDirection: "row", marginTop: 12, borderWidth: 0.75, borderColor: LINE, borderRadius: 4 },
  half: { flex: 1, padding: 10 },
  answer: { fontSize: 13, fontWeight: 600, lineHeight: 1.25, marginVertical: 3 },
  row: { flexDirection: "row", borderTopWidth: 0.5, borderTopColor: LINE, paddingVertical: 2.5 },
  headRow: { flexDirection: "row", paddingVertical: 2.5 },
  cell: { paddingRight: 6 },
  foot: { position: "absolute", left: 42, bottom: 22, width: 430, fontSize: 7, color: QUIET },
  pageNumber: { position: "absolute", left: 473, bottom: 22, width: 80, fontSize: 7, color: QUIET, textAlign: "right" },
});
