"use client";

import { useState } from "react";
import { State, type StateKind } from "@/components/ui/state";
import { DecisionStep } from "./decision-step";
import { type CheckKey, type Draft, emptyDraft, isFault, leftToInspect, type ReceiveSensor } from "./draft";
import { SealStep } from "./seal-step";
import { SensorStep } from "./sensor-step";
import { SignBar, SignStep, useSigning } from "./sign-step";

export interface ReceiveSeal {
  readonly seal: string;
  /** "High-security seal, class H, on container BOX-17" */
  readonly what: string;
  readonly applied: string;
  readonly standing: "applied" | "intact" | "broken";
  /** Who found it so, and when; empty before. */
  readonly found: string;
}

export interface ReceiveShipment {
  readonly id: string;
  readonly shipper: string;
  readonly person: string;
  readonly organisation: string;
  readonly arrived: boolean;
  readonly seals: readonly ReceiveSeal[];
  readonly sensors: readonly ReceiveSensor[];
  /** Whether every sensor's calibration covers what it measured. */
  readonly calibrated: boolean;
  /** Whether the first half says yes; else the temperatures are for the recipient to judge. */
  readonly cold: boolean;
  /** Newest block that this page shows. */
  readonly block: number;
}

export interface StepProps {
  readonly shipment: ReceiveShipment;
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}

/** The page's own question, answered anew with every answer. */
function lead(shipment: ReceiveShipment, draft: Draft, open: ReceiveSeal | undefined): { kind: StateKind; text: string } {
  if (shipment.seals.some((it) => it.standing === "broken")) return { kind: "untrusted", text: "The seal is contested" };
  if (open && isFault(draft)) return { kind: "untrusted", text: "The seal is not as it was applied" };
  if (!shipment.calibrated) return { kind: "untrusted", text: "Calibration does not cover every reading" };
  const left = open ? leftToInspect(draft, shipment.sensors) : [];
  if (left[0]) return { kind: "unknown", text: `Not yet: ${left[0].charAt(0).toLowerCase()}${left[0].slice(1)}` };
  if (shipment.seals.length === 0) return { kind: "attested", text: "Calibration holds, and there is no seal to inspect" };
  const sign = open ? ": sign your inspection" : "";
  if (!shipment.cold) return { kind: "warning", text: `Calibration and seal hold, the temperatures are yours to judge${sign}` };
  return { kind: "vouched", text: open ? `Calibration and seal hold${sign}` : "Yes, calibration and seal hold" };
}

/** Seal, sensors, decision, signature. What was answered stays while the page refreshes beneath. */
export function ReceiveForm({
  shipment,
  head,
  calibration,
}: {
  readonly shipment: ReceiveShipment;
  readonly head: React.ReactNode;
  readonly calibration: React.ReactNode;
}) {
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const answer = (key: CheckKey, value: boolean) => setDraft((before) => ({ ...before, answers: { ...before.answers, [key]: value } }));
  const open = shipment.seals.find((it) => it.standing === "applied");
  const { kind, text } = lead(shipment, draft, open);
  const signing = useSigning({ shipment, draft, open, signed: () => change({ answers: emptyDraft.answers, photo: null, note: "" }) });
  const step = { shipment, draft, change };
  return (
    <div data-focused className="max-w-248 max-desk:text-hand">
      <h1>May I accept this shipment?</h1>
      <p className="mt-2 font-strong text-hand" aria-live="polite">
        <State kind={kind} wrap>
          {text}
        </State>
      </p>
      {head}
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] items-start gap-4 desk:grid-cols-[minmax(0,1fr)_20rem] desk:gap-6">
        <div className="grid min-w-0 gap-4 desk:gap-6">
          {calibration}
          <SealStep {...step} open={open} answer={answer} />
          {open && <SensorStep {...step} />}
        </div>
        <div className="grid gap-4 desk:sticky desk:top-6 desk:gap-6">
          <DecisionStep {...step} number={open ? 4 : 3} />
          <SignStep shipment={shipment} draft={draft} number={open ? 5 : 4} signing={signing} open={open} />
        </div>
      </div>
      <SignBar
        signing={signing}
        className="sticky bottom-0 z-5 -mx-4 mt-4 -mb-8 border-line border-t bg-surface px-4 pt-3 pb-[calc(0.75rem+env(safe-area-inset-bottom))] desk:hidden"
      />
    </div>
  );
}
