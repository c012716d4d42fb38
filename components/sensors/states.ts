import { formatUntil } from "@/components/format/duration";
import type { StateKind } from "@/components/ui/state";
import { DUE } from "@/lib/domain/needs";
import type { SensorRow } from "@/lib/store/sensors";

export interface SensorState {
  readonly kind: StateKind;
  readonly text: string;
}

/** A sensor's calibration in words: the question its owner asks first. */
export function calibrationState({ calibration }: Pick<SensorRow, "calibration">, now: number): SensorState {
  if (calibration === null) return { kind: "untrusted", text: "No calibration" };
  const { validFrom, validTo } = calibration;
  if (validFrom > now) return { kind: "warning", text: "Begins later" };
  if (validTo <= now) return { kind: "untrusted", text: "Ended" };
  if (validTo - now <= DUE.day) return { kind: "warning", text: `Due ${formatUntil(validTo, now)}` };
  if (validTo - now <= DUE.month) return { kind: "calendar", text: `Due ${formatUntil(validTo, now)}` };
  if (validTo - now <= DUE.quarter) return { kind: "calendar", text: `Due ${formatUntil(validTo, now)}` };
  return { kind: "kept", text: "Valid" };
}

/** What the ledger says about its identity. */
export function identityState({ status, statusReason }: Pick<SensorRow, "status" | "statusReason">): SensorState {
  switch (status) {
    case "active":
      return { kind: "kept", text: "Active" };
    case "suspended":
      return { kind: "untrusted", text: `Suspended${statusReason ? `: ${statusReason}` : ""}` };
    case "revoked":
      return { kind: "untrusted", text: `Revoked${statusReason ? `: ${statusReason}` : ""}` };
  }
}

/** How many need somebody, for the page's first sentence. */
export function tally(sensors: readonly SensorRow[], now: number) {
  const live = sensors.filter(({ status }) => status === "active");
  const until = (sensor: SensorRow) => sensor.calibration?.validTo ?? 0;
  return {
    all: sensors.length,
    valid: live.filter((sensor) => until(sensor) > now).length,
    ended: live.filter((sensor) => until(sensor) <= now).length,
    day: live.filter((sensor) => until(sensor) > now && until(sensor) - now <= DUE.day).length,
    month: live.filter((sensor) => until(sensor) > now && until(sensor) - now <= DUE.month).length,
    quarter: live.filter((sensor) => until(sensor) - now > DUE.month && until(sensor) - now <= DUE.quarter).length,
    out: sensors.length - live.length,
  };
}
