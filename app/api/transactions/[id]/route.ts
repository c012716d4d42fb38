import { refuse, refuseStranger } from "@/app/api/respond";
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
  if (viewer === null) return refuseStranger();
  if (!maySeeLedger(viewer)) return refuse("ACCESS_DENIED");
  const { id } = await params;
  if (!/^[0-9a-f]{64}$/.test(id)) return refuse("ARGUMENT_INVALID", { field: "id" });
  const found = await transaction(database().pool, id);
  return Response.json(found && { block: found.block, validationCode: found.validationCode });
}
