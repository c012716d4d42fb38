/** Everybody who may or may not look, signed in over plain HTTP with keys of their own: every organisation's acting person and auditor, and a stranger. */
import { lowS } from "../device/ts/der";
import type { OrganisationKind, Role } from "../lib/messages/names";
import { CertificateAuthority, createCode, createRequest } from "../organisation/ca";
import { enrol } from "../organisation/ca/client";
import { layout, network, started } from "./support";

const ORGANISATIONS = ["shipper", "recipient", "authority"] as const;
type Organisation = (typeof ORGANISATIONS)[number] & OrganisationKind;

export interface Actor {
  readonly name: string;
  readonly organisation: Organisation | null;
  readonly isAuditor: boolean;
  /** Empty for a stranger. */
  readonly cookie: string;
}

const stranger: Actor = { name: "stranger", organisation: null, isAuditor: false, cookie: "" };
/** A cookie that no session stands behind: more than a stranger to the middleware, nobody to a page. */
const pretender: Actor = { ...stranger, name: "pretender", cookie: "winterseal.session_token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAA" };

/** Enrols and signs in one acting person and one auditor of each organisation. */
export async function actors(): Promise<readonly Actor[]> {
  const people: Actor[] = [];
  for (const organisation of ORGANISATIONS) {
    for (const role of [organisation, "auditor"] as const) {
      const name = role === "auditor" ? `auditor of the ${organisation}` : organisation;
      const cookie = await signIn(organisation, `walk-${role}`, role);
      people.push({ name, organisation, isAuditor: role === "auditor", cookie });
    }
  }
  return [...people, stranger, pretender];
}

/** Signs in as a signer does: a code, a key, a certificate, a signed challenge. @returns the session's cookie */
export async function signIn(organisation: Organisation, login: string, role: Role): Promise<string> {
  const { origin } = started();
  const { certificate, keys } = await enrolPerson(organisation, login, role);
  const post = (path: string, body: object, cookie = "") =>
    fetch(`${origin}/api/auth${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin, cookie },
      body: JSON.stringify(body),
    });
  const asked = await post("/signer/challenge", {});
  const { challenge } = (await asked.json()) as { challenge: string };
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, new TextEncoder().encode(challenge));
  const signature = Buffer.from(lowS(new Uint8Array(raw))).toString("base64");
  const answered = await post("/sign-in/signer", { challenge, certificate, signature }, cookiesOf(asked));
  if (answered.status !== 200) throw new Error(`${login}@${organisation} is not let in: ${await answered.text()}`);
  return cookiesOf(answered);
}

async function enrolPerson(organisation: Organisation, login: string, role: Role) {
  const ca = (await network()).organisations.find(({ id }) => id === organisation)?.ca;
  if (ca === undefined) throw new Error(`${organisation} has no certificate authority`);
  const { dir, profile } = await CertificateAuthority.open(layout().organisation(organisation));
  const code = await createCode(dir, profile, { login, name: `Walker ${login}`, role }, 3_600_000);
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  return { keys, ...(await enrol(ca, code, (commonName) => createRequest(commonName, keys))) };
}

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
