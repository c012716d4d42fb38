import { type Subject, subjectSchema } from "@/lib/evidence/file";
import { EVENTS } from "@/lib/messages/functions";

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

const NUMBERS = new Set(["number", "sequence", "index"]);

/** The subject that an address names (`?kind=violation&sensor=…`), or the shipment itself when it names none that could be. */
export function subjectOf(shipment: string, query: Query): Subject {
  const entries = Object.entries(query).map(([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value]);
  const parsed = subjectSchema.safeParse({ ...Object.fromEntries(entries), shipment });
  return parsed.success ? parsed.data : { kind: "shipment", shipment };
}

/** What a transaction did to a shipment, as the subject of its evidence. */
export function subjectOfTrace({ kind, shipment, sensor, detail }: TraceLike): Subject | null {
  if (shipment === null) return null;
  const named = { ViolationFound: "violation", ViolationEnded: "violation", [EVENTS.sealInspected]: "inspection" }[kind] ?? "shipment";
  const { rule, number, seal } = detail;
  const parsed = subjectSchema.safeParse({
    kind: named,
    shipment,
    ...(named === "violation" && { sensor, rule, number }),
    ...(named === "inspection" && { seal, number }),
  });
  return parsed.success ? parsed.data : { kind: "shipment", shipment };
}

interface TraceLike {
  readonly kind: string;
  readonly shipment: string | null;
  readonly sensor: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The page where a subject's evidence is made. */
export function evidencePath({ shipment, ...part }: Subject): string {
  const query = new URLSearchParams(Object.entries(part).map(([name, value]) => [name, String(value)]));
  return part.kind === "shipment" ? `/shipments/${shipment}/evidence` : `/shipments/${shipment}/evidence?${query}`;
}

export function subjectWords(subject: Subject): string {
  switch (subject.kind) {
    case "shipment":
      return "the whole shipment";
    case "violation":
      return `violation ${subject.number} of rule ${subject.rule} by ${subject.sensor}`;
    case "inspection":
      return `inspection ${subject.number} of seal ${subject.seal}`;
    case "batch":
      return `batch ${subject.sequence} of ${subject.sensor}`;
    case "reading":
      return `reading ${subject.index + 1} in batch ${subject.sequence} of ${subject.sensor}`;
  }
}
