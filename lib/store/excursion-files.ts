/** Files of investigations, kept by this site. The ledger holds their hashes: a file that was changed here is found out by whoever downloads it. */
import { createHash } from "node:crypto";
import type { Pool } from "pg";
import { mayCall } from "../access/permit";
import type { Viewer } from "../access/viewer";
import { type AttachmentType, MAX_ATTACHMENT_BYTES, sniffAttachment } from "../messages/attachments";
import { WintersealError } from "../messages/errors";
import { shipmentScope } from "./scope";

/** Bytes that an organisation may leave here without a note that names them. */
export const UNNAMED_BYTES = 200 * 1024 * 1024;
const DAY = 86_400_000;

export interface KeptFile {
  readonly hash: string;
  readonly type: AttachmentType;
  readonly size: number;
}

/**
 * Keeps a file before the note that names it is signed. The same file again is the same row.
 * @param name as the person's machine calls it: tells text from comma-separated values, and nothing else
 * @throws WintersealError ACCESS_DENIED, SHIPMENT_UNKNOWN, FILE_TOO_LARGE, FILE_TYPE, BUSY when too much lies here that no note names
 */
export async function keepFile(
  pool: Pool,
  viewer: Viewer,
  shipment: string,
  name: string,
  bytes: Uint8Array,
  now: number,
): Promise<KeptFile> {
  if (!mayCall(viewer, "excursion:Investigate")) throw new WintersealError("ACCESS_DENIED");
  await expectVisible(pool, viewer, shipment);
  if (bytes.length > MAX_ATTACHMENT_BYTES) throw new WintersealError("FILE_TOO_LARGE", undefined, { limit: MAX_ATTACHMENT_BYTES });
  const type = sniffAttachment(bytes, name);
  if (type === undefined) throw new WintersealError("FILE_TYPE", "Taken are PDF, JPEG, PNG and plain text");
  await expectRoom(pool, viewer, bytes.length, now);
  const hash = createHash("sha256").update(bytes).digest("hex");
  await pool.query(
    `INSERT INTO excursion_file (shipment, hash, type, bytes, uploaded_by, msp_id, uploaded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (shipment, hash) DO UPDATE SET bytes = excluded.bytes`,
    [shipment, hash, type, Buffer.from(bytes), viewer.userId, viewer.mspId, now],
  );
  return { hash, type, size: bytes.length };
}

async function expectVisible(pool: Pool, viewer: Viewer, shipment: string): Promise<void> {
  const seen = await pool.query(`SELECT 1 FROM shipment s WHERE ${shipmentScope(viewer)} AND s.id = $2`, [viewer.mspId, shipment]);
  if (seen.rowCount === 0) throw new WintersealError("SHIPMENT_UNKNOWN");
}

const UNNAMED = "NOT EXISTS (SELECT 1 FROM excursion_attachment a WHERE a.shipment = f.shipment AND a.hash = f.hash)";

/**
 * Files of notes that were never signed are what may be left here, so they are bounded, not deleted at once: somebody may be signing. While the
 * projection is rebuilt every file looks unnamed, so nothing is deleted for that alone.
 */
async function expectRoom(pool: Pool, { mspId }: Viewer, size: number, now: number): Promise<void> {
  const { rows } = await pool.query<{ bytes: number }>(
    `SELECT coalesce(sum(octet_length(f.bytes)), 0)::int8 AS bytes FROM excursion_file f WHERE f.msp_id = $1 AND f.uploaded_at > $2 AND ${UNNAMED}`,
    [mspId, now - DAY],
  );
  if ((rows[0]?.bytes ?? 0) + size > UNNAMED_BYTES)
    throw new WintersealError("BUSY", "Too many files were left here today without a signed note; sign one or try again tomorrow");
}

/**
 * A file that a signed note of the shipment names, as it lies here: whether it is still the one that was signed, the reader's own browser says.
 * @returns null when there is none that the viewer may see
 */
export async function readFile(
  pool: Pool,
  viewer: Viewer,
  shipment: string,
  hash: string,
): Promise<{ readonly bytes: Uint8Array; readonly type: string; readonly name: string } | null> {
  const { rows } = await pool.query<{ bytes: Uint8Array; type: string; name: string }>(
    `SELECT f.bytes, a.type, a.name FROM excursion_file f
       JOIN excursion_attachment a ON a.shipment = f.shipment AND a.hash = f.hash
       JOIN shipment s ON s.id = f.shipment
      WHERE ${shipmentScope(viewer)} AND f.shipment = $2 AND f.hash = $3 ORDER BY a.transaction LIMIT 1`,
    [viewer.mspId, shipment, hash],
  );
  return rows[0] ?? null;
}
