import type { Pool } from "pg";
import { mayKeepCalibrationRule } from "../access/permit";
import type { Viewer } from "../access/viewer";
import { WintersealError } from "../messages/errors";

/** Months between calibrations that each organisation has set for the sensors it owns. Whose rule a due date is, everybody may know. */
export async function calibrationRules(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ msp_id: string; months: number }>("SELECT msp_id, months FROM calibration_rule");
  return new Map(rows.map(({ msp_id, months }) => [msp_id, months]));
}

export const RULE_MONTHS = { least: 1, most: 60 } as const;

/** Sets the rule of the viewer's own organisation. @throws WintersealError ACCESS_DENIED, ARGUMENT_INVALID */
export async function setCalibrationRule(pool: Pool, viewer: Viewer, months: number, now: number): Promise<void> {
  if (!mayKeepCalibrationRule(viewer)) throw new WintersealError("ACCESS_DENIED");
  if (!Number.isInteger(months) || months < RULE_MONTHS.least || months > RULE_MONTHS.most)
    throw new WintersealError("ARGUMENT_INVALID", `A whole number of months from ${RULE_MONTHS.least} to ${RULE_MONTHS.most}`, {
      field: "months",
    });
  await pool.query(
    `INSERT INTO calibration_rule (msp_id, months, set_by, set_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (msp_id) DO UPDATE SET months = excluded.months, set_by = excluded.set_by, set_at = excluded.set_at`,
    [viewer.mspId, months, viewer.name, now],
  );
}
