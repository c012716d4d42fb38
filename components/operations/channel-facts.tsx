import Link from "next/link";
import { formatCount } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { Card } from "@/components/ui/card";
import { Fact, Facts } from "@/components/ui/facts";
import { State } from "@/components/ui/state";
import { organisationName } from "@/lib/access/organisations";
import { ownerOf } from "./certificates";
import type { Operations } from "./model";

/** What is in force: configuration, contract, who orders; and whether the record stands still. */
export function ChannelFacts({ channel, chaincode, kind, configuration, definition, organisations, halt }: Operations) {
  return (
    <Card className="p-5">
      <Facts>
        <Fact name="Record">
          {halt === null ? (
            <State kind="kept">Goes on, never contradicted</State>
          ) : (
            <>
              <State kind="violation">Halted</State> <span>{halt.reason}</span>
            </>
          )}
        </Fact>
        <Fact name="Channel">{channel}</Fact>
        <Fact name="Configuration">
          {configuration === null ? "–" : `${formatCount(configuration.sequence)}, since block ${formatCount(configuration.block)}`}
        </Fact>
        <Fact name="Contract">
          {chaincode}
          {kind === "embedded" && <span className="text-second">, as the embedded ledger was built: no definition to change</span>}
          {kind === "fabric" && <span>: {definitionWords(organisations)}</span>}
          {definition !== null && (
            <span className="block">
              <Link href={`/ledger/${definition.transaction}`}>Committed in block {formatCount(definition.block)}</Link>,{" "}
              <Time at={definition.at} as="day" />
            </span>
          )}
        </Fact>
        <Fact name="Ordering">
          <Ordering configuration={configuration} />
        </Fact>
      </Facts>
    </Card>
  );
}

/** What all peers that answered go by; where they differ, that they do. */
function definitionWords(organisations: Operations["organisations"]): string {
  const told = organisations.flatMap(({ peers }) => peers.flatMap(({ definition }) => (definition === null ? [] : [definition])));
  const words = new Set(told.map(({ version, sequence }) => `version ${version}, sequence ${formatCount(sequence)}`));
  if (words.size === 0) return "no peer told its definition";
  return [...words].join("; others ");
}

function Ordering({ configuration }: Pick<Operations, "configuration">) {
  const ordering = configuration?.ordering;
  if (ordering === undefined || ordering.nodes.length === 0) return <>One process, inside the embedded ledger</>;
  return (
    <>
      {ordering.kind === "BFT" ? "Byzantine fault tolerant" : "Raft"}, {formatCount(ordering.nodes.length)} nodes
      <ul className="mt-1">
        {ordering.nodes.map(({ address, mspId }) => (
          <li key={address}>
            <span className="mono">{address}</span> {mspId === undefined ? "" : organisationName(ownerOf(mspId))}
          </li>
        ))}
      </ul>
    </>
  );
}
