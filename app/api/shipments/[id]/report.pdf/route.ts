import { environment } from "@/app/auth/environment";
import { reportData } from "@/app/exchange/report";
import { shipmentFile } from "@/app/exchange/shipment-file";
import { fileHeaders } from "@/app/exchange/stream";
import { reader } from "@/components/format/server";
import { renderReport } from "@/lib/exchange/report/render";
import { loadShipment } from "@/lib/store/shipment-detail";
import { refuse } from "../../../respond";

export const dynamic = "force-dynamic";

/** The shipment on paper, in the reader's unit and zone. */
export function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return shipmentFile(params, async ({ pool, viewer, head, block }) => {
    const detail = await loadShipment(pool, viewer, head.id);
    if (detail === null) return refuse("SHIPMENT_UNKNOWN");
    const pdf = await renderReport(await reportData(pool, detail, await reader(), environment().origins[0]));
    return new Response(new Uint8Array(pdf), { headers: fileHeaders("application/pdf", `${head.id}-block-${block}.pdf`) });
  });
}
