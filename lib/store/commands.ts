import type { Pool } from "pg";
import type { Command, CommandOutcome } from "../messages/commands";

/** A command of a sensor's owner with the sensor's own word about it, where the ledger has it. */
export interface CommandRow {
  readonly counter: number;
  readonly command: Command;
  readonly expires: number;
  readonly at: number;
  readonly by: string;
  readonly transaction: string;
  readonly report: {
    readonly outcome: CommandOutcome;
    /** When it was carried out or refused; null when a start of the device lies between. */
    readonly at: number | null;
    readonly recordedAt: number;
    readonly interval: number;
    readonly measuring: boolean;
    readonly transaction: string;
  } | null;
}

/** A sensor's commands, newest first. Callers have asked `sensor` (lib/store/sensors) first. */
export async function commandsOf(pool: Pool, sensor: string, limit: number): Promise<readonly CommandRow[]> {
  const { rows } = await pool.query<CommandRow>(
    `SELECT c.counter, c.detail AS command, c.expires, c.at, c.by, c.transaction,
            CASE WHEN r.counter IS NOT NULL THEN jsonb_build_object('outcome', r.outcome, 'at', r.at, 'recordedAt', r.recorded_at,
              'interval', r.interval, 'measuring', r.measuring, 'transaction', r.transaction) END AS report
       FROM command c LEFT JOIN command_report r ON r.sensor = c.sensor AND r.counter = c.counter
      WHERE c.sensor = $1 ORDER BY c.counter DESC LIMIT $2`,
    [sensor, limit],
  );
  return rows;
}

/** Profiles of the open shipments that a sensor rides with. Callers have asked `sensor` first, and show it to its owner. */
export async function profilesRidden(pool: Pool, sensor: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ profile: string }>(
    `SELECT DISTINCT s.profile FROM assignment a JOIN shipment s ON s.id = a.shipment
      WHERE a.sensor = $1 AND a."end" IS NULL AND s.status NOT IN ('accepted', 'rejected') ORDER BY s.profile`,
    [sensor],
  );
  return rows.map(({ profile }) => profile);
}
