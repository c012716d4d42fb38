/** What `organisation serve` reads from the environment, once, at boot. */
import * as z from "zod";

const port = z.coerce.number().int().min(0).max(65_535);
const origin = z.url().transform((text) => new URL(text).origin);

const schema = z.object({
  WINTERSEAL_HOST: z.string().default("127.0.0.1"),
  WINTERSEAL_CA_PORT: port,
  WINTERSEAL_SIGNER_PORT: port,
  /** Origins of the website that may ask the signer, comma-separated. */
  WINTERSEAL_ORIGIN: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(origin).min(1)),
  /** Where the relay listens for signers (proxy/http): an address, not the website's. */
  WINTERSEAL_RELAY: z.url(),
  WINTERSEAL_NETWORK: z.string().min(1),
  /** Built signer page. */
  WINTERSEAL_SIGNER_PAGE: z.string().default("dist/signer"),
  WINTERSEAL_GRACE_DAYS: z.coerce.number().int().min(0).max(365).default(14),
  WINTERSEAL_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

export interface Settings {
  readonly host: string;
  readonly caPort: number;
  readonly signerPort: number;
  readonly websites: readonly string[];
  readonly relay: string;
  readonly network: string;
  readonly signerPage: string;
  readonly graceDays: number;
  readonly logLevel: string;
}

/** @throws Error that names the variable and the next step */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new TypeError(`The organisation's service cannot start. Set these variables (docs/architecture.md):\n${lines.join("\n")}`);
  }
  const value = parsed.data;
  return {
    host: value.WINTERSEAL_HOST,
    caPort: value.WINTERSEAL_CA_PORT,
    signerPort: value.WINTERSEAL_SIGNER_PORT,
    websites: value.WINTERSEAL_ORIGIN,
    relay: value.WINTERSEAL_RELAY,
    network: value.WINTERSEAL_NETWORK,
    signerPage: value.WINTERSEAL_SIGNER_PAGE,
    graceDays: value.WINTERSEAL_GRACE_DAYS,
    logLevel: value.WINTERSEAL_LOG_LEVEL,
  };
}
