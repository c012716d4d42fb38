import { currentViewer } from "@/app/auth/session";
import { parseExcursionName } from "@/lib/domain/excursion";
import { database } from "@/lib/store/db";
import { readFile } from "@/lib/store/excursion-files";
import { refusalOf, refuse, refuseStranger } from "../../../../respond";

export const dynamic = "force-dynamic";

/** A file that a signed note names, as it lies here. Never shown by the browser as a page of this site, whatever it holds. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string; hash: string }> }): Promise<Response> {
  try {
    const { id: name, hash } = await params;
    const id = parseExcursionName(decodeURIComponent(name));
    if (id === null || !/^[0-9a-f]{64}$/.test(hash)) return refuse("EXCURSION_UNKNOWN");
    const viewer = await currentViewer();
    if (viewer === null) return refuseStranger();
    const file = await readFile(database().pool, viewer, id.shipment, hash);
    if (file === null) return refuse("EXCURSION_UNKNOWN");
    return new Response(new Uint8Array(file.bytes), {
      headers: {
        "content-type": file.type,
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    if (error instanceof URIError) return refuse("EXCURSION_UNKNOWN");
    return refusalOf(error);
  }
}
