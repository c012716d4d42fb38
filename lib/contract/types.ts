/**
 * The contract as a pure function. chaincode/ runs it on a peer's state, lib/projection/ runs it again on its own verified copy and
 * compares the write sets byte for byte, lib/evidence/ runs it on an evidence file. So two colluding organisations can write any
 * state, but nobody who re-executes believes it (design: "Nothing is believed because it stands in the state").
 */
import type { EventName, FunctionName } from "../messages/functions";
import type { Facts } from "./facts";

/** What the contract knows of a caller, read from its certificate alone. */
export interface Identity {
  readonly mspId: string;
  readonly commonName: string;
  /** Attribute `ws.role`, or "" when there is none. */
  readonly role: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly thumbprint: string;
  /** ms UTC */
  readonly notBefore: number;
  /** ms UTC */
  readonly notAfter: number;
}

export interface Call {
  readonly name: FunctionName;
  /** Arguments after the function's name. */
  readonly args: readonly Uint8Array[];
  readonly creator: Identity;
  readonly transactionId: string;
  /** The transaction's own timestamp, ms UTC. */
  readonly timestamp: number;
}

/** Committed state, one key at a time. Range reads are not used: they conflict (phantoms) and cannot be re-executed cheaply. */
export interface StateView {
  get(key: string): Promise<Uint8Array | undefined>;
}

export interface ExecuteOptions {
  /** The executing peer's clock, ms UTC. Left out when re-executing: then the window is not judged again. */
  readonly now?: number;
  /** How far the transaction's timestamp may be from the peer's clock, ms. */
  readonly windowMs: number;
}

export interface Outcome {
  /** Canonical JSON, the proposal response's payload. */
  readonly result: Uint8Array;
  /** Key → canonical JSON. Insertion order is sorted key order. Nothing is ever deleted. */
  readonly writes: ReadonlyMap<string, Uint8Array>;
  /** Key-level endorsement policies (`common.SignaturePolicyEnvelope`) that keys of {@link writes} carry from now on; sorted, mostly empty. */
  readonly policies: ReadonlyMap<string, Uint8Array>;
  readonly event?: { readonly name: EventName; readonly payload: Uint8Array };
  /** What happened, in full: for the projection. Not on the ledger; derived from the signed arguments and the state. */
  readonly facts?: Facts;
}

/** Runs one call. @throws WintersealError with the code of the rule that refused. */
export type Execute = (call: Call, state: StateView, options: ExecuteOptions) => Promise<Outcome>;
