import { proxySettings } from "./settings";
import { startProxy } from "./start";

/**
 * The proxy as the website's worker. Under `NEXT_MANUAL_SIG_HANDLE=1` Next leaves the signals alone, so the worker drains and ends the process.
 * @param drain what else runs in the process and ends with it
 */
export async function startWorker(drain: () => Promise<void>): Promise<void> {
  const running = await startProxy(await proxySettings(process.env));
  if (process.env.NEXT_MANUAL_SIG_HANDLE !== "1") return;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await Promise.all([running.stop(), drain()]);
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
