import type { Viewer } from "@/lib/access/viewer";
import { SHIPMENT_ID } from "@/lib/messages/names";
import { type Database, database } from "@/lib/store/db";
import { exportHead } from "@/lib/store/export";
import type { ShipmentHead } from "@/lib/store/shipment-detail";
import { refusalOf, refuse, refuseStranger } from "../api/respond";
import { currentViewer } from "../auth/session";

export interface FileRequest {
  readonly pool: Database["pool"];
  readonly viewer: Viewer;
  readonly head: ShipmentHead;
  /** The file tells what is committed up to here. */
  readonly block: number;
}

/** Parse, permit, query for every file of a shipment; `write` responds. Unknown and unseen shipments answer alike. */
export async function shipmentFile(
  params: Promise<{ readonly id: string }>,
  write: (request: FileRequest) => Promise<Response>,
): Promise<Response> {
  try {
    const { id } = await params;
    if (!SHIPMENT_ID.test(id)) return refuse("ARGUMENT_INVALID", { field: "id" });
    const viewer = await currentViewer();
    if (viewer === null) return refuseStranger();
    const { pool } = database();
    const found = await exportHead(pool, viewer, id);
    if (found === null) return refuse("SHIPMENT_UNKNOWN");
    return await write({ pool, viewer, ...found });
  } catch (error) {
    return refusalOf(error);
  }
}
