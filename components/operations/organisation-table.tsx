import { formatCount } from "@/components/format/numbers";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { organisationName } from "@/lib/access/organisations";
import type { PeerReport } from "@/lib/messages/runtime";
import type { OrganisationStanding } from "./model";

interface OrganisationTableProps {
  readonly organisations: readonly OrganisationStanding[];
  /** Newest block of the record; null before the first. */
  readonly block: number | null;
}

/** Blocks that are on their way at any moment. */
const SMALL_LAG = 2;

/** Height and contract of every peer, as it says itself, and how far its organisation was heard. */
export function OrganisationTable({ organisations, block }: OrganisationTableProps) {
  const highest = Math.max(block ?? -1, ...organisations.flatMap(({ peers }) => peers.map(({ height }) => (height ?? 0) - 1)));
  return (
    <Card>
      <Table
        caption="Peers by organisation"
        className="text-small"
        head={
          <tr>
            <HeadCell>Peer</HeadCell>
            <HeadCell>State</HeadCell>
            <HeadCell align="end">Newest block</HeadCell>
            <HeadCell>Contract</HeadCell>
            <HeadCell align="end">Compared through</HeadCell>
          </tr>
        }
      >
        {organisations.flatMap(({ mspId, peers, heard }) =>
          (peers.length === 0 ? [undefined] : peers).map((peer) => (
            <tr key={peer?.name ?? mspId}>
              <Cell className="min-w-40 whitespace-normal!">
                <b>{peer?.name ?? "–"}</b>
                <span className="block text-quiet">{organisationName(mspId)}</span>
              </Cell>
              <Cell>
                <Standing peer={peer} highest={highest} />
              </Cell>
              <Cell align="end">{peer?.height == null ? "–" : formatCount(peer.height - 1)}</Cell>
              <Cell>
                {peer?.definition == null ? "–" : `version ${peer.definition.version}, sequence ${formatCount(peer.definition.sequence)}`}
              </Cell>
              <Cell align="end">{heard === null ? <span className="text-quiet">not needed</span> : formatCount(heard)}</Cell>
            </tr>
          )),
        )}
      </Table>
    </Card>
  );
}

function Standing({ peer, highest }: { readonly peer: PeerReport | undefined; readonly highest: number }) {
  if (peer === undefined) return <State kind="unknown">Asked elsewhere</State>;
  if (peer.height === null) return <State kind="warning">No answer</State>;
  const lag = highest - (peer.height - 1);
  if (lag <= SMALL_LAG) return <State kind="kept">Up to date</State>;
  return <State kind="warning">{formatCount(lag)} blocks behind</State>;
}
