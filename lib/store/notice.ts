/** Channel of Postgres' LISTEN/NOTIFY that tells pages what changed. */
export const NOTICE_CHANNEL = "winterseal";

/** What a commit changed. `null` instead of a list: too many to name, or unknown; look at everything. */
export interface Notice {
  /** Newest block that is in the database; null when notices may have been missed or the record was halted: ask the checkpoint. */
  readonly block: number | null;
  readonly shipments: readonly string[] | null;
  readonly sensors: readonly string[] | null;
  /** Ids of people who were told something, or whose session was ended; left out for nobody. */
  readonly people?: readonly string[];
}

/** Notices may have been missed: look at everything again. */
export const MISSED: Notice = { block: null, shipments: null, sensors: null };

/** Postgres refuses payloads of 8000 bytes and more. */
const MAX_PAYLOAD = 7_900;

export function encodeNotice(notice: Notice): string {
  const full = JSON.stringify(notice);
  return Buffer.byteLength(full) <= MAX_PAYLOAD ? full : JSON.stringify({ ...MISSED, block: notice.block });
}

/** Anyone with the database's password can send on the channel, so what is no notice counts as one that says nothing. */
export function decodeNotice(payload: string): Notice {
  try {
    const value: unknown = JSON.parse(payload);
    return isNotice(value) ? value : MISSED;
  } catch {
    return MISSED;
  }
}

const isList = (value: unknown): boolean => value === null || (Array.isArray(value) && value.every((item) => typeof item === "string"));

function isNotice(value: unknown): value is Notice {
  if (typeof value !== "object" || value === null) return false;
  const { block, shipments, sensors, people } = value as Partial<Notice>;
  const known = people === undefined || (people !== null && isList(people));
  return (block === null || Number.isSafeInteger(block)) && isList(shipments) && isList(sensors) && known;
}

/** One notice that says what both say. */
export function mergeNotices(a: Notice, b: Notice): Notice {
  const block = a.block === null || b.block === null ? null : Math.max(a.block, b.block);
  const both = { block, shipments: union(a.shipments, b.shipments), sensors: union(a.sensors, b.sensors) };
  const people = union(a.people ?? [], b.people ?? []) ?? [];
  return people.length === 0 ? both : { ...both, people };
}

const union = (a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null =>
  a === null || b === null ? null : [...new Set([...a, ...b])];
