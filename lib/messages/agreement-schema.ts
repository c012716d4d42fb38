/** How an agreement is written down: in statements and in `network.json`. Apart from agreement.ts, since light clients carry no schema library. */
import * as z from "zod";
import { AGREED_GROUPS, type AgreedGroup, LEAST_ORGANISATIONS, type Terms } from "./agreement";
import { organisationKind } from "./names";

/** An agreement that names more than this does not fit the channels that this product is for. */
const MAX_ORGANISATIONS = 16;
const mspId = z.string().refine((id) => (organisationKind(id) ?? "operator") !== "operator", "is no organisation that endorses");
const ascending = (ids: readonly string[]): boolean => ids.every((id, index) => index === 0 || (ids[index - 1] ?? "") < id);
/** One way to write a set, so that equal agreements are equal bytes. */
const organisations = (min: number) =>
  z.array(mspId).min(min).max(MAX_ORGANISATIONS).refine(ascending, "must be in ascending order, each once").readonly();

const requirement = z.strictObject({ named: organisations(0), others: z.int().min(0).max(MAX_ORGANISATIONS) });
const groups = z.strictObject(
  Object.fromEntries(AGREED_GROUPS.map((group) => [group, requirement])) as Record<AgreedGroup, typeof requirement>,
);

export const termsSchema = z.strictObject({ organisations: organisations(LEAST_ORGANISATIONS), groups }).superRefine((terms, context) => {
  for (const group of AGREED_GROUPS) {
    const message = faultOf(terms, group);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["groups", group], message });
  }
});

function faultOf({ organisations: all, groups: each }: Terms, group: AgreedGroup): string | undefined {
  const { named, others } = each[group];
  if (named.some((id) => !all.includes(id))) return "names an organisation that the agreement does not";
  if (named.length + others > all.length) return "asks for more organisations than there are";
  return named.length + others < LEAST_ORGANISATIONS ? "asks for fewer than two organisations" : undefined;
}
