import { environment } from "@/app/auth/environment";
import { epcisShipment } from "@/app/exchange/epcis-shipment";
import { shipmentFile } from "@/app/exchange/shipment-file";
import { fileHeaders, textStream } from "@/app/exchange/stream";
import { epcisDocument } from "@/lib/exchange/epcis";
import { exportReadings } from "@/lib/store/export";
import { loadShipment } from "@/lib/store/shipment-detail";
import { refuse } from "../../../respond";

export const dynamic = "force-dynamic";

/** The shipment as an EPCIS 2.0 document, every raw reading in it. */
export function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return shipmentFile(params, async ({ pool, viewer, head, block }) => {
    const detail = await loadShipment(pool, viewer, head.id);
    if (detail === null) return refuse("SHIPMENT_UNKNOWN");
    const settings = { origin: environment().origins[0], now: Date.now() };
    const pieces = epcisDocument(epcisShipment(detail), exportReadings(pool, head.id, block), settings);
    return new Response(textStream(pieces), { headers: fileHeaders("application/ld+json", `${head.id}-block-${block}.epcis.jsonld`) });
  });
}
