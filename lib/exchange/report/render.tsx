import { renderToBuffer } from "@react-pdf/renderer";
import type { ReportData } from "./data";
import { ReportDocument } from "./document";
import { registerFonts } from "./style";

/** The report as PDF, A4. */
export async function renderReport(data: ReportData): Promise<Uint8Array> {
  registerFonts();
  return renderToBuffer(<ReportDocument data={data} />);
}
