"use client";

import { formatDuration } from "@/components/format/duration";
import { formatCount } from "@/components/format/numbers";
import { useReader } from "@/components/format/reader";
import { formatTemperature } from "@/components/format/temperature";
import { ruleTitle } from "@/components/shipment/rule-words";
import { Card } from "@/components/ui/card";
import { SectionHead } from "@/components/ui/page";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { type HalfWords, keptWords, momentWords } from "@/components/verdict/kept-words";
import { Verdicts } from "@/components/verdict/verdicts";
import type { DryRun } from "@/lib/exchange/dry-run";
import { Curve } from "./curve";

interface DryRunResultProps {
  readonly run: DryRun;
  readonly file: string;
  readonly choices: { readonly profile: string; readonly unit: string; readonly timeZone: string };
}

/** A file can be altered by whoever holds it, so its second half is always the same. */
const FROM_A_FILE: HalfWords = {
  kind: "untrusted",
  answer: "No, times come from a file",
  sentences: [
    "Nobody signed these readings when they were measured. Played onto the ledger they are imported, which never counts as a full yes.",
  ],
  proofs: [{ kind: "untrusted", text: "Not signed" }],
};

/** What the rules would have found, in the words of every shipment's page. */
export function DryRunResult({ run, file, choices }: DryRunResultProps) {
  const reader = useReader();
  const { unit } = reader;
  const sensor = run.facts.sensors[0];
  const zone = choices.timeZone === "UTC" ? "" : ` --time-zone ${choices.timeZone}`;
  return (
    <div aria-live="polite">
      <Verdicts kept={keptWords(run.kept, run.facts, reader)} trust={FROM_A_FILE} />
      <Card className="p-4 desk:p-6">
        <h2>
          {run.model}
          {run.serial && `, serial ${run.serial}`}
        </h2>
        <p className="mb-4 text-second text-small">
          {formatCount(run.readings)} readings
          {sensor?.first != null &&
            sensor.last != null &&
            ` from ${momentWords(sensor.first, reader)} to ${momentWords(sensor.last, reader)}`}
          {sensor?.highest && `, highest ${formatTemperature(sensor.highest.value, { unit, decimals: 1 })}`}
          {sensor?.lowest && `, lowest ${formatTemperature(sensor.lowest.value, { unit, decimals: 1 })}`}
          {run.kinetic !== null && `, MKT ${formatTemperature(run.kinetic, { unit, decimals: 2 })} (information only)`}.
          {run.format === "fridge-tag-2" && " The tag keeps each day’s lowest and highest only, so most of a day counts as not measured."}
        </p>
        <Curve run={run} />
      </Card>
      <section aria-labelledby="found" className="mt-6">
        <SectionHead id="found" title="The rules would have found" count={formatCount(run.violations.length)} />
        {run.violations.length === 0 ? (
          <p className="text-second">
            No violation{run.gaps.length > 0 && `, and ${formatCount(run.gaps.length)} gaps in which nothing is known`}.
          </p>
        ) : (
          <Card>
            <Table
              caption="Violations, oldest first"
              className="text-small"
              head={
                <tr>
                  <HeadCell>Rule</HeadCell>
                  <HeadCell>Began</HeadCell>
                  <HeadCell>Found</HeadCell>
                  <HeadCell>Lasted</HeadCell>
                  <HeadCell align="end">Farthest</HeadCell>
                  <HeadCell align="end">Readings</HeadCell>
                </tr>
              }
            >
              {run.violations.slice(0, 200).map((it) => (
                <tr key={`${it.rule} ${it.from}`}>
                  <Cell>
                    <b>{ruleTitle(it.rule)}</b>, {it.severity}
                  </Cell>
                  <Cell>{momentWords(it.from, reader)}</Cell>
                  <Cell>{momentWords(it.found, reader)}</Cell>
                  <Cell>{it.to === null ? "to the end of the file" : formatDuration(it.to - it.from)}</Cell>
                  <Cell align="end">{formatTemperature(it.peak, { unit, decimals: 1 })}</Cell>
                  <Cell align="end">{formatCount(it.readings)}</Cell>
                </tr>
              ))}
            </Table>
          </Card>
        )}
      </section>
      <p className="mt-6 max-w-160 text-pretty text-second text-small">
        Nothing was recorded. To play the file onto the ledger, whoever holds an importer’s key runs{" "}
        <code className="mono rounded-small bg-sunken px-1 [overflow-wrap:anywhere]">
          npm run replay -- {file} --profile {choices.profile} --unit {choices.unit}
          {zone}
        </code>
        . The key is not on this server, so no page can.
      </p>
    </div>
  );
}
