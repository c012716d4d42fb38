/**
 * Next calls this once per server process: the proxy with its projection and the notifications run inside the website, unless it runs
 * without a ledger (pages only).
 */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.NEXT_PHASE === "phase-production-build") return;
  if (process.env.WINTERSEAL_NETWORK === undefined) return;
  const { startFromEnvironment } = await import("./lib/notify/worker");
  const notifications = startFromEnvironment(process.env);
  // `apart`: the proxy runs as a process of its own (npm run proxy), for instance beside several websites.
  if (process.env.WINTERSEAL_PROXY === "apart") return;
  const { startWorker } = await import("./proxy/worker");
  await startWorker(() => notifications.stop());
}
