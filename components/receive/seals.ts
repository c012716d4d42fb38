import type { Names } from "@/components/shipment/check-words";
import { momentWords, type Reading } from "@/components/verdict/kept-words";
import type { ShipmentDetail } from "@/lib/store/shipment-detail";
import type { ReceiveSeal } from "./form";

const CLASSES: Readonly<Record<string, string>> = {
  I: "Indicative seal, class I",
  S: "Security seal, class S",
  H: "High-security seal, class H",
};

/** The shipment's seals as the inspector meets them. */
export function receiveSeals({ seals, inspections }: ShipmentDetail, reader: Reading, { person }: Names): ReceiveSeal[] {
  return seals.map((it) => {
    const last = inspections.filter(({ seal, result }) => seal === it.seal && (it.standing !== "broken" || result === "broken")).at(-1);
    const on = it.sensor ? `, on sensor ${it.sensor}` : it.container ? `, on ${it.container}` : "";
    return {
      seal: it.seal,
      what: `${CLASSES[it.class] ?? `Class ${it.class}`}${on}`,
      applied: `on ${momentWords(it.appliedAt, reader)} by ${person(it.appliedBy)}`,
      standing: it.standing,
      found: last ? `by ${person(last.by)} on ${momentWords(last.at, reader)}` : "",
    };
  });
}
