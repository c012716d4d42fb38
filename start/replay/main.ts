import { WintersealError } from "../../lib/messages/errors";
import { readOptions, USAGE } from "./options";
import { replay } from "./replay";
import { inWords } from "./summary";

const WIDTH = 40;

function showProgress(done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round((done / total) * WIDTH);
  process.stderr.write(`\r  ${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${done}/${total} batches${done === total ? "\n" : ""}`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const summary = await replay(options, showProgress);
  process.stdout.write(`${options.json ? JSON.stringify(summary) : inWords(summary)}\n`);
}

main().catch((error: unknown) => {
  if (error instanceof WintersealError) process.stderr.write(`[${error.code}] ${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
