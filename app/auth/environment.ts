/** What sign-in reads from the environment, at first use. */
import * as z from "zod";

const schema = z.object({
  WINTERSEAL_NETWORK: z.string({ error: "is not set: give the path of network.json (npm start does)" }).min(1),
  WINTERSEAL_ORIGIN: z.string({ error: "is not set: give the site's public origin, for instance http://localhost:4100" }).min(1),
  BETTER_AUTH_SECRET: z
    .string({ error: "is not set: give 32 random characters or more (npm start does)" })
    .min(32, "needs 32 characters or more"),
  /** `1` on a site of a real Fabric network that is a demonstration all the same. */
  WINTERSEAL_DEMONSTRATION: z.enum(["0", "1"]).default("0"),
});

export interface SignInEnvironment {
  readonly network: string;
  /** Public origins of the site; the first is the one that links and cookies name. */
  readonly origins: readonly [string, ...string[]];
  readonly secret: string;
  readonly isDemonstration: boolean;
}

let parsed: SignInEnvironment | undefined;

/** @throws Error that names the variable and the next step */
export function environment(): SignInEnvironment {
  parsed ??= parse(process.env);
  return parsed;
}

function parse(env: NodeJS.ProcessEnv): SignInEnvironment {
  const result = schema.safeParse(env);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new TypeError(`${issue?.path.join(".") ?? "environment"} ${issue?.message ?? "is malformed"}`);
  }
  const { WINTERSEAL_NETWORK, WINTERSEAL_ORIGIN, BETTER_AUTH_SECRET, WINTERSEAL_DEMONSTRATION } = result.data;
  const [first = "", ...others] = WINTERSEAL_ORIGIN.split(",").map((origin) => new URL(origin.trim()).origin);
  return {
    network: WINTERSEAL_NETWORK,
    origins: [first, ...others],
    secret: BETTER_AUTH_SECRET,
    isDemonstration: WINTERSEAL_DEMONSTRATION === "1",
  };
}
