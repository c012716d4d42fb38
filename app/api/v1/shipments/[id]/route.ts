import { judge } from "@/lib/domain/verdict";
import { OPERATIONS } from "@/lib/exchange/api/operations";
import { WintersealError } from "@/lib/messages/errors";
import { loadShipment } from "@/lib/store/shipment-detail";
import { serve } from "../../serve";
import { detailShape } from "../../shapes";

export const dynamic = "force-dynamic";

export const GET = serve(OPERATIONS.getShipment, async ({ pool, viewer, params }) => {
  const detail = await loadShipment(pool, viewer, params.id);
  if (detail === null) throw new WintersealError("SHIPMENT_UNKNOWN");
  return detailShape(detail, judge(detail.facts, Date.now()));
});
