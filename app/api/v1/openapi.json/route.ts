import { openApiDocument } from "@/lib/exchange/api/openapi";

export const dynamic = "force-static";

/** The description of the read API, for everybody. */
export function GET(): Response {
  return Response.json(openApiDocument());
}
