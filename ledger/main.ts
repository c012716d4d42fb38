/** The embedded ledger's process: settings from the file that `WINTERSEAL_LEDGER` names, one ready line, SIGTERM drains. */
import { pino } from "pino";
import { readLedgerConfig } from "./config";
import { startLedger } from "./ledger";

const log = pino({ name: "ledger", level: process.env.WINTERSEAL_LOG ?? "info" });

async function main(): Promise<void> {
  const config = readLedgerConfig(process.env);
  const ledger = await startLedger(config, {
    log,
    onFailure: (error) => {
      log.fatal({ err: error }, "the disk refused a block: nothing more can be acknowledged, ending");
      process.exit(1);
    },
  });
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    ledger.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "stopping failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  process.stdout.write(`${JSON.stringify({ ready: true, channel: config.channel, height: ledger.height(), peers: ledger.peers })}\n`);
}

main().catch((error: unknown) => {
  log.fatal(error instanceof Error ? error.message : String(error));
  log.debug({ err: error }, "starting failed");
  process.exit(1); // Endpoints that listen already would keep the process alive.
});
