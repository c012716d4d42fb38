import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { readNetwork } from "../fabric/network";
import { rebuildProjection } from "./rebuild";

const HELP = `npm run projection:rebuild -- [--data DIR]

Empties the projected tables and replays the ledger from block 0 into them. The product must be running; pages fill up again
while it works. People's sign-ins stay.

  --data DIR   the running product's state (default .winterseal)
  DATABASE_URL, WINTERSEAL_NETWORK   instead of it, for a database and a network of your own
  WINTERSEAL_WITNESSES               organisations that must show each block (default 2)
`;

const endpoints = z.object({ databaseUrl: z.string() });
const environment = z.object({
  DATABASE_URL: z.string().optional(),
  WINTERSEAL_NETWORK: z.string().optional(),
  WINTERSEAL_WITNESSES: z.coerce.number("WINTERSEAL_WITNESSES must be a whole number").int().min(1).default(2),
});

/** @throws Error naming the file that is missing and what to do. */
async function databaseOf(data: string): Promise<string> {
  const file = join(data, "endpoints.json");
  try {
    return endpoints.parse(JSON.parse(await readFile(file, "utf8"))).databaseUrl;
  } catch (cause) {
    throw new Error(`${file} cannot be read: is the product running (npm start)? Else set DATABASE_URL and WINTERSEAL_NETWORK`, { cause });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { data: { type: "string", default: ".winterseal" }, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const { DATABASE_URL, WINTERSEAL_NETWORK, WINTERSEAL_WITNESSES } = environment.parse(process.env);
  const complain = (facts: object, message: string): void => void process.stderr.write(`${message} ${JSON.stringify(facts)}\n`);
  const databaseUrl = DATABASE_URL ?? (await databaseOf(values.data));
  const began = Date.now();
  const { blocks, commits } = await rebuildProjection({
    network: await readNetwork(WINTERSEAL_NETWORK ?? join(values.data, "network.json")),
    databaseUrl,
    witnesses: WINTERSEAL_WITNESSES,
    log: { info: () => undefined, warn: complain, error: complain },
    onProgress: (done, height) => process.stdout.write(`\r  ${done} of ${height} blocks`),
  });
  process.stdout.write(
    `\nprojection rebuilt: ${blocks} blocks, ${commits} transactions in ${((Date.now() - began) / 1000).toFixed(1)} s\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
