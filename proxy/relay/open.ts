import type { CommitNotices, CommitNoticesParts } from "../../lib/fabric/commit-notices";
import { openNotices } from "../../lib/fabric/commit-status";
import type { Connection } from "../../lib/fabric/connection";
import { DEADLINES, type Deadlines } from "../../lib/fabric/deadlines";
import type { SigningIdentity } from "../../lib/fabric/identity-node";
import { Peers, type PeersEvents } from "../../lib/fabric/peers";
import type { Stage } from "../../lib/messages/link";
import type { Network } from "../../lib/messages/network";
import { Relay, type RelayParts } from "./relay";

export interface OpenRelayOptions {
  readonly network: Pick<Network, "channel" | "chaincode">;
  readonly connection: Connection;
  readonly operator: SigningIdentity;
  readonly deadlines?: Deadlines;
  readonly timed?: (stage: Stage, seconds: number) => void;
  readonly asked?: RelayParts["asked"];
  readonly events?: PeersEvents & Pick<CommitNoticesParts, "noticed" | "broken">;
}

export interface OpenRelay {
  readonly relay: Relay;
  readonly peers: Peers;
  readonly notices: CommitNotices;
  /** Ends the stream of notices; the connection stays its owner's. */
  close(): Promise<void>;
}

/** A relay over one connection, with its choice of peers and its stream of commit notices. The caller closes it before the connection. */
export function openRelay({
  network,
  connection,
  operator,
  deadlines = DEADLINES,
  timed,
  asked,
  events = {},
}: OpenRelayOptions): OpenRelay {
  const peers = new Peers(connection, { events });
  const notices = openNotices(peers, operator, network.channel, events);
  const { retried } = events;
  const overdue = () => retried?.("submit", "COMMIT_UNKNOWN");
  const relay = new Relay({ network, peers, notices, deadlines, overdue, asked, ...(timed === undefined ? {} : { timed }) });
  return { relay, peers, notices, close: () => notices.close() };
}
