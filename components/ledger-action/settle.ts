import * as z from "zod";

export interface Settled {
  readonly block: number;
  /** 0 is VALID; anything else changed nothing. */
  readonly validationCode: number;
}

const answer = z.object({ block: z.number(), validationCode: z.number() }).nullable();
const ASK_EVERY = 700;

/**
 * Waits until the database shows a transaction. A network that fails in between only means asking again.
 * @param wait how long, ms
 * @returns null when it is not there after that time; it may still come
 */
export async function settle(transactionId: string, wait: number, signal: AbortSignal): Promise<Settled | null> {
  const until = performance.now() + wait;
  for (;;) {
    const found = await ask(transactionId, signal);
    if (found || signal.aborted || performance.now() > until) return found;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
  }
}

async function ask(transactionId: string, signal: AbortSignal): Promise<Settled | null> {
  try {
    const response = await fetch(`/api/transactions/${encodeURIComponent(transactionId)}`, { signal, cache: "no-store" });
    return response.ok ? answer.parse(await response.json()) : null;
  } catch (error) {
    // fetch throws a TypeError when the network fails and an AbortError when the page goes.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "AbortError")) return null;
    throw error;
  }
}
