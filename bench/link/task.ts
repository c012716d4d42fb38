/** What the benchmark asks of one client process, and what that answers. */
export const SCHEMES = ["legacy-sdk", "fabric-gateway", "paper", "compact"] as const;
export type Scheme = (typeof SCHEMES)[number];

export interface PeerAddress {
  readonly name: string;
  readonly mspId: string;
  /** host:port of the forwarder before it */
  readonly address: string;
  /** PEM; absent = plaintext */
  readonly tlsRoot?: string;
}

/** Where a sensor's chain of batches stands: one sensor serves all schemes in turn. */
export interface Chain {
  readonly sequence: number;
  /** hex */
  readonly previous: string;
}

export interface Task {
  readonly scheme: Scheme;
  readonly id: string;
  readonly endorsements: number;
  /** Readings per transaction. */
  readonly readings: number;
  readonly warmUp: number;
  readonly transactions: number;
  readonly chain: Chain;
  readonly channel: string;
  readonly chaincode: string;
  /** PEM */
  readonly certificate: string;
  readonly key: string;
  readonly mqtt: { readonly url: string; readonly ca: string };
  readonly peers: readonly PeerAddress[];
  readonly orderer?: PeerAddress;
  /** PEM: whose endorsements the device accepts. */
  readonly endorsers: readonly { readonly mspId: string; readonly certificate: string }[];
}

/** A stage is over; the client waits for any message before it goes on. */
export interface Stage {
  /** `first`: connected and one transaction committed; `warm`; `done`. */
  readonly stage: "first" | "warm" | "done";
  /** CPU that the process has used since its code began to run, user and system, ms. */
  readonly cpuMs: number;
  readonly chain: Chain;
}

/** One client, connected. */
export interface Recorder {
  /** Records one batch; resolves when the commit notice is there. */
  record(batch: Uint8Array, moment: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
