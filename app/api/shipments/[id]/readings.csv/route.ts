import { shipmentFile } from "@/app/exchange/shipment-file";
import { fileHeaders, textStream } from "@/app/exchange/stream";
import { reader } from "@/components/format/server";
import { ReadingCsv } from "@/lib/exchange/csv-file";
import { exportReadings } from "@/lib/store/export";

export const dynamic = "force-dynamic";

/** Every raw reading of a shipment, in UTC and in the reader's zone. */
export function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return shipmentFile(params, async ({ pool, head, block }) => {
    const csv = new ReadingCsv((await reader()).zone);
    async function* lines() {
      yield csv.head();
      for await (const rows of exportReadings(pool, head.id, block)) yield rows.map((row) => csv.line(row)).join("");
    }
    return new Response(textStream(lines()), { headers: fileHeaders("text/csv; charset=utf-8", `${head.id}-block-${block}.csv`) });
  });
}
