import { Time } from "@/components/format/values";
import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { organisationName, organisations } from "@/lib/access/organisations";
import { type CertificateRow, endState, isDue, KIND_WORDS, orders, ownerOf, stepOf } from "./certificates";

interface CertificateTableProps {
  readonly caption: string;
  readonly rows: readonly CertificateRow[];
  /** MSP id of the reader's organisation: what is its own comes with the command. */
  readonly viewer: string;
  readonly isFixed: boolean;
  /** ms UTC */
  readonly now: number;
}

export function CertificateTable({ caption, rows, viewer, isFixed, now }: CertificateTableProps) {
  return (
    <Card>
      <Table
        caption={caption}
        className="text-small"
        head={
          <tr>
            <HeadCell>Certificate</HeadCell>
            <HeadCell>Ends</HeadCell>
            <HeadCell>Next step</HeadCell>
          </tr>
        }
      >
        {rows.map((row) => {
          const state = endState(row, now);
          return (
            <tr key={`${row.kind} ${row.mspId} ${row.holder} ${row.ends}`}>
              <Cell className="min-w-44 whitespace-normal!">
                <b>{row.holder}</b>
                <span className="block text-quiet">
                  {KIND_WORDS[row.kind]}, {nameOf(row.mspId)}
                </span>
              </Cell>
              <Cell>
                <State kind={state.kind}>{state.text}</State>
                <span className="block text-quiet">
                  <Time at={row.ends} as="date" />
                </span>
              </Cell>
              <Cell className="min-w-72 whitespace-normal!">
                <NextStep row={row} viewer={viewer} isFixed={isFixed} now={now} />
              </Cell>
            </tr>
          );
        })}
      </Table>
    </Card>
  );
}

function NextStep({
  row,
  viewer,
  isFixed,
  now,
}: { readonly row: CertificateRow } & Pick<CertificateTableProps, "viewer" | "isFixed" | "now">) {
  if (!isDue(row, now)) return <span className="text-quiet">None yet</span>;
  if (ownerOf(row.mspId) !== viewer) return <span>{nameOf(row.mspId)} renews it: tell them.</span>;
  const id = organisations().find(({ mspId }) => mspId === viewer)?.id ?? viewer;
  const { command, after } = stepOf(row, id, isFixed);
  return (
    <>
      {command !== "" && <code className="mono block break-all">{command}</code>}
      <span className="text-second">{after}</span>
    </>
  );
}

/** An organisation orders under a membership of its own. */
function nameOf(mspId: string): string {
  const owner = organisationName(ownerOf(mspId));
  return orders(mspId) ? (mspId === "OrdererMSP" ? "Ordering service" : `${owner}, ordering`) : owner;
}
