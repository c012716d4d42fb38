import type { CanonicalValue } from "../../domain/canonical-json";
import type { Rows } from "../rows/rows";

/** One valid, re-executed transaction and the rows that collect what it did. */
export interface Context {
  readonly rows: Rows;
  readonly id: string;
  readonly block: number;
  readonly position: number;
  /** The transaction's own timestamp, ms UTC. */
  readonly at: number;
  /** Common name and organisation of the creator. */
  readonly actor: string;
  readonly organisation: string;
  /** SHA-256 of the creator's public key, hex. */
  readonly thumbprint: string;
  /** The state record under a key as the transaction found it, or undefined. */
  before(key: string): unknown;
  /** Adds an audit entry; entries of one transaction keep their order. */
  audit(kind: string, about: { readonly shipment?: string; readonly sensor?: string }, detail: CanonicalValue): void;
}

export function newContext(transaction: Omit<Context, "audit">): Context {
  let part = 0;
  return {
    ...transaction,
    audit(kind, about, detail) {
      transaction.rows.auditEntry.push({
        block: transaction.block,
        position: transaction.position,
        part: part++,
        at: transaction.at,
        kind,
        shipment: about.shipment ?? null,
        sensor: about.sensor ?? null,
        actor: transaction.actor,
        organisation: transaction.organisation,
        detail,
        transaction: transaction.id,
      });
    },
  };
}
