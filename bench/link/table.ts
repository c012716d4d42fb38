/** The rows as people read them: per target, with the savings against the scheme that costs most, as in the paper's Table I. */
import type { Row } from "./measure";

const percent = (part: number, whole: number): string => (whole === 0 ? "" : `${Math.round((1 - part / whole) * 100)} %`.padStart(5));

export const NOTE =
  "saved: against the first scheme of each group, as the paper's Table I does against the regular SDK (21 % sent, 81 % received, 38 % CPU).";

/** @param title the target's */
export function tableOf(title: string, rows: readonly Row[]): string {
  const lines = [
    "",
    title,
    "endorsers readings set-up  scheme          sent B   saved  received B  saved  device CPU ms  saved   proxy CPU ms  bytes/reading",
  ];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.endorsers} ${row.readings} ${row.setup}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const group of groups.values()) {
    const [base] = group;
    if (base === undefined) continue;
    for (const row of group) lines.push(lineOf(row, base));
    lines.push("");
  }
  return lines.join("\n").trimEnd();
}

function lineOf(row: Row, base: Row): string {
  const own = row === base;
  const saved = (part: number, whole: number) => (own ? "     " : percent(part, whole));
  const perReading = row.setup ? "" : ((row.sent + row.received) / row.readings).toFixed(1);
  return [
    String(row.endorsers).padStart(9),
    String(row.readings).padStart(8),
    (row.setup ? "with" : "without").padStart(7),
    ` ${row.scheme.padEnd(15)}`,
    String(row.sent).padStart(6),
    ` ${saved(row.sent, base.sent)}`,
    String(row.received).padStart(11),
    saved(row.received, base.received),
    row.cpuMs.toFixed(2).padStart(14),
    saved(row.cpuMs, base.cpuMs),
    (row.servers.proxy?.toFixed(2) ?? "").padStart(14),
    perReading.padStart(14),
  ].join(" ");
}
