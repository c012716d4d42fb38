/** A sensor's identity: issued against a person's approval, carrying the calibration's facts, ending with the calibration plus a grace. */
import * as z from "zod";
import { sensorAttributes } from "../../lib/messages/attributes";
import { WintersealError } from "../../lib/messages/errors";
import type { CalibrationStatement, Statement } from "../../lib/messages/statements";
import { type Contract, signedBytes, verifyApproval } from "./approval";
import type { Issued, Issuer } from "./issuer";
import { type CertificateRequest, readRequest } from "./request";
import { sha256Hex } from "./x509";

const DAY_MS = 24 * 3_600_000;

export const sensorRequestSchema = z.strictObject({
  csr: z.string().min(1).max(4096),
  /** Base64 of a protos.SignedProposal of `sensor:Register` or `sensor:Renew`. */
  approval: z.base64().min(1).max(32_768),
});
export type SensorRequest = z.infer<typeof sensorRequestSchema>;

export interface SensorSettings extends Contract {
  /** How long after the calibration's end a sensor may still deliver what it measured before; 0 is the paper's letter. */
  readonly graceDays: number;
  /**
   * Makes sure that the ledger holds the sensor as active under this key: an approval that was signed is not yet one that was recorded.
   * @throws WintersealError REGISTRATION_MISSING, UNAVAILABLE
   */
  readonly confirm: (sensor: string, thumbprint: string) => Promise<void>;
}

/** What a sensor's statement says that its identity depends on. */
type SensorFacts = Pick<Statement<"sensor:Renew">, "sensor" | "thumbprint"> & { readonly calibration: Pick<CalibrationStatement, "to"> };

export const sensorCheckSchema = z.strictObject({
  csr: z.string().min(1).max(4096),
  sensor: z.string().max(32),
  thumbprint: z.string().max(64),
  calibrationTo: z.int(),
});

/**
 * Says before anybody signs whether an identity could be issued: what is recorded on the ledger without one helps nobody.
 * @returns when it would end, ms UTC
 * @throws WintersealError REQUEST_INVALID, KEY_UNSUITABLE, KEY_MISMATCH, WRONG_SENSOR, CALIBRATION_ENDED
 */
export async function checkSensor(
  ca: Issuer,
  body: z.infer<typeof sensorCheckSchema>,
  settings: Pick<SensorSettings, "graceDays">,
  now = Date.now(),
): Promise<{ ends: number }> {
  const { sensor, thumbprint, calibrationTo } = body;
  const facts = { sensor, thumbprint, calibration: { to: calibrationTo } };
  const end = endOf(await readRequest(body.csr), facts, settings, now);
  return { ends: Math.min(end, ca.root.notAfter.getTime()) };
}

/**
 * Issues a sensor's identity. The same approval and key get the same certificate back, so that a lost answer can be asked for again; where
 * a `fabric-ca-server` knows shorter lifetimes only, they get the next certificate when the last third of the old one has begun.
 * @returns certificate and root, PEM
 * @throws WintersealError as {@link checkSensor}, and what verifyApproval throws
 */
export async function issueSensor(
  ca: Issuer,
  body: SensorRequest,
  settings: SensorSettings,
  now = Date.now(),
): Promise<{ certificate: string; root: string }> {
  const request = await readRequest(body.csr);
  const bytes = Buffer.from(body.approval, "base64");
  const approval = sha256Hex(signedBytes(bytes));
  const before = (await ca.issued()).findLast((entry) => entry.approval === approval && entry.thumbprint === request.thumbprint);
  if (before !== undefined && !endsEarly(before, now))
    return { certificate: await stillValid(ca, before.certificate, now), root: ca.rootPem };
  const { statement } = await verifyApproval(ca, bytes, settings, now, before === undefined ? undefined : Number.POSITIVE_INFINITY);
  if (before !== undefined) {
    await stillValid(ca, before.certificate, now);
    if (before.notAfter >= statement.calibration.to) return { certificate: before.certificate, root: ca.rootPem };
  }
  await settings.confirm(statement.sensor, statement.thumbprint);
  const certificate = await ca.issue(
    {
      type: "client",
      commonName: statement.sensor,
      request,
      attributes: sensorAttributes(statement.sensor, statement.calibration),
      notAfter: endOf(request, statement, settings, now),
      approval,
    },
    now,
  );
  return { certificate, root: ca.rootPem };
}

/** The last third of a certificate's life has begun. */
const endsEarly = ({ at, notAfter }: Issued, now: number): boolean => (notAfter - now) * 3 < notAfter - at;

/**
 * What is handed out again must still be worth something: an approval that outlives a revocation brings no identity back.
 * @throws WintersealError CERTIFICATE_REVOKED, IDENTITY_EXPIRED
 */
async function stillValid(ca: Issuer, certificate: string, now: number): Promise<string> {
  await ca.recognise(certificate, now);
  return certificate;
}

/** When the identity ends, after request and statement were found to belong together. */
function endOf(request: CertificateRequest, statement: SensorFacts, settings: Pick<SensorSettings, "graceDays">, now: number): number {
  if (request.commonName !== statement.sensor)
    throw new WintersealError("WRONG_SENSOR", "the request names another sensor than the statement");
  if (request.thumbprint !== statement.thumbprint) throw new WintersealError("KEY_MISMATCH", "the request's key is not the statement's");
  const end = statement.calibration.to + settings.graceDays * DAY_MS;
  if (end <= now) throw new WintersealError("CALIBRATION_ENDED");
  return end;
}
