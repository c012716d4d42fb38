import { CertificateAuthority, createCode } from "../organisation/ca";
import { PEOPLE } from "./demo/story";
import { type Layout, ORGANISATIONS } from "./layout";

/** A person and the code that lets them enrol once, in the signer of their own organisation. */
export interface Invitation {
  readonly name: string;
  readonly role: string;
  readonly organisation: string;
  readonly signer: string;
  readonly code: string;
}

const CODE_LIVES_MS = 48 * 3_600_000;

/** Makes a fresh one-time code for each of the set-up's people: whoever enrolled already may enrol another browser with it. */
export async function invitePeople(layout: Layout, signerOf: (organisation: string) => string): Promise<Invitation[]> {
  const invitations: Invitation[] = [];
  for (const { organisation: id, ...person } of PEOPLE) {
    const { dir, profile } = await CertificateAuthority.open(layout.organisation(id));
    const code = await createCode(dir, profile, person, CODE_LIVES_MS);
    const organisation = ORGANISATIONS.find((one) => one.id === id)?.name ?? id;
    invitations.push({ name: person.name, role: person.role, organisation, signer: signerOf(id), code });
  }
  return invitations;
}
