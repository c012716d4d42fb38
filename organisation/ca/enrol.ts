/** Enrols a person: a one-time code and a certificate request become the person's identity. */
import * as z from "zod";
import { ATTRIBUTES, type Role } from "../../lib/messages/names";
import type { CertificateAuthority } from "./authority";
import { redeemCode } from "./codes";
import { readRequest } from "./request";

const DAY_MS = 24 * 3_600_000;
const PERSON_DAYS = 365;

export const enrolmentSchema = z.strictObject({ code: z.string().min(1).max(64), csr: z.string().min(1).max(4096) });
export type Enrolment = z.infer<typeof enrolmentSchema>;

export interface Enrolled {
  /** PEM */
  readonly certificate: string;
  /** PEM */
  readonly root: string;
  /** What the certificate says of the person, for the signer to show. */
  readonly person: { readonly commonName: string; readonly name: string; readonly role: Role };
}

/**
 * Certifies a person's key as `<login>@<organisation id>`. Who the person is comes from the code alone, never from the request. A person
 * may enrol any number of browsers, each with a code of its own.
 * @throws WintersealError REQUEST_INVALID, KEY_UNSUITABLE (the code stays unused), ENROLMENT_CODE_*
 */
export async function enrolPerson(ca: CertificateAuthority, body: Enrolment, now = Date.now()): Promise<Enrolled> {
  const request = await readRequest(body.csr);
  const person = await redeemCode(ca.dir, body.code, now);
  const commonName = `${person.login}@${ca.profile.id}`;
  const certificate = await ca.issue(
    {
      type: "client",
      commonName,
      publicKey: request.publicKey,
      attributes: { [ATTRIBUTES.role]: person.role, [ATTRIBUTES.name]: person.name },
      notAfter: now + PERSON_DAYS * DAY_MS,
    },
    now,
  );
  return { certificate, root: ca.rootPem, person: { commonName, name: person.name, role: person.role } };
}
