/** Signing in with the key of one's own organisation's signer: a challenge, a signature, a session. No passwords exist here. */
import { randomBytes } from "node:crypto";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import * as z from "zod";
import { type CertifiedPerson, isSignedBy } from "@/lib/access/person";
import { WintersealError } from "@/lib/messages/errors";
import { formatChallenge, parseChallenge } from "@/lib/messages/signer";

export interface SignerPluginOptions {
  /** Public origins of the site. */
  readonly origins: readonly string[];
  /** Verifies a certificate for signing in, revocation included. @throws WintersealError */
  identify(certificate: string): Promise<CertifiedPerson>;
}

const CHALLENGE_MS = 3 * 60_000;
export const SESSION_MS = 12 * 3_600_000;
/** Ties a challenge to the browser that asked for it: nobody can be signed in to somebody else's session. */
const BROWSER_COOKIE = "winterseal-challenge";

const bodySchema = z.strictObject({
  challenge: z.string().max(400),
  certificate: z.string().max(8_192),
  /** Base64 of r ‖ s. */
  signature: z.base64().max(120),
});

const identifierOf = (nonce: string): string => `signer:${nonce}`;

/**
 * `POST /signer/challenge` → `{challenge}` · `POST /sign-in/signer {challenge, certificate, signature}` → session cookie.
 * Each challenge works once, in the browser that asked for it, for three minutes, on this origin.
 */
export function signerPlugin({ origins, identify }: SignerPluginOptions) {
  return {
    id: "signer" as const,
    endpoints: {
      signerChallenge: createAuthEndpoint("/signer/challenge", { method: "POST", requireRequest: true }, async (ctx) => {
        const origin = ctx.request.headers.get("origin") ?? origins[0] ?? "";
        if (!origins.includes(origin)) throw refusal(new WintersealError("ORIGIN_FOREIGN"));
        const nonce = randomBytes(32).toString("hex");
        const expires = Date.now() + CHALLENGE_MS;
        const challenge = formatChallenge({ origin, nonce, expires });
        await ctx.context.internalAdapter.createVerificationValue({
          identifier: identifierOf(nonce),
          value: challenge,
          expiresAt: new Date(expires),
        });
        const cookie = ctx.context.createAuthCookie(BROWSER_COOKIE, { maxAge: CHALLENGE_MS / 1000 });
        await ctx.setSignedCookie(cookie.name, nonce, ctx.context.secret, cookie.attributes);
        return ctx.json({ challenge });
      }),

      signInSigner: createAuthEndpoint("/sign-in/signer", { method: "POST", body: bodySchema, requireRequest: true }, async (ctx) => {
        const { challenge, certificate, signature } = ctx.body;
        const { internalAdapter } = ctx.context;
        const person = await orRefuse(async () => {
          const nonce = parseChallenge(challenge)?.nonce;
          const cookie = await ctx.getSignedCookie(ctx.context.createAuthCookie(BROWSER_COOKIE).name, ctx.context.secret);
          if (nonce === undefined || cookie !== nonce) throw new WintersealError("CHALLENGE_INVALID");
          const issued = await internalAdapter.consumeVerificationValue(identifierOf(nonce));
          if (issued?.value !== challenge || issued.expiresAt.getTime() < Date.now()) throw new WintersealError("CHALLENGE_INVALID");
          const identified = await identify(certificate);
          if (!isSignedBy(certificate, challenge, Buffer.from(signature, "base64"))) throw new WintersealError("SIGNATURE_INVALID");
          return identified;
        });
        const { mspId, role, commonName, name, serial, notAfter } = person;
        const facts = { mspId, role, commonName, name, serial, certificateEnds: new Date(notAfter) };
        const email = addressOf(person);
        const known = await internalAdapter.findUserByEmail(email);
        const user =
          known === null
            ? await internalAdapter.createUser({ ...facts, email, emailVerified: false }, { method: "anonymous" })
            : await internalAdapter.updateUser(known.user.id, facts);
        const session = await internalAdapter.createSession(
          user.id,
          false,
          {
            thumbprint: person.thumbprint,
            serial: person.serial,
            expiresAt: new Date(Math.min(Date.now() + SESSION_MS, person.notAfter)),
          },
          true,
        );
        await setSessionCookie(ctx, { session, user });
        return ctx.json({ name: person.name });
      }),
    },
    rateLimit: [
      { pathMatcher: (path: string) => path === "/signer/challenge", window: 60, max: 30 },
      { pathMatcher: (path: string) => path === "/sign-in/signer", window: 60, max: 20 },
    ],
  } satisfies BetterAuthPlugin;
}

/**
 * The library wants an address; this one goes nowhere (RFC 2606) and names organisation and person, so that equal names in two
 * organisations never meet.
 */
const addressOf = ({ commonName, mspId }: CertifiedPerson): string => `${commonName}.${mspId}.invalid`.toLowerCase();

async function orRefuse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WintersealError) throw refusal(error);
    throw error;
  }
}

const refusal = ({ code, message }: WintersealError): APIError =>
  new APIError(code === "UNAVAILABLE" ? "SERVICE_UNAVAILABLE" : "FORBIDDEN", { code, message });
