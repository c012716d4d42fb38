import type { Pool, PoolClient } from "pg";

/**
 * Runs `work` in one database transaction: committed when it returns, rolled back when it throws. A connection that breaks meanwhile makes it
 * throw and is not used again.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Without a listener a session that the server ends would end this process.
  const onError = (error: Error) => {
    broken ??= error;
  };
  client.on("error", onError);
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failed: Error) => onError(failed));
    throw error;
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}
