/** A contract process: one per organisation, run by its peers as chaincode-as-a-service. */
import { pino } from "pino";
import { readSettings } from "./env";
import { invoker } from "./invoke";
import { startServer } from "./server";

const log = pino({ name: "contract" });
/** Longest wait for running invocations at a stop, ms: below a peer's execute timeout. */
const DRAIN_MS = 3000;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const onUnforeseen = (err: unknown, transaction: string) => log.error({ err, transaction }, "unforeseen error in an invocation");
  const server = await startServer(settings, invoker({ windowMs: settings.WINTERSEAL_WINDOW_MS, onUnforeseen }));
  const stop = (): void => {
    const deadline = Date.now() + DRAIN_MS;
    const wait = setInterval(() => {
      if (server.running() > 0 && Date.now() < deadline) return;
      clearInterval(wait);
      process.exit(0);
    }, 20);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.stdout.write(`${JSON.stringify({ ready: true, address: settings.CHAINCODE_SERVER_ADDRESS, id: settings.CHAINCODE_ID })}\n`);
}

main().catch((err: unknown) => {
  log.fatal({ err }, err instanceof Error ? err.message : "start failed");
  process.exitCode = 1;
});
