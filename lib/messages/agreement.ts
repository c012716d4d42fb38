/**
 * Which organisations must endorse what: function groups and what an agreement asks for each (docs/decisions/0140). The contract, its
 * verifiers and the clients that check before they sign share this one meaning.
 */
/** Groups that an agreement rules. */
export const AGREED_GROUPS = ["registration", "revocation", "shipment", "seal", "inspection", "decision"] as const;
export type AgreedGroup = (typeof AGREED_GROUPS)[number];
/** Readings are ruled by the contract's own definition on the channel; governance always asks for all organisations. */
export type FunctionGroup = AgreedGroup | "readings" | "governance";

/** Organisations that founded the channel: all of them must sign its first agreement. Constant, whoever joins later. */
export const FOUNDERS: readonly string[] = ["AuthorityMSP", "RecipientMSP", "ShipperMSP"];

export interface Requirement {
  /** Organisations that must endorse, by MSP id, in ascending order. */
  readonly named: readonly string[];
  /** How many further organisations of the agreement must endorse too. */
  readonly others: number;
}

/** What an agreement says, whoever signs it. */
export interface Terms {
  /** Organisations that endorse on the channel and must sign the next change, in ascending order. */
  readonly organisations: readonly string[];
  readonly groups: Readonly<Record<AgreedGroup, Requirement>>;
}

/** Never fewer than two: one organisation alone can do nothing. */
export const LEAST_ORGANISATIONS = 2;

const anyTwo: Requirement = { named: [], others: LEAST_ORGANISATIONS };

/** What the demonstration founds its channel with, and the default elsewhere. */
export const FOUNDING_TERMS: Terms = {
  organisations: [...FOUNDERS],
  groups: {
    registration: { named: ["AuthorityMSP"], others: 1 },
    revocation: { named: ["AuthorityMSP"], others: 1 },
    shipment: anyTwo,
    seal: anyTwo,
    inspection: { named: ["RecipientMSP"], others: 1 },
    decision: { named: ["RecipientMSP", "ShipperMSP"], others: 0 },
  },
};

/** What the terms ask for a group; readings ask for nothing beyond the contract's definition. */
export function requirementOf(terms: Terms, group: FunctionGroup): Requirement | undefined {
  if (group === "readings") return undefined;
  return group === "governance" ? { named: [...terms.organisations], others: 0 } : terms.groups[group];
}

/** Which of a requirement's organisations are missing, in words; undefined = it is satisfied. */
export function lacking(terms: Terms, requirement: Requirement, endorsers: readonly string[]): string | undefined {
  const present = new Set(endorsers.filter((id) => terms.organisations.includes(id)));
  const absent = requirement.named.filter((id) => !present.has(id));
  if (absent.length > 0) return `${absent.join(" and ")} did not endorse`;
  const others = [...present].filter((id) => !requirement.named.includes(id)).length;
  return others < requirement.others ? `${requirement.others - others} more of the organisations must endorse` : undefined;
}
