/** The few addresses of sign-in that this site has; everything else that the library could serve does not exist here. */
import { authentication } from "@/app/auth/auth";

const SERVED: ReadonlySet<string> = new Set([
  "POST /api/auth/signer/challenge",
  "POST /api/auth/sign-in/signer",
  "POST /api/auth/sign-out",
  "GET /api/auth/get-session",
]);

async function handle(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!SERVED.has(`${request.method} ${pathname}`)) return new Response(null, { status: 404 });
  return await authentication().auth.handler(request);
}

export { handle as GET, handle as POST };
