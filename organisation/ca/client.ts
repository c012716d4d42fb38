/** Asks a certificate authority over HTTP. Runs in a browser and on Node. */
import * as z from "zod";
import { ERROR_CODES, type ErrorCode, WintersealError } from "../../lib/messages/errors";
import { formatInvitationRequest, type InvitationAction } from "../../lib/messages/invitations";
import { ROLES } from "../../lib/messages/names";
import type { Statement } from "../../lib/messages/statements";

const issuedSchema = z.object({ certificate: z.string(), root: z.string() });
/** PEM of an identity and of the root it chains to. */
export type IssuedIdentity = z.infer<typeof issuedSchema>;

const personSchema = z.object({
  commonName: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  administrator: z.literal(true).optional(),
});
const enrolledSchema = issuedSchema.extend({ person: personSchema });
/** A person's identity, and what its certificate says of the person. */
export type EnrolledIdentity = z.infer<typeof enrolledSchema>;

const refusalSchema = z.object({
  code: z.string(),
  message: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
const DEADLINE_MS = 15_000;

/**
 * Exchanges a one-time code for a person's identity.
 * @param makeRequest makes a certificate request (PEM) that carries a common name
 * @throws WintersealError the authority's refusal, UNAVAILABLE
 */
export async function enrol(
  authority: string,
  code: string,
  makeRequest: (commonName: string) => Promise<string>,
): Promise<EnrolledIdentity> {
  const { commonName } = await post(`${authority}/enrol/name`, { code }, personSchema);
  return post(`${authority}/enrol`, { code, csr: await makeRequest(commonName) }, enrolledSchema);
}

/**
 * Exchanges a device's certificate request for its identity.
 * @param approval the signed proposal with which a person registered or renewed the sensor
 * @throws WintersealError the authority's refusal, UNAVAILABLE
 */
export const requestSensorIdentity = (authority: string, csr: string, approval: Uint8Array): Promise<IssuedIdentity> =>
  post(`${authority}/sensors`, { csr, approval: toBase64(approval) }, issuedSchema);

const checkedSchema = z.object({ ends: z.int() });

/**
 * Asks, before anybody signs, whether an identity could be issued for a request and a statement.
 * @returns when the identity would end, ms UTC
 * @throws WintersealError the authority's refusal, UNAVAILABLE
 */
export async function checkSensorRequest(
  authority: string,
  csr: string,
  statement: Pick<Statement<"sensor:Renew">, "sensor" | "thumbprint" | "calibration">,
): Promise<number> {
  const { sensor, thumbprint, calibration } = statement;
  const body = { csr, sensor, thumbprint, calibrationTo: calibration.to };
  return (await post(`${authority}/sensors/check`, body, checkedSchema)).ends;
}

const invitedSchema = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  administrator: z.boolean(),
  by: z.string(),
  at: z.number(),
  expires: z.number(),
  state: z.enum(["open", "used", "ended", "withdrawn"]),
});
/** A code that was given out. */
export type InvitedPerson = z.infer<typeof invitedSchema>;

const invitationsSchema = z.object({ invitations: z.array(invitedSchema), code: z.string().optional() });

/**
 * Lists, makes or withdraws codes of the organisation. An administrator's key signs each request.
 * @param sign raw (r ‖ s) signature over a text
 * @returns the list as it stands afterwards, and the code if one was made: it is told this once
 * @throws WintersealError the authority's refusal, UNAVAILABLE
 */
export async function askInvitations(
  authority: string,
  asked: { readonly organisation: string; readonly certificate: string; readonly action: InvitationAction },
  sign: (text: string) => Promise<Uint8Array>,
): Promise<z.infer<typeof invitationsSchema>> {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const text = formatInvitationRequest({ organisation: asked.organisation, nonce, at: Date.now(), action: asked.action });
  const body = { text, certificate: asked.certificate, signature: toBase64(await sign(text)) };
  return post(`${authority}/invitations`, body, invitationsSchema);
}

const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

async function post<T>(url: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
  const { ok, json } = await exchange(url, body);
  if (!ok) throw refusal(json);
  const issued = schema.safeParse(json);
  if (!issued.success) throw new WintersealError("UNAVAILABLE", "the certificate authority's answer cannot be read");
  return issued.data;
}

async function exchange(url: string, body: unknown): Promise<{ ok: boolean; json: unknown }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return { ok: response.ok, json: await response.json() };
  } catch (cause) {
    throw new WintersealError("UNAVAILABLE", "the certificate authority cannot be reached; try again later", {}, { cause });
  }
}

function refusal(json: unknown): WintersealError {
  const parsed = refusalSchema.safeParse(json);
  if (!parsed.success) return new WintersealError("UNAVAILABLE", "the certificate authority's answer cannot be read");
  const { code, message, facts } = parsed.data;
  return new WintersealError(code in ERROR_CODES ? (code as ErrorCode) : "INTERNAL", message, facts);
}
