/**
 * What devices wait for: sensors that their owner told something or that ride with other goods now, shipments in which a violation was found. One
 * projection writes; every proxy hears of it through the database and hints the devices. A hint that gets lost costs time: devices ask by themselves.
 */
import { setTimeout as sleep } from "node:timers/promises";
import pg, { type ClientBase } from "pg";

export interface News {
  readonly commanded: readonly string[];
  readonly violated: readonly string[];
}

const CHANNEL = "winterseal_devices";
/** Postgres refuses payloads of 8000 bytes and more: 100 ids of 48 characters fit. */
const PER_NOTICE = 100;
const AGAIN_MS = 2_000;

/** Sends with the commit of the caller's database transaction. */
export async function sendNews(client: ClientBase, { commanded, violated }: News): Promise<void> {
  for (let at = 0; at < Math.max(commanded.length, violated.length); at += PER_NOTICE) {
    const part: News = { commanded: commanded.slice(at, at + PER_NOTICE), violated: violated.slice(at, at + PER_NOTICE) };
    await client.query("SELECT pg_notify($1, $2)", [CHANNEL, JSON.stringify(part)]);
  }
}

/** Hears news until the signal aborts; a lost connection is opened again, and what was said meanwhile is lost. */
export async function hearNews(databaseUrl: string, signal: AbortSignal, heard: (news: News) => void): Promise<void> {
  while (!signal.aborted) {
    await listen(databaseUrl, signal, heard).catch(goOn);
    await sleep(AGAIN_MS, undefined, { signal }).catch(goOn);
  }
}

/** The loop tries again, and devices ask by themselves meanwhile. */
const goOn = (): void => undefined;

async function listen(databaseUrl: string, signal: AbortSignal, heard: (news: News) => void): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true, connectionTimeoutMillis: 10_000 });
  const over = new Promise<void>((resolve) => {
    client.once("error", () => resolve());
    client.once("end", () => resolve());
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await client.connect();
    client.on("notification", ({ payload }) => {
      const news = parseNews(payload ?? "");
      if (news !== undefined) heard(news);
    });
    await client.query(`LISTEN ${CHANNEL}`);
    await over;
  } finally {
    await client.end().catch(goOn);
  }
}

/** Anyone with the database's password can send on the channel. */
export function parseNews(payload: string): News | undefined {
  try {
    const { commanded, violated } = JSON.parse(payload) as Partial<News>;
    return isList(commanded) && isList(violated) ? { commanded, violated } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

const isList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === "string");
