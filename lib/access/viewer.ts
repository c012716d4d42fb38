import type { OrganisationKind, Role } from "../messages/names";

/** Who looks at a page: facts of the certificate that the person signed in with, never a choice made on the website. */
export interface Viewer {
  readonly userId: string;
  readonly mspId: string;
  readonly kind: OrganisationKind;
  readonly role: Role;
  readonly name: string;
}
