import { currentViewer } from "@/app/auth/session";
import { maySeeLedger } from "@/lib/access/permit";
import { database } from "@/lib/store/db";
import { transaction } from "@/lib/store/ledger";

export const dynamic = "force-dynamic";

/** Whether a transaction's commit confirmation is in the database: what a page waits for after something was signed. */
export async function GET(_request: Request, { params }: { readonly params: Promise<{ id: string }> }): Promise<Response> {
  const viewer = await currentViewer();
  if (!maySeeLedger(viewer)) return Response.json({ error: "ACCESS_DENIED" }, { status: 403 });
  const found = await transaction(database().pool, (await params).id);
  if (found === null) return Response.json({ error: "COMMIT_UNKNOWN" }, { status: 404 });
  return Response.json({ block: found.block, validationCode: found.validationCode });
}
