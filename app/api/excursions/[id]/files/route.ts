import { currentViewer } from "@/app/auth/session";
import { parseExcursionName } from "@/lib/domain/excursion";
import { MAX_ATTACHMENT_BYTES } from "@/lib/messages/attachments";
import { database } from "@/lib/store/db";
import { loadExcursion } from "@/lib/store/excursion-detail";
import { keepFile } from "@/lib/store/excursion-files";
import { answer, limitedBody, refusalOf, refuse, refuseStranger } from "../../../respond";

export const dynamic = "force-dynamic";

/** Keeps a file that a note is about to name. It is given out only once a signed note names it. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const id = parseExcursionName(decodeURIComponent((await params).id));
    if (id === null) return refuse("EXCURSION_UNKNOWN");
    const viewer = await currentViewer();
    if (viewer === null) return refuseStranger();
    const { pool } = database();
    const now = Date.now();
    if ((await loadExcursion(pool, viewer, id, now)) === null) return refuse("EXCURSION_UNKNOWN");
    const name = (new URL(request.url).searchParams.get("name") ?? "").slice(0, 200);
    return answer(await keepFile(pool, viewer, id.shipment, name, await limitedBody(request, MAX_ATTACHMENT_BYTES), now));
  } catch (error) {
    if (error instanceof URIError) return refuse("EXCURSION_UNKNOWN");
    return refusalOf(error);
  }
}
