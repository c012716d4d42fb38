/** Enrols a person: a one-time code and a certificate request become the person's identity. */
import * as z from "zod";
import { WintersealError } from "../../lib/messages/errors";
import { ATTRIBUTES, type Role } from "../../lib/messages/names";
import { findCode, type PersonGrant, redeemCode } from "./codes";
import type { Issuer } from "./issuer";
import { readRequest } from "./request";

const DAY_MS = 24 * 3_600_000;
const PERSON_DAYS = 365;

const code = z.string().min(1).max(64);
export const enrolmentSchema = z.strictObject({ code, csr: z.string().min(1).max(4096) });
export type Enrolment = z.infer<typeof enrolmentSchema>;
export const codeSchema = z.strictObject({ code });

/** What the certificate says of the person, for the signer to show. */
export interface EnrolledPerson {
  readonly commonName: string;
  readonly name: string;
  readonly role: Role;
  /** May invite others into the organisation. */
  readonly administrator?: true;
}

export interface Enrolled {
  /** PEM */
  readonly certificate: string;
  /** PEM */
  readonly root: string;
  readonly person: EnrolledPerson;
}

const personOf = (ca: Issuer, { login, name, role, administrator }: PersonGrant): EnrolledPerson => ({
  commonName: `${login}@${ca.profile.id}`,
  name,
  role,
  ...(administrator ? { administrator } : {}),
});

/**
 * Whom a code is for: a request has to carry that name where the authority is a `fabric-ca-server`. The code stays unused.
 * @throws WintersealError ENROLMENT_CODE_*
 */
export const whoseCode = async (ca: Issuer, body: z.infer<typeof codeSchema>, now = Date.now()): Promise<EnrolledPerson> =>
  personOf(ca, await findCode(ca.dir, body.code, now));

/**
 * Certifies a person's key as `<login>@<organisation id>`. Who the person is comes from the code alone, never from the request. A person
 * may enrol any number of browsers, each with a code of its own.
 * @throws WintersealError REQUEST_INVALID, KEY_UNSUITABLE (the code stays unused), ENROLMENT_CODE_*, UNAVAILABLE
 */
export async function enrolPerson(ca: Issuer, body: Enrolment, now = Date.now()): Promise<Enrolled> {
  const request = await readRequest(body.csr);
  const person = await whoseCode(ca, body, now);
  if (ca.wantsName && request.commonName !== person.commonName) {
    throw new WintersealError("REQUEST_INVALID", "the request must name the person whose code it is", { commonName: person.commonName });
  }
  const issue = () =>
    ca.issue(
      {
        type: "client",
        commonName: person.commonName,
        request,
        attributes: {
          [ATTRIBUTES.role]: person.role,
          [ATTRIBUTES.name]: person.name,
          ...(person.administrator ? { [ATTRIBUTES.administrator]: "yes" } : {}),
        },
        notAfter: now + PERSON_DAYS * DAY_MS,
      },
      now,
    );
  const certificate = await redeemCode(ca.dir, body.code, issue, now);
  return { certificate, root: ca.rootPem, person };
}
