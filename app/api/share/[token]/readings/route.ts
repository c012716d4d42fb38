import { chartData, chartQuery } from "@/app/exchange/chart-data";
import { guestOf } from "@/app/share/guest";
import { database } from "@/lib/store/db";
import { shipmentHead } from "@/lib/store/shipment-detail";
import { answer, refusalOf, refuse } from "../../../respond";

export const dynamic = "force-dynamic";

/** Readings for a guest's chart: of the link's own shipment, whatever else is asked. */
export async function GET(request: Request, { params }: { params: Promise<{ token: string }> }): Promise<Response> {
  try {
    const asked = chartQuery.safeParse(Object.fromEntries(new URL(request.url).searchParams));
    if (!asked.success) return refuse("ARGUMENT_INVALID", { field: asked.error.issues[0]?.path.join(".") ?? "" });
    const guest = await guestOf((await params).token);
    if (guest === null) return refuse("TOKEN_INVALID", { status: 404 });
    const { pool } = database();
    const head = await shipmentHead(pool, guest.viewer, guest.share.shipment);
    if (head === null) return refuse("SHIPMENT_UNKNOWN");
    return answer(await chartData(pool, head.id, asked.data));
  } catch (error) {
    return refusalOf(error);
  }
}
