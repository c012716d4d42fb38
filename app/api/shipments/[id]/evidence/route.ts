import { evidenceQuestions, evidenceRequest, makeEvidence } from "@/app/evidence/make";
import { shipmentFile } from "@/app/exchange/shipment-file";
import { fileHeaders } from "@/app/exchange/stream";
import { answer, limitedBody, refuse } from "../../../respond";

export const dynamic = "force-dynamic";

/** 65 attested reads of some 6 KB each, base64, and room. */
const MAX_BODY = 1024 * 1024;

type Context = { params: Promise<{ id: string }> };

/** What the signer has to have attested for an evidence file of the shipment. */
export function GET(_request: Request, { params }: Context): Promise<Response> {
  return shipmentFile(params, async ({ pool, viewer, head }) => {
    const questions = await evidenceQuestions(pool, viewer, head.id);
    return questions === null ? refuse("SHIPMENT_UNKNOWN") : answer({ questions });
  });
}

/** The evidence file: the attested reads come from the person's signer, everything else from the database. Changes nothing. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return shipmentFile(params, async ({ pool, viewer, head }) => {
    const asked = evidenceRequest.safeParse(parse(await limitedBody(request, MAX_BODY)));
    if (!asked.success) return refuse("ARGUMENT_INVALID", { field: asked.error.issues[0]?.path.join(".") ?? "" });
    if (asked.data.subject.shipment !== head.id) return refuse("ARGUMENT_INVALID", { field: "subject.shipment" });
    const file = await makeEvidence(pool, viewer, asked.data);
    if (file === null) return refuse("SHIPMENT_UNKNOWN");
    return new Response(new Uint8Array(file), { headers: fileHeaders("application/json", `${head.id}.evidence.json`) });
  });
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
