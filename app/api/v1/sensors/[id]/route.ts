import { OPERATIONS } from "@/lib/exchange/api/operations";
import { WintersealError } from "@/lib/messages/errors";
import { sensor } from "@/lib/store/sensors";
import { serve } from "../../serve";
import { sensorShape } from "../../shapes";

export const dynamic = "force-dynamic";

export const GET = serve(OPERATIONS.getSensor, async ({ pool, viewer, params }) => {
  const found = await sensor(pool, viewer, params.id);
  if (found === null) throw new WintersealError("SENSOR_UNKNOWN");
  return sensorShape(found);
});
