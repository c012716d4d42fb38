import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import * as z from "zod";
import { PrismaClient } from "./generated/client";

/** One process's connections: Prisma for reads and small writes, the pool for SQL that Prisma cannot say (bulk inserts, LISTEN). */
export interface Database {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  close(): Promise<void>;
}

const INT8 = 20;

/**
 * `bigint` columns hold milliseconds, block numbers and counts, all far below 2^53: through the pool they are numbers
 * (through Prisma they are BigInt, its own rule).
 */
export const getTypeParser: typeof pg.types.getTypeParser = ((oid: number, format?: "text" | "binary") =>
  oid === INT8 && format !== "binary" ? Number : pg.types.getTypeParser(oid, format as "text")) as typeof pg.types.getTypeParser;

/** @param connections largest number of server connections that this process holds. */
export function openDatabase(databaseUrl: string, connections = 10): Database {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections, types: { getTypeParser } });
  // An idle connection that breaks (server restart) is replaced at the next query; without a listener it would end the process.
  pool.on("error", () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    url: databaseUrl,
    pool,
    prisma,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

const environment = z.object({
  DATABASE_URL: z
    .string({ error: "DATABASE_URL is not set: npm start sets it; alone, give postgresql://user:password@host:port/database" })
    .regex(/^postgres(ql)?:\/\//, "DATABASE_URL must begin with postgresql://"),
});

// Next runs module code once per bundle; the connections must exist once per process.
const shared = globalThis as { [key: symbol]: Database | undefined };
const DATABASE = Symbol.for("winterseal.database");

/**
 * The process's database, opened at first use from `DATABASE_URL`.
 * @throws Error that names the variable and the next step.
 */
export function database(): Database {
  const open = shared[DATABASE];
  if (open) return open;
  const parsed = environment.safeParse(process.env);
  if (!parsed.success) throw new Error(parsed.error.issues[0]?.message ?? "DATABASE_URL is invalid");
  const opened = openDatabase(parsed.data.DATABASE_URL);
  shared[DATABASE] = opened;
  return opened;
}
