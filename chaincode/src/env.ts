/** Settings of a contract process, from the environment, once at boot. */
import * as z from "zod";

const schema = z.object({
  /** host:port to listen on. */
  CHAINCODE_SERVER_ADDRESS: z.string().regex(/^\S+:\d+$/),
  /** Package id, as the peers' installed package says. */
  CHAINCODE_ID: z.string().min(1),
  /** How far a transaction's timestamp may be from this clock, ms. */
  WINTERSEAL_WINDOW_MS: z.coerce.number().int().min(1000).default(300_000),
  /** PEM files. Key and certificate turn TLS on, the client root makes it mutual. */
  CHAINCODE_TLS_KEY: z.string().optional(),
  CHAINCODE_TLS_CERT: z.string().optional(),
  CHAINCODE_CLIENT_CA_CERT: z.string().optional(),
});
export type Settings = z.infer<typeof schema>;

/** @throws Error that names the variable and the next step */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join(".") ?? "environment"}: ${issue?.message ?? "invalid"}; set it and start again`);
  }
  const { CHAINCODE_TLS_KEY: key, CHAINCODE_TLS_CERT: certificate, CHAINCODE_CLIENT_CA_CERT: clientRoot } = parsed.data;
  if ((key === undefined) !== (certificate === undefined) || (clientRoot !== undefined && key === undefined)) {
    throw new Error("CHAINCODE_TLS_KEY and CHAINCODE_TLS_CERT belong together, CHAINCODE_CLIENT_CA_CERT needs both; set all or none");
  }
  return parsed.data;
}
