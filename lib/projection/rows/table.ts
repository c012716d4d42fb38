import type { ClientBase } from "pg";

/** Values by column type. `?` marks a column that may be null; `text[]` and `jsonb` are single values of their own. */
interface ColumnValues {
  text: string;
  "text?": string | null;
  int4: number;
  "int4?": number | null;
  int8: number;
  "int8?": number | null;
  bool: boolean;
  bytea: Uint8Array;
  jsonb: unknown;
  "text[]": readonly string[];
}
type ColumnType = keyof ColumnValues;
type Columns = Readonly<Record<string, ColumnType>>;

export type Row<T> = T extends Table<infer C> ? { readonly [K in keyof C]: ColumnValues[C[K]] } : never;

export interface Table<C extends Columns = Columns> {
  readonly name: string;
  readonly columns: C;
  /** Columns of the primary key. */
  readonly key: readonly (keyof C & string)[];
}

export const defineTable = <const C extends Columns>(name: string, key: readonly (keyof C & string)[], columns: C): Table<C> => ({
  name,
  key,
  columns,
});

const quote = (name: string): string => `"${name}"`;

/** `unnest` flattens arrays of arrays, so a value that is an array itself travels as text and is cast behind it. */
function column(type: ColumnType, values: readonly unknown[]): { parameter: string; cast: string; values: readonly unknown[] } {
  if (type === "text" || type === "text?") return { parameter: "text[]", cast: "", values: values.map(holdable) };
  if (type === "jsonb") return { parameter: "text[]", cast: "::jsonb", values: values.map(holdableJson) };
  if (type === "text[]")
    return {
      parameter: "text[]",
      cast: "::text[]",
      values: values.map((value) => arrayLiteral((value as string[]).map(holdable) as string[])),
    };
  if (type === "bytea") return { parameter: "bytea[]", cast: "", values: values.map((value) => Buffer.from(value as Uint8Array)) };
  return { parameter: `${type.replace("?", "")}[]`, cast: "", values };
}

/** Postgres holds every character but NUL; names in certificates and claimed ids may hold even that. */
const holdable = (value: unknown): unknown =>
  typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;

/** Nor does `jsonb` hold NUL or half a character, which JSON writes as escapes. */
const holdableJson = (value: unknown): string => JSON.stringify(value).replace(/\\u(?:0000|d[89a-f][0-9a-f]{2})/g, "\\ufffd");

const arrayLiteral = (items: readonly string[]): string => `{${items.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;

/**
 * Writes rows by one `INSERT … SELECT … FROM unnest(…)`. Without `onConflict` a row that is there already is an error: projected rows are written once.
 * @param onConflict what follows `DO UPDATE SET`; `replace` for the last write wins. No two rows of one call may have the same key then.
 */
export async function insertRows<C extends Columns>(
  client: ClientBase,
  table: Table<C>,
  rows: readonly Row<Table<C>>[],
  onConflict?: "replace" | readonly string[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(table.columns);
  const parts = names.map((name) =>
    column(
      table.columns[name] as ColumnType,
      rows.map((row) => row[name as keyof typeof row]),
    ),
  );
  const select = names.map((name, index) => `u.${quote(name)}${parts[index]?.cast ?? ""}`).join(", ");
  const unnest = parts.map((part, index) => `$${index + 1}::${part.parameter}`).join(", ");
  const list = names.map(quote).join(", ");
  await client.query({
    // Named, so that the server parses and plans it once per connection.
    name: `insert ${table.name}`,
    text: `INSERT INTO ${quote(table.name)} AS t (${list}) SELECT ${select} FROM unnest(${unnest}) AS u(${list})${conflict(table, onConflict)}`,
    values: parts.map((part) => part.values),
  });
}

function conflict<C extends Columns>(table: Table<C>, onConflict: "replace" | readonly string[] | undefined): string {
  if (onConflict === undefined) return "";
  const replaced = Object.keys(table.columns).filter((name) => !table.key.includes(name));
  const assignments = onConflict === "replace" ? replaced.map((name) => `${quote(name)} = excluded.${quote(name)}`) : onConflict;
  return ` ON CONFLICT (${table.key.map(quote).join(", ")}) DO UPDATE SET ${assignments.join(", ")}`;
}
