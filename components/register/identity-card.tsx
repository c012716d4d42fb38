"use client";

import type { ReactNode } from "react";
import { useReader } from "@/components/format/reader";
import { formatDifference, formatTemperature } from "@/components/format/temperature";
import { clock } from "@/components/format/time";
import { Time } from "@/components/format/values";
import { ValidityBar } from "@/components/sensors/validity-bar";
import { Card } from "@/components/ui/card";
import { Fact, Facts } from "@/components/ui/facts";
import { State } from "@/components/ui/state";
import { coversProfile } from "@/lib/domain/profile-bounds";
import { PROFILES } from "@/lib/domain/profiles";
import { ERROR_CODES } from "@/lib/messages/errors";
import type { RequestFindings } from "./findings";
import type { IdentityEnd } from "./use-identity-end";

interface IdentityCardProps {
  readonly request: RequestFindings | null;
  readonly ownerName: string;
  readonly authority: string;
  readonly calibration: {
    readonly number: string;
    readonly from: number;
    readonly to: number;
    readonly min: number;
    readonly max: number;
    readonly uncertainty: number;
  };
  /** What the certificate authority answers about its end; null while it cannot be asked yet. */
  readonly end: IdentityEnd | null;
  readonly children: ReactNode;
}

const MONTH = 30 * 86_400_000;

/** The identity that will be issued and when it ends, before anybody signs. */
export function IdentityCard({ request, ownerName, authority, calibration, end, children }: IdentityCardProps) {
  const { from, to, number } = calibration;
  const dated = !Number.isNaN(from) && !Number.isNaN(to) && to > from;
  return (
    <Card>
      <div className="p-5">
        <h2 className="text-second text-small!">Identity that will be issued</h2>
        <p className="mt-1 break-all font-title text-title tracking-[-0.018em]">{request?.usable ? request.sensor : "No sensor yet"}</p>
        <p className="text-second text-small">{ownerName ? `for ${ownerName}` : "Owner not said yet"}</p>
      </div>
      <div className="border-line border-t p-5">
        <p className="font-strong text-hand">
          {dated ? (
            <>
              Measures as calibrated until <Time at={to} as="date" />
            </>
          ) : (
            "End not known yet"
          )}
        </p>
        <p className="text-balance text-quiet text-small">
          {dated
            ? "What it measures later does not count as calibrated. The identity itself ends after the delivery grace, so that late batches still arrive."
            : "It ends with the calibration."}
        </p>
        {dated && <Bar from={from} to={to} />}
      </div>
      <div className="border-line border-t p-5">
        <Facts>
          <Fact name="Begins">when it is issued</Fact>
          <Fact name="Ends">
            <EndFact end={end} />
          </Fact>
          <Fact name="Issued by">{authority}</Fact>
          <Fact name="Bound to">{number || <span className="text-quiet">not said yet</span>}</Fact>
          <ProfileFacts calibration={calibration} />
        </Facts>
      </div>
      <div className="grid gap-3 border-line border-t p-5">{children}</div>
    </Card>
  );
}

/** The identity's own end, as the certificate authority would set it. */
function EndFact({ end }: { readonly end: IdentityEnd | null }) {
  const { zone } = useReader();
  if (end === null) return <span className="text-quiet">not known yet</span>;
  if ("code" in end)
    return (
      <State kind={end.code === "UNAVAILABLE" ? "unknown" : "violation"} wrap className="font-normal!">
        {ERROR_CODES[end.code]}
      </State>
    );
  return (
    <>
      <Time at={end.ends} as="date" />, {clock(end.ends, zone)}
      <span className="block text-quiet">
        {new Date(end.ends).toISOString().slice(0, 16).replace("T", " ")} UTC, delivery grace included
      </span>
    </>
  );
}

function Bar({ from, to }: { readonly from: number; readonly to: number }) {
  const { now } = useReader();
  const start = Math.min(from, now) - MONTH;
  return (
    <div className="mt-4">
      <ValidityBar
        from={start}
        to={to + MONTH}
        validFrom={from}
        validTo={to}
        marks={[
          { at: now, text: "today" },
          { at: to, text: "ends" },
        ]}
        label="Calibration on a time axis, its last three months marked"
      />
    </div>
  );
}

/** Which profiles the calibrated range covers, and which it does not. */
function ProfileFacts({ calibration: { min, max, uncertainty } }: Pick<IdentityCardProps, "calibration">) {
  const { unit } = useReader();
  if (Number.isNaN(min) || Number.isNaN(max) || max <= min) return null;
  const fits = PROFILES.filter((profile) => coversProfile(profile, { min, max }));
  const not = PROFILES.filter((profile) => !fits.includes(profile));
  const names = (list: typeof fits) =>
    list.map(({ title }) => (title.startsWith("WHO") ? title.replace(",", "") : title.split(",")[0])).join(", ");
  return (
    <>
      <Fact name="Range">
        {formatTemperature(min, { unit })} to {formatTemperature(max, { unit })}
        {!Number.isNaN(uncertainty) && `, ±${formatDifference(uncertainty, { unit })}`}
      </Fact>
      {fits.length > 0 && <Fact name="Fits profiles">{names(fits)}</Fact>}
      {not.length > 0 && <Fact name="Not">{names(not)}: beyond what was calibrated</Fact>}
    </>
  );
}
