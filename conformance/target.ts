/** What a ledger must offer to be asked the suite's questions: its peers, its organisations' identities and the key-value contract. */
import type { Client, ClientOptions } from "@grpc/grpc-js";
import type { Issued } from "../ledger/testing/material";

/** Columns of the table. A Fabric release stands for its line: `3.1` is the reference, since the embedded ledger follows it. */
export const TARGET_NAMES = ["3.1", "2.5", "embedded"] as const;
export type TargetName = (typeof TARGET_NAMES)[number];
export const REFERENCE: TargetName = "3.1";

export interface Mint {
  readonly commonName: string;
  /** Organisational units; Fabric's node units among them say what the certificate is for. */
  readonly units: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Fabric attributes (`{"attrs": …}` extension). */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface TargetOrganisation {
  readonly mspId: string;
  /** Address of its peer, as error details name it. */
  readonly address: string;
}

export interface Target {
  readonly name: TargetName;
  /** What exactly answered, for the reader of the output: `embedded`, `Fabric 3.1.5`. */
  readonly release: string;
  readonly channel: string;
  /** Name of the key-value contract on the channel (ledger/testing/kv-contract.ts), whose policy is any two of the organisations. */
  readonly chaincode: string;
  /** At least three, each with one peer and its own contract process. */
  readonly organisations: readonly TargetOrganisation[];
  /** The organisation that reads and does not write. */
  readonly operatorMspId: string;
  readonly ordererMspId: string;
  /** Largest transaction that the orderer takes (`AbsoluteMaxBytes`), bytes. */
  readonly maxBytes: number;
  /** A new connection to an organisation's peer, with a pool of its own. The caller closes it. */
  connect(organisation: number, options?: ClientOptions): Client;
  /** An identity that an organisation's own root issues. */
  mint(mspId: string, mint: Mint): Promise<Issued>;
  close(): Promise<void>;
}
