import type { Pool } from "pg";
import { FOREIGN, FOREIGN_SENSOR } from "./walk-routes";

/** Stands in every text of the other organisations' rows: wherever it shows up, something of theirs got out. */
export const CANARY = "canary-7d41";

const OTHERS = { shipper: "RhineShipperMSP", recipient: "RhineRecipientMSP", authority: "RhineAuthorityMSP" } as const;

/** A shipment, a sensor, a person, a token, a guest link and a session of organisations that nobody of this demonstration belongs to. */
export async function addForeign(pool: Pool): Promise<void> {
  const { shipper, recipient, authority } = OTHERS;
  const now = Date.now();
  const put = (sql: string, ...values: unknown[]) => pool.query(sql, values);
  await put(
    `INSERT INTO shipment (id, sscc, title, origin, destination, profile, shipper, recipient, status, created_at, created_by, started_at, log_length, log_head, incomplete)
     VALUES ($1, '000000000000000017', $2, $2, $2, 'fridge-2-8/1', $3, $4, 'under-way', $5, $2, $5, 1, '', '{}')`,
    FOREIGN,
    CANARY,
    shipper,
    recipient,
    now - 7_200_000,
  );
  await put(
    `INSERT INTO sensor (id, model, owner, authority, thumbprint, status, status_reason, registered_at, sequence, last_at, last_seen, last_temperature)
     VALUES ($1, $2, $3, $4, $5, 'active', '', $6, 1, $6, $6, 9100)`,
    FOREIGN_SENSOR,
    CANARY,
    shipper,
    authority,
    "f".repeat(64),
    now - 3_600_000,
  );
  await put(
    `INSERT INTO assignment (shipment, sensor, place, start, assigned, transaction) VALUES ($1, $2, $3, $4, $4, 'walk')`,
    FOREIGN,
    FOREIGN_SENSOR,
    CANARY,
    now - 7_200_000,
  );
  await put(
    `INSERT INTO calibration (sensor, number, hash, laboratory, valid_from, valid_to, min, max, uncertainty, thumbprint, registered_at, transaction)
     VALUES ($1, $2, '', $2, 0, $3, -30000, 50000, 200, $4, 0, 'walk')`,
    FOREIGN_SENSOR,
    CANARY,
    now + 86_400_000,
    "f".repeat(64),
  );
  await put(
    `INSERT INTO violation (shipment, sensor, rule, number, severity, "from", found, readings, peak, transaction)
     VALUES ($1, $2, 'upper', 1, 'critical', $3, $3, 1, 9100, 'walk')`,
    FOREIGN,
    FOREIGN_SENSOR,
    now - 3_600_000,
  );
  await put(
    `INSERT INTO reading (sensor, sequence, "index", at, standing, temperature, calibration, calibration_number, shipment)
     VALUES ($1, 1, 0, $2, 'anchored', 9100, 'calibrated', $3, $4)`,
    FOREIGN_SENSOR,
    now - 3_600_000,
    CANARY,
    FOREIGN,
  );
  await put(
    `INSERT INTO "user" (id, name, email, updated_at, msp_id, role, common_name) VALUES ('walk-user', $1, 'walk@x.invalid', now(), $2, 'shipper', $1)`,
    CANARY,
    shipper,
  );
  await put(
    `INSERT INTO session (id, token, expires_at, updated_at, user_agent, user_id) VALUES ('walk-session', 'walk', now() + interval '1 day', now(), $1, 'walk-user')`,
    CANARY,
  );
  await put(
    `INSERT INTO notification (id, user_id, key, kind, facts, at, created_at, in_app)
     VALUES ('walk-notification', 'walk-user', 'walk', 'halt', $1, 0, 0, true)`,
    JSON.stringify({ type: "halt", reason: CANARY, block: 1 }),
  );
  await put(`INSERT INTO notification_setting (user_id, email, webhook_url) VALUES ('walk-user', $1, $1)`, CANARY);
  await put(
    `INSERT INTO delivery (id, notification_id, user_id, channel, due_at, state, last_error, queued)
     VALUES ('walk-delivery', 'walk-notification', 'walk-user', 'email', 0, 'dead', $1, true)`,
    CANARY,
  );
  await put(
    `INSERT INTO api_token (id, hash, name, scopes, msp_id, user_id, created_by, created_at, expires_at)
     VALUES ('walk-token', 'walk', $1, '{}', $2, 'walk-user', $1, 0, $3)`,
    CANARY,
    shipper,
    now + 86_400_000,
  );
}

export async function removeForeign(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM "user" WHERE id = 'walk-user'`);
  for (const table of ["assignment", "violation", "reading"]) await pool.query(`DELETE FROM ${table} WHERE sensor = $1`, [FOREIGN_SENSOR]);
  await pool.query("DELETE FROM calibration WHERE sensor = $1", [FOREIGN_SENSOR]);
  await pool.query("DELETE FROM sensor WHERE id = $1", [FOREIGN_SENSOR]);
  await pool.query("DELETE FROM shipment WHERE id = $1", [FOREIGN]);
}
