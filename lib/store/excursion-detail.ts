/** One excursion with every step of its life: what its page tells. */
import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import type { ExcursionStepFacts } from "../contract/facts";
import type { ExcursionId } from "../domain/excursion";
import { type Due, dueOf } from "../domain/excursion-due";
import type { AttachmentType } from "../messages/attachments";
import type { SIGNATURE_MEANINGS } from "../messages/statements";
import { EXCURSION_COLUMNS, EXCURSION_TABLES, type ExcursionRow } from "./excursions";
import { shipmentScope } from "./scope";

export interface Attachment {
  readonly name: string;
  readonly type: AttachmentType;
  readonly size: number;
  /** What the ledger recorded, hex. */
  readonly hash: string;
  /** Whether this site has the file. */
  readonly kept: boolean;
}

export interface ExcursionStepRow {
  readonly kind: ExcursionStepFacts["type"];
  readonly at: number;
  readonly by: string;
  /** Printed name, from the certificate that signed. */
  readonly name: string;
  readonly organisation: string;
  readonly text: string;
  readonly assignee: string | null;
  readonly assigneeOrganisation: string | null;
  readonly meaning: (typeof SIGNATURE_MEANINGS)[number] | null;
  readonly transaction: string;
  readonly attachments: readonly Attachment[];
}

/** Somebody whom an excursion can be assigned to. */
export interface Assignable {
  readonly person: string;
  readonly name: string;
  readonly organisation: string;
}

export interface ExcursionDetail extends ExcursionRow {
  readonly due: Due | null;
  /** Whether the sensor still rides: then a decision waits until the violation is over. */
  readonly rides: boolean;
  /** What a decision is about: number of records of the excursion and hash of the last one. */
  readonly log: { readonly length: number; readonly head: string };
  /** Oldest first, reopenings among them. */
  readonly steps: readonly ExcursionStepRow[];
  readonly reopenings: readonly { readonly at: number; readonly transaction: string }[];
  readonly people: readonly Assignable[];
  /** The viewer as the certificate of this session names them; null when this site does not know. */
  readonly signer: { readonly person: string; readonly name: string } | null;
}

/** Null when there is none that the viewer may see. */
export async function loadExcursion(pool: Pool, viewer: Viewer, id: ExcursionId, now: number): Promise<ExcursionDetail | null> {
  const named = [id.shipment, id.sensor, id.rule, id.number];
  const { rows } = await pool.query<ExcursionRow & { rides: boolean; length: number | null; head: string | null }>(
    `SELECT ${EXCURSION_COLUMNS}, e.log_length AS length, e.log_head AS head,
            EXISTS (SELECT 1 FROM assignment a WHERE a.shipment = v.shipment AND a.sensor = v.sensor AND a."end" IS NULL) AS rides
       FROM ${EXCURSION_TABLES}
      WHERE ${shipmentScope(viewer)} AND v.shipment = $2 AND v.sensor = $3 AND v.rule = $4 AND v.number = $5`,
    [viewer.mspId, ...named],
  );
  const [row] = rows;
  if (!row) return null;
  const ask = <R extends object>(sql: string, values: unknown[]) => pool.query<R>(sql, values).then((result) => result.rows);
  const [steps, reopenings, people, [signer]] = await Promise.all([
    ask<ExcursionStepRow>(STEPS, named),
    ask<{ at: number; transaction: string }>(REOPENINGS, named),
    ask<Assignable>(PEOPLE, [id.shipment, viewer.mspId]),
    ask<{ person: string; name: string }>('SELECT common_name AS person, name FROM "user" WHERE id = $1', [viewer.userId]),
  ]);
  const { length, head, ...rest } = row;
  return {
    ...rest,
    due: dueOf(rest, now),
    log: { length: length ?? 0, head: head ?? "" },
    steps,
    reopenings,
    people,
    signer: signer ?? null,
  };
}

const STEPS = `
  SELECT p.kind, p.at, p.by, p.name, p.organisation, p.text, p.assignee, p.assignee_organisation AS "assigneeOrganisation", p.meaning,
         p.transaction,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'type', a.type, 'size', a.size, 'hash', a.hash, 'kept',
                   EXISTS (SELECT 1 FROM excursion_file f WHERE f.shipment = a.shipment AND f.hash = a.hash)) ORDER BY a.index), '[]')
            FROM excursion_attachment a WHERE a.transaction = p.transaction) AS attachments
    FROM excursion_step p WHERE p.shipment = $1 AND p.sensor = $2 AND p.rule = $3 AND p.number = $4 ORDER BY p.step`;

const REOPENINGS = `
  SELECT at, transaction FROM audit_entry
   WHERE shipment = $1 AND sensor = $2 AND kind = 'ExcursionReopened' AND detail->>'rule' = $3 AND (detail->>'number')::int = $4 ORDER BY at`;

/** The viewer's own people, and of the other party those who stand in the shipment's record already. */
const PEOPLE = `
  SELECT u.common_name AS person, u.name, u.msp_id AS organisation FROM "user" u JOIN shipment s ON s.id = $1
   WHERE u.msp_id IN (s.shipper, s.recipient) AND u.role IN ('shipper', 'recipient')
     AND (u.msp_id = $2 OR EXISTS (SELECT 1 FROM audit_entry t WHERE t.shipment = $1 AND t.actor = u.common_name AND t.organisation = u.msp_id))
   ORDER BY u.msp_id, u.name`;
