import * as z from "zod";
import { readNetwork } from "../fabric/network";
import { rebuildProjection } from "./rebuild";

const environment = z.object({
  DATABASE_URL: z.string({ error: "DATABASE_URL is not set: give the database of the running product (npm start prints it)" }),
  WINTERSEAL_NETWORK: z.string({ error: "WINTERSEAL_NETWORK is not set: give the path of network.json in the data folder" }),
  WINTERSEAL_WITNESSES: z.coerce.number().int().min(1).default(2),
});

const parsed = environment.safeParse(process.env);
if (!parsed.success) {
  process.stderr.write(`${parsed.error.issues.map((issue) => issue.message).join("\n")}\n`);
  process.exit(2);
}
const { DATABASE_URL, WINTERSEAL_NETWORK, WINTERSEAL_WITNESSES } = parsed.data;
const complain = (facts: object, message: string): void => void process.stderr.write(`${message} ${JSON.stringify(facts)}\n`);

try {
  const began = Date.now();
  const { blocks, commits } = await rebuildProjection({
    network: await readNetwork(WINTERSEAL_NETWORK),
    databaseUrl: DATABASE_URL,
    witnesses: WINTERSEAL_WITNESSES,
    log: { info: () => undefined, warn: complain, error: complain },
    onProgress: (done, height) => process.stdout.write(`\r  ${done} of ${height} blocks`),
  });
  process.stdout.write(
    `\nprojection rebuilt: ${blocks} blocks, ${commits} transactions in ${((Date.now() - began) / 1000).toFixed(1)} s\n`,
  );
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
