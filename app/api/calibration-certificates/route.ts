import { currentViewer } from "@/app/auth/session";
import { mayCall } from "@/lib/access/permit";
import { readDccFile } from "@/lib/exchange/dcc-file";
import { XML_LIMITS } from "@/lib/exchange/limits";
import { answer, limitedBody, refusalOf, refuse, refuseStranger } from "../respond";

export const dynamic = "force-dynamic";

/** Reads a digital calibration certificate for the registration form: a preview, nothing is kept. */
export async function POST(request: Request): Promise<Response> {
  try {
    const viewer = await currentViewer();
    if (viewer === null) return refuseStranger();
    if (!mayCall(viewer, "sensor:Register")) return refuse("ACCESS_DENIED");
    return answer(readDccFile(await limitedBody(request, XML_LIMITS.bytes)));
  } catch (error) {
    return refusalOf(error);
  }
}
