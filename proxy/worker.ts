import { proxySettings } from "./settings";
import { startProxy } from "./start";

/** The proxy as the website's worker. Under `NEXT_MANUAL_SIG_HANDLE=1` Next leaves the signals alone, so the worker drains and ends the process. */
export async function startWorker(): Promise<void> {
  const running = await startProxy(await proxySettings(process.env));
  if (process.env.NEXT_MANUAL_SIG_HANDLE !== "1") return;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await running.stop();
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
