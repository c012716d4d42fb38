import { currentViewer } from "@/app/auth/session";
import { maySeeLedger } from "@/lib/access/permit";
import { database } from "@/lib/store/db";
import { transaction } from "@/lib/store/ledger";

export const dynamic = "force-dynamic";

/**
 * A transaction's commit confirmation, or null while the database has none: what a page asks until it is there, so "not yet" is an
 * answer and no error.
 */
export async function GET(_request: Request, { params }: { readonly params: Promise<{ id: string }> }): Promise<Response> {
  const viewer = await currentViewer();
  if (!maySeeLedger(viewer)) return Response.json({ error: "ACCESS_DENIED" }, { status: 403 });
  const found = await transaction(database().pool, (await params).id);
  return Response.json(found && { block: found.block, validationCode: found.validationCode });
}
