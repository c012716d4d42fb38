/** What the recipient has answered so far, and what it becomes: statements to sign, what is left, what a signature means. Pure. */
import type { Statement } from "@/lib/messages/statements";

/** Checks of a seal (ISO 17712 practice: see, pull, twist), in the order in which hand and eye do them. */
export const CHECKS = ["number", "pull", "twist", "surface", "shaft"] as const;
export type CheckKey = (typeof CHECKS)[number];

export interface ReceiveSensor {
  readonly sensor: string;
  readonly place: string;
  readonly thumbprint: string;
  /** Its last batch on the ledger when this page was rendered; 0 and "" when there is none. */
  readonly sequence: number;
  readonly hash: string;
}

export interface Draft {
  readonly answers: Readonly<Record<CheckKey, boolean | null>>;
  /** As typed or pasted, per sensor. */
  readonly shown: Readonly<Record<string, string>>;
  /** Sensors whose display could not be read: they stay attested. */
  readonly unread: readonly string[];
  /** SHA-256 of the photo, hex. */
  readonly photo: string | null;
  readonly note: string;
  readonly decision: "accepted" | "rejected" | null;
  readonly reason: string;
}

/** Nothing that is signed is chosen in advance. */
export const emptyDraft: Draft = {
  answers: { number: null, pull: null, twist: null, surface: null, shaft: null },
  shown: {},
  unread: [],
  photo: null,
  note: "",
  decision: null,
  reason: "",
};

export interface Shown {
  readonly sequence: number;
  readonly hash: string;
}

export type ShownResult = { readonly shown: Shown } | { readonly problem: string };

/**
 * Reads what a sensor's display says: `[sensor] sequence hash`, the hash in groups or not, capitals or not; the text of its QR code alike.
 * @param others other sensors of the shipment, to say when a line belongs to one of them
 */
export function parseShown(text: string, sensor: string, others: readonly string[]): ShownResult {
  const words = text
    .toLowerCase()
    .split(/[\s,;:|/#]+/)
    .filter((it) => it !== "" && it !== "winterseal");
  const [first, ...rest] = words;
  if (first === undefined) return { problem: "This is needed" };
  if (first !== sensor && others.includes(first)) return { problem: `This is what ${first} shows` };
  const [number, ...groups] = first === sensor ? rest : words;
  if (number === undefined || !/^[1-9]\d{0,9}$/.test(number)) return { problem: "First the sequence number, then the hash" };
  const hash = groups.join("");
  if (!/^[0-9a-f]*$/.test(hash)) return { problem: "The hash has only digits and letters a to f" };
  if (hash.length !== 64) return { problem: `The hash has 64 characters, here are ${hash.length}` };
  return { shown: { sequence: Number(number), hash } };
}

/** Several lines at once, each beginning with a sensor's name, go to their sensors. */
export function distribute(text: string, sensors: readonly string[]): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const name = line
      .trim()
      .toLowerCase()
      .replace(/^winterseal[\s:]+/, "")
      .split(/[\s,;:|/#]+/)[0];
    if (name !== undefined && sensors.includes(name)) out[name] = line.trim();
  }
  return out;
}

/** What stands in the way of signing the inspection, nearest first. */
export function leftToInspect(draft: Draft, sensors: readonly ReceiveSensor[]): string[] {
  const names = sensors.map((it) => it.sensor);
  const open = CHECKS.filter((it) => draft.answers[it] === null).length;
  const unread = sensors.filter(
    ({ sensor }) => !draft.unread.includes(sensor) && !("shown" in parseShown(draft.shown[sensor] ?? "", sensor, names)),
  );
  const out: string[] = [];
  if (open > 0) out.push(open === 1 ? "One seal check is left" : `${open} seal checks are left`);
  if (unread.length > 0)
    out.push(unread.length === 1 ? `What ${unread[0]?.sensor} shows is left` : `What ${unread.length} sensors show is left`);
  return out;
}

/** What stands in the way of signing the decision. */
export function leftToDecide(draft: Draft, arrived: boolean, inspected: boolean): string[] {
  if (draft.decision === null) return ["Accept or reject is left"];
  if (draft.decision === "rejected") return draft.reason.trim() === "" ? ["Your reason is left"] : [];
  const out: string[] = [];
  if (!arrived) out.push("The handover to you is not recorded yet");
  if (!inspected) out.push("The inspection comes first");
  return out;
}

export const isFault = (draft: Draft): boolean => CHECKS.some((it) => draft.answers[it] === false);

/** The inspection as it will be signed. Call only when nothing is left. */
export function inspectStatement(
  shipment: string,
  seal: string,
  draft: Draft,
  sensors: readonly ReceiveSensor[],
): Statement<"seal:Inspect"> {
  const names = sensors.map((it) => it.sensor);
  const yes = (key: CheckKey): boolean => draft.answers[key] === true;
  return {
    shipment,
    seal,
    result: isFault(draft) ? "broken" : "intact",
    checks: { number: yes("number"), pull: yes("pull"), twist: yes("twist"), surface: yes("surface"), shaft: yes("shaft") },
    sensors: sensors.flatMap(({ sensor, thumbprint }) => {
      if (draft.unread.includes(sensor)) return [];
      const read = parseShown(draft.shown[sensor] ?? "", sensor, names);
      return "shown" in read ? [{ sensor, thumbprint, ...read.shown }] : [];
    }),
    photo: draft.photo,
    note: draft.note.trim(),
  };
}

/** The decision, with what the decider had before the eyes: each sensor's last batch as this page shows it. */
export function decideStatement(shipment: string, draft: Draft, sensors: readonly ReceiveSensor[]): Statement<"shipment:Decide"> {
  return {
    shipment,
    decision: draft.decision ?? "rejected",
    reason: draft.reason.trim(),
    through: sensors.map(({ sensor, sequence, hash }) => ({ sensor, sequence, hash })),
  };
}

/** What the signature under an inspection means; it stands above the button (21 CFR 11.50). */
export function meaningOfInspection(draft: Draft): string {
  if (isFault(draft))
    return "I inspected the seal myself and found it not as it was applied. This contests every reading and cannot be undone.";
  const part = draft.unread.length > 0 ? " of the sensors I could read" : "";
  return `I inspected the seal myself and found it intact. This vouches for every reading${part} up to what the sensors showed me, and cannot be undone.`;
}

export function meaningOfDecision(decision: Draft["decision"], contested: boolean): string {
  if (decision === null) return "Nothing yet: choose to accept or to reject.";
  if (decision === "rejected") return "I do not take these goods, for the reason given. This cannot be undone.";
  return `I take these goods${contested ? " although their seal is contested" : ""}, knowing both answers above. Only late readings can reopen this.`;
}
