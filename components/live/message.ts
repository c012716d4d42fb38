/** What the live route sends: one notice per committed block that touches something the viewer may see. */
export interface LiveNotice {
  /** Newest block in the database. */
  readonly block: number;
  /** null: too many to name, or unknown after an interruption; then everything may have changed. */
  readonly shipments: readonly string[] | null;
  readonly sensors: readonly string[] | null;
  /** Whether the record is halted: the ledger contradicts its own rules. */
  readonly halted: boolean;
  /** The viewer was told something new. */
  readonly inbox?: true;
}

export type LiveState = "connecting" | "live" | "lost";

export interface LiveStatus {
  readonly state: LiveState;
  /** Newest block heard of; what is on the page is complete up to it once the page has been refreshed. */
  readonly block: number | null;
  /** Whether the record is halted; null before anything was heard. */
  readonly halted: boolean | null;
  /** Since when the stream is lost, ms of the browser's clock. */
  readonly lostAt: number | null;
}

/** Before anything was heard. */
export const CONNECTING: LiveStatus = { state: "connecting", block: null, halted: null, lostAt: null };

/** Server-sent event names of `/api/live`. */
export const LIVE_EVENTS = { hello: "hello", block: "block", ping: "ping", again: "again", over: "over" } as const;

/** A stream ends after this and is asked for again, ms: whose session ended meanwhile gets no new one. */
export const LIVE_LENGTH = 5 * 60_000;

/** The server says something at least this often, ms; silence for longer than twice this means the stream is lost. */
export const LIVE_PING = 15_000;

/** Reads one event's data; undefined when it is not ours. */
export function parseNotice(data: string): LiveNotice | undefined {
  const value: unknown = JSON.parse(data);
  if (typeof value !== "object" || value === null) return undefined;
  const { block, shipments, sensors, halted, inbox } = value as Record<string, unknown>;
  if (typeof block !== "number") return undefined;
  const notice = { block, shipments: strings(shipments), sensors: strings(sensors), halted: halted === true };
  return inbox === true ? { ...notice, inbox } : notice;
}

const strings = (value: unknown): string[] | null => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : null);
