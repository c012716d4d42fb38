/** What the operators' page tells, gathered by app/operations/load. */
import type { Ordering } from "@/lib/evidence/ordering";
import type { Network } from "@/lib/messages/network";
import type { PeerReport } from "@/lib/messages/runtime";
import type { Halt } from "@/lib/store/ledger";
import type { DefinitionChange, PersonRow } from "@/lib/store/operations";
import type { CertificateRow } from "./certificates";

export interface OrganisationStanding {
  readonly mspId: string;
  /** Newest block that its peers showed to the projection; null when they were not needed. */
  readonly heard: number | null;
  /** What its peers say of themselves; empty where another process asks them. */
  readonly peers: readonly PeerReport[];
}

export interface Operations {
  readonly kind: Network["kind"];
  readonly channel: string;
  readonly chaincode: string;
  /** Newest block of the record; null before the first. */
  readonly block: number | null;
  readonly halt: Halt | null;
  readonly organisations: readonly OrganisationStanding[];
  readonly configuration: { readonly block: number; readonly sequence: number; readonly ordering: Ordering } | null;
  readonly definition: DefinitionChange | null;
  /** Which ends first on top. */
  readonly certificates: readonly CertificateRow[];
  readonly people: readonly PersonRow[];
}
