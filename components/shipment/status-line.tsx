import { State, type StateKind } from "@/components/ui/state";
import { momentWords, type Reading } from "@/components/verdict/kept-words";
import type { ShipmentDetail } from "@/lib/store/shipment-detail";
import type { Names } from "./check-words";

interface StatusLineProps {
  readonly detail: ShipmentDetail;
  readonly reader: Reading;
  readonly names: Names;
}

function statusWords({ head, decisions }: ShipmentDetail, reader: Reading, { person }: Names): { kind: StateKind; text: string } {
  const decision = decisions.at(-1);
  const by = decision ? ` by ${person(decision.by)} on ${momentWords(decision.at, reader)}` : "";
  switch (head.status) {
    case "planned":
      return { kind: "calendar", text: `Planned on ${momentWords(head.createdAt, reader)}, not under way yet` };
    case "under-way":
      return { kind: "handover", text: head.startedAt === null ? "Under way" : `Under way since ${momentWords(head.startedAt, reader)}` };
    case "arrived":
      return {
        kind: "inspection",
        text:
          head.arrivedAt === null
            ? "Arrived, waits for inspection and decision"
            : `Arrived on ${momentWords(head.arrivedAt, reader)}, waits for inspection and decision`,
      };
    case "accepted":
      return { kind: "info", text: `Accepted${by}` };
    case "rejected":
      return { kind: "info", text: `Rejected${by}` };
    case "reopened":
      return { kind: "warning", text: "Decision reopened by late readings: it must be taken anew" };
  }
}

/** Where the shipment stands; it says nothing about how it was kept. */
export function StatusLine({ detail, reader, names }: StatusLineProps) {
  const { kind, text } = statusWords(detail, reader, names);
  return (
    <p className="mt-1 text-small">
      <State kind={kind} wrap>
        {text}
      </State>
    </p>
  );
}
