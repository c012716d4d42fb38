import type { Metadata } from "next";
import { createLoader, parseAsString, type SearchParams } from "nuqs/server";
import { LiveRefresh } from "@/app/live-refresh";
import { countWord, formatCount, plural } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { CalibrationRule } from "@/components/sensors/calibration-rule";
import { tally } from "@/components/sensors/states";
import { SensorTable } from "@/components/sensors/table";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { SearchField } from "@/components/ui/search-field";
import { mayCall, mayKeepCalibrationRule } from "@/lib/access/permit";
import { calibrationRules } from "@/lib/store/calibration-rules";
import { database } from "@/lib/store/db";
import { listSensors, type SensorRow } from "@/lib/store/sensors";
import { pageViewer } from "../../viewer";
import { saveCalibrationRule } from "./save-calibration-rule";

export const metadata: Metadata = { title: "Sensors" };

const MOST = 500;
const MONTH = 30 * 86_400_000;

const load = createLoader({ q: parseAsString.withDefault("") });

export default async function SensorsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const viewer = await pageViewer("/sensors");
  const { q } = await load(searchParams);
  const { now } = await reader();
  const { pool } = database();
  const [found, rules] = await Promise.all([listSensors(pool, viewer, { search: q, limit: MOST + 1 }), calibrationRules(pool)]);
  const rows = found.slice(0, MOST);
  const register = mayCall(viewer, "sensor:Register") && (
    <ButtonLink href="/sensors/register" look="primary" icon="plus">
      Register a sensor
    </ButtonLink>
  );
  return (
    <>
      <PageHead
        title={q === "" ? titleOf(rows, now) : `${plural(rows.length, "sensor")} found`}
        lead={leadOf(rows, now)}
        aside={register || undefined}
      />
      <LiveRefresh />
      {rows.length === 0 && q === "" ? (
        <EmptyState title="No sensors yet" action={register}>
          {register
            ? "Register the first: its certificate request and its calibration certificate in, its identity certificate out."
            : "The calibration authority registers sensors. Yours show up here, with when each calibration is due."}
        </EmptyState>
      ) : (
        <>
          <div className="mb-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
            <SearchField label="Search sensors" placeholder="Sensor, model or certificate" />
            {mayKeepCalibrationRule(viewer) && <CalibrationRule months={rules.get(viewer.mspId) ?? null} save={saveCalibrationRule} />}
          </div>
          {rows.length === 0 ? (
            <EmptyState title="No sensor matches" action={<ButtonLink href="/sensors">Show all</ButtonLink>}>
              Ids, models and calibration certificates are searched, any part of them.
            </EmptyState>
          ) : (
            <SensorTable rows={rows} axis={axisOf(rows, now)} />
          )}
          {found.length > MOST && (
            <p className="mt-3 text-second text-small">
              The first {formatCount(MOST)} are shown, those due soonest first. Search for the others.
            </p>
          )}
        </>
      )}
    </>
  );
}

function titleOf(rows: readonly SensorRow[], now: number): string {
  const { all, ended, day, month, quarter } = tally(rows, now);
  if (all === 0) return "Sensors";
  if (ended > 0) return `${countWord(ended)} ${ended === 1 ? "calibration has" : "calibrations have"} ended`;
  if (day > 0) return `${countWord(day)} ${day === 1 ? "calibration ends" : "calibrations end"} within a day`;
  if (month > 0) return `${countWord(month)} ${month === 1 ? "calibration is" : "calibrations are"} due within a month`;
  if (quarter > 0) return `${countWord(quarter)} ${quarter === 1 ? "calibration is" : "calibrations are"} due within three months`;
  return "Every calibration holds for three months or more";
}

function leadOf(rows: readonly SensorRow[], now: number): string {
  const { all, valid, out, month, quarter } = tally(rows, now);
  if (all === 0) return "";
  const parts = [`${formatCount(valid)} of ${plural(all, "sensor")} calibrated now`];
  if (month > 0) parts.push(`${formatCount(month)} due within a month`);
  if (quarter > 0) parts.push(`${formatCount(quarter)} within three`);
  if (out > 0) parts.push(`${formatCount(out)} suspended or revoked`);
  return `${parts.join(", ")}.`;
}

/** Everything that matters now: a year back at most, and to the last end. */
function axisOf(rows: readonly SensorRow[], now: number): { from: number; to: number } {
  const starts = rows.flatMap(({ calibration }) => (calibration ? [calibration.validFrom] : []));
  const ends = rows.flatMap(({ calibration }) => (calibration ? [calibration.validTo] : []));
  return { from: Math.max(now - 12 * MONTH, Math.min(now - 2 * MONTH, ...starts)), to: Math.max(now + 4 * MONTH, ...ends) + MONTH };
}
