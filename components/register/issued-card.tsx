"use client";

import Link from "next/link";
import { LiveRefresh } from "@/components/live/refresh";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Note } from "@/components/ui/note";
import { Tile } from "@/components/ui/state";
import { SaveButton } from "./request-step";

export interface Issued {
  readonly sensor: string;
  readonly identity: { readonly certificate: string; readonly root: string } | null;
  readonly refused: { readonly code: string; readonly message: string } | null;
}

/** Recorded on the ledger; the identity certificate to carry to the sensor, or why there is none yet. */
export function IssuedCard({ issued: { sensor, identity, refused } }: { readonly issued: Issued }) {
  return (
    <Card className="max-w-160">
      <LiveRefresh sensors={[sensor]} />
      <div className="flex gap-4 p-5 desk:p-6">
        <Tile kind={identity ? "kept" : "warning"} />
        <div className="min-w-0">
          <h2>{identity ? `${sensor} has its identity` : `${sensor} is registered, without an identity yet`}</h2>
          <p className="mt-1 text-second">
            {identity
              ? "Carry the certificate to the sensor. It takes it only if it is for its own key; nothing in it is secret."
              : "The ledger recorded the registration. The certificate authority did not issue the certificate."}
          </p>
          {refused && (
            <Note kind="warning" role="alert" className="mt-3">
              {refused.message} <span className="mono">{refused.code}</span>. Sign once more to ask again: a registered sensor is then
              renewed with the same request.
            </Note>
          )}
        </div>
      </div>
      {identity && (
        <div className="border-line border-t p-5 desk:p-6">
          <div className="flex flex-wrap gap-2">
            <SaveButton name={`${sensor}.pem`} text={identity.certificate} primary>
              Identity certificate
            </SaveButton>
            <SaveButton name="root.pem" text={identity.root}>
              Root it chains to
            </SaveButton>
          </div>
          <textarea
            readOnly
            rows={6}
            aria-label="Identity certificate, PEM"
            value={identity.certificate}
            className="mt-4 block w-full resize-y rounded-control border border-line bg-sunken p-3 font-mono text-caption"
          />
        </div>
      )}
      <div className="flex flex-wrap items-center gap-3 border-line border-t p-5 text-second text-small desk:p-6">
        <ButtonLink href={`/sensors/${sensor}`}>Open sensor</ButtonLink>
        <p>
          Its page shows the first reading as soon as it is committed. <Link href="/sensors/register">Register another</Link>
        </p>
      </div>
    </Card>
  );
}
