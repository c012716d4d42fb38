/** Names the signal. */
export class ToldToEnd extends Error {
  override readonly name = "ToldToEnd";
}

/**
 * For programs that start a stack and work on it: rejects at the first SIGTERM or SIGINT, so that racing the work against it leads through the
 * program's own clean-up instead of past it, and no process is left behind. What is being started at that moment is finished first.
 * @returns never resolves; rejects with {@link ToldToEnd}
 */
export function toldToEnd(): Promise<never> {
  const told = new Promise<never>((_, reject) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      // A second one, which npm passes on too, must not end the process in the middle of that.
      process.on(signal, () => reject(new ToldToEnd(`ended by ${signal}: stopping what was started`)));
    }
  });
  // It may come while nobody is racing; the next race hears of it.
  told.catch(() => undefined);
  return told;
}
