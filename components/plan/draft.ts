import { type FieldErrors, fieldErrors } from "@/components/ledger-action/field-errors";
import type { Statement } from "@/lib/messages/statements";
import { readSscc } from "./sscc";

/** What the plan form holds while it is typed. */
export interface Draft {
  readonly title: string;
  readonly sscc: string;
  readonly profile: string;
  /** As printed on the goods, or empty. */
  readonly lot: string;
  readonly origin: string;
  readonly destination: string;
  readonly recipient: string;
  /** `yyyy-mm-dd`, or empty. */
  readonly arrival: string;
  /** Sensor id → where it rides. */
  readonly sensors: Readonly<Record<string, string>>;
  readonly seal: string;
  readonly sealClass: string;
}

/** The statement that would be signed; fields that cannot stay are in {@link draftErrors}. */
export function createStatement(draft: Draft, id: string): Statement<"shipment:Create"> {
  const { title, profile, lot, origin, destination, recipient } = draft;
  return {
    shipment: id,
    sscc: readSscc(draft.sscc).sscc ?? "",
    title: title.trim(),
    origin: origin.trim(),
    destination: destination.trim(),
    recipient,
    profile,
    ...(lot.trim() !== "" && { lot: lot.trim() }),
  };
}

/** Reasons by field name. */
export function draftErrors(draft: Draft, id: string): FieldErrors {
  const errors: Record<string, string> = {
    ...fieldErrors("shipment:Create", createStatement(draft, id), {
      recipient: "Choose who receives it",
      lot: "Letters A to Z, digits and signs as they are printed",
    }),
  };
  const sscc = readSscc(draft.sscc).error;
  if (sscc) errors.sscc = sscc;
  for (const [sensor, place] of Object.entries(draft.sensors)) {
    if (place.trim() === "") errors[`sensors.${sensor}`] = "Say where it rides";
    else if (place.trim().length > 60) errors[`sensors.${sensor}`] = "At most 60 characters";
  }
  if (draft.seal.trim().length > 32) errors.seal = "At most 32 characters";
  if (draft.seal.trim() !== "" && draft.sealClass === "") errors.sealClass = "Choose its class";
  return errors;
}

/** What is still missing, for the button that cannot act yet. */
export function missing(errors: FieldErrors): string {
  const names = Object.keys(errors).map((path) => NAMES[path.split(".")[0] ?? ""] ?? path);
  const unique = [...new Set(names)];
  return unique.length === 0 ? "" : `Still needed: ${unique.join(", ")}.`;
}

const NAMES: Readonly<Record<string, string>> = {
  title: "goods",
  sscc: "SSCC",
  profile: "profile",
  lot: "lot",
  origin: "from",
  destination: "to",
  recipient: "recipient",
  sensors: "places of the sensors",
  seal: "seal number",
  sealClass: "class of the seal",
  shipment: "a shorter route",
};

/** Carries what is not signed yet to the page that packs: sensors and their places, the seal. */
export function packAddress(id: string, { sensors, seal, sealClass }: Draft): string {
  const query = new URLSearchParams();
  for (const [sensor, place] of Object.entries(sensors)) query.append("sensor", `${sensor}:${place.trim()}`);
  if (seal.trim() !== "") query.set("seal", `${sealClass}:${seal.trim()}`);
  const text = query.toString();
  return `/shipments/${id}/pack${text === "" ? "" : `?${text}`}`;
}
