import { formatCount } from "@/components/format/numbers";
import { Card } from "@/components/ui/card";
import { SectionHead } from "@/components/ui/page";
import { mayCall } from "@/lib/access/permit";
import type { Viewer } from "@/lib/access/viewer";
import { longestInterval, PROFILES, profileById } from "@/lib/domain/profiles";
import { IMPORT_MODEL } from "@/lib/messages/names";
import type { CommandRow } from "@/lib/store/commands";
import type { SensorRow } from "@/lib/store/sensors";
import { CommandForm } from "./command-form";
import { CommandTable } from "./command-table";

interface CommandsProps {
  readonly sensor: SensorRow;
  readonly rows: readonly CommandRow[];
  /** Of the goods that it rides with now. */
  readonly profiles: readonly string[];
  readonly viewer: Viewer;
  readonly now: number;
}

/** What its owner told it and what it did; the owner tells it more here. */
export function Commands({ sensor: row, rows, profiles, viewer, now }: CommandsProps) {
  const isDevice = row.model !== IMPORT_MODEL;
  const mayTell = viewer.mspId === row.owner && mayCall(viewer, "sensor:Command") && row.status === "active" && isDevice;
  if (rows.length === 0 && !mayTell) return null;
  const limits = profiles.map((id) => longestInterval(profileById(id)));
  const limit = limits.length === 0 ? null : Math.min(...limits);
  const last = rows.find(({ report }) => report !== null)?.report;
  return (
    <section aria-labelledby="commands">
      <SectionHead id="commands" title="Commands" count={formatCount(rows[0]?.counter ?? 0)} />
      {mayTell && (
        <Card className="mb-4 p-5 desk:p-6">
          <p className="mb-3 text-second text-small">
            The sensor takes a command only when two organisations prove to it that it is committed and the newest, and says on the ledger
            what it did.
          </p>
          <CommandForm
            sensor={row.id}
            newest={rows[0]?.counter ?? 0}
            limit={limit}
            rides={profiles[0] ?? null}
            profiles={PROFILES.map(({ id, title }) => ({ id, title }))}
            measuring={last?.measuring ?? true}
          />
        </Card>
      )}
      {rows.length > 0 && <CommandTable rows={rows} now={now} />}
    </section>
  );
}
