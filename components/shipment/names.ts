import type { InspectionWords } from "@/components/verdict/trust-words";
import { organisationName } from "@/lib/access/organisations";
import type { ShipmentDetail } from "@/lib/store/shipment-detail";
import type { Names } from "./check-words";

/** People by the name they sign in with, where this site knows it; else as their certificate names them. */
export const namesOf = ({ people }: ShipmentDetail): Names => ({
  organisation: organisationName,
  person: (commonName) => people[commonName] ?? commonName,
});

/** The inspection that the second half speaks of: the one that found a seal broken, else the latest. */
export function inspectionWords({ inspections }: ShipmentDetail, { person }: Names): InspectionWords | undefined {
  const told = inspections.find((it) => it.result === "broken") ?? inspections.at(-1);
  return told && { seal: told.seal, result: told.result, at: told.at, by: person(told.by) };
}
