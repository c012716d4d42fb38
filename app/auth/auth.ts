/** The website's sign-in (better-auth): sessions in the database, no passwords, no cached cookies. */
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { verifyPerson } from "@/lib/access/person";
import { RevocationLists } from "@/lib/access/revocation";
import { WintersealError } from "@/lib/messages/errors";
import { type Database, database } from "@/lib/store/db";
import { environment, type SignInEnvironment } from "./environment";
import { type SiteNetwork, siteNetwork } from "./network";
import { SESSION_MS, signerPlugin } from "./signer-plugin";

/** What sign-in stands on; tests give their own. */
export interface AuthParts {
  readonly environment: SignInEnvironment;
  readonly prisma: Database["prisma"];
  readonly network: () => Promise<SiteNetwork>;
  readonly revocation: RevocationLists;
}

const hidden = { type: "string", required: true, input: false, returned: true } as const;

export function createAuth({ environment: settings, prisma, network, revocation }: AuthParts) {
  return betterAuth({
    appName: "Winterseal",
    baseURL: settings.origins[0],
    trustedOrigins: [...settings.origins],
    secret: settings.secret,
    database: prismaAdapter(prisma, { provider: "postgresql" }),
    emailAndPassword: { enabled: false },
    user: {
      additionalFields: {
        mspId: hidden,
        role: hidden,
        commonName: hidden,
        serial: { ...hidden, required: false },
        certificateEnds: { type: "date", required: false, input: false, returned: false },
      },
    },
    session: {
      expiresIn: SESSION_MS / 1000,
      // A session ends when it was said to end, and is looked up each time: a revoked key must not live on in a cookie.
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
      additionalFields: {
        thumbprint: { ...hidden, required: false },
        serial: { ...hidden, required: false },
      },
    },
    rateLimit: { enabled: true, storage: "database", window: 60, max: 120 },
    advanced: { cookiePrefix: "winterseal", useSecureCookies: settings.origins[0].startsWith("https://") },
    telemetry: { enabled: false },
    logger: { level: "error" },
    plugins: [signerPlugin({ origins: settings.origins, identify: (certificate) => identify(certificate, network, revocation) })],
  });
}

async function identify(certificate: string, network: AuthParts["network"], revocation: RevocationLists) {
  const { organisations, isDemonstration } = await network();
  const person = await verifyPerson(certificate, organisations, { allowDemonstration: isDemonstration, now: Date.now() });
  const organisation = organisations.find(({ mspId }) => mspId === person.mspId);
  if (organisation === undefined || (await revocation.isRevoked(organisation, person.serial)))
    throw new WintersealError("CERTIFICATE_REVOKED");
  return person;
}

interface Shared {
  readonly auth: ReturnType<typeof createAuth>;
  readonly revocation: RevocationLists;
}

// Next runs module code once per bundle; lists and connections must exist once per process.
const shared = globalThis as { [key: symbol]: Shared | undefined };
const AUTH = Symbol.for("winterseal.auth");

/** The process's sign-in, made at first use. @throws Error that names a missing setting */
export function authentication(): Shared {
  const made = shared[AUTH];
  if (made !== undefined) return made;
  const revocation = new RevocationLists();
  const auth = createAuth({ environment: environment(), prisma: database().prisma, network: siteNetwork, revocation });
  const both = { auth, revocation };
  shared[AUTH] = both;
  return both;
}
