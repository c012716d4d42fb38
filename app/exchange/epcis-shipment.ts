import { organisationName } from "@/lib/access/organisations";
import { directionOf } from "@/lib/domain/profile-bounds";
import type { EpcisHappening, EpcisShipment } from "@/lib/exchange/epcis";
import type { AuditDetail, ShipmentDetail } from "@/lib/store/shipment-detail";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What the ledger's own trail says of the events that EPCIS has a word for. */
const KINDS: Readonly<Record<string, (detail: AuditDetail["detail"]) => Pick<EpcisHappening, "kind" | "text">>> = {
  HandedOver: ({ arrival, place }) => ({ kind: arrival === true ? "arrived" : "departed", text: text(place) }),
  SealInspected: ({ result, seal }) => ({ kind: result === "intact" ? "seal-intact" : "seal-broken", text: `seal ${text(seal)}` }),
  Decided: ({ decision, reason }) => ({ kind: decision === "accepted" ? "accepted" : "rejected", text: text(reason) }),
};

/** A shipment as the EPCIS writer takes it. */
export function epcisShipment({ head, profile, violations, audit }: ShipmentDetail): EpcisShipment {
  return {
    id: head.id,
    sscc: head.sscc,
    title: head.title,
    profile: head.profile,
    shipper: organisationName(head.shipper),
    recipient: organisationName(head.recipient),
    violations: violations.map((it) => ({ ...it, direction: directionOf(profile, it.rule) })),
    happenings: audit.flatMap(({ kind, at, detail, transaction }) => {
      const told = KINDS[kind]?.(detail);
      return told ? [{ ...told, at, transaction }] : [];
    }),
  };
}
