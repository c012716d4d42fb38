import { addMonths, format, parseISO } from "date-fns";
import type { DccFacts } from "@/lib/exchange/dcc";

/** Owners and the months between calibrations that each has set for its sensors; null where it has set none. */
export interface Owner {
  readonly mspId: string;
  readonly name: string;
  readonly months: number | null;
}

/** EU GDP 2013/C 343 asks that monitors of transport are calibrated at least once a year. */
const USUAL_MONTHS = 12;

/** A due date and whose rule it is. `day` is `yyyy-mm-dd`. */
export interface Due {
  readonly day: string;
  readonly rule: string;
}

/**
 * When the calibration falls due: what the certificate says, else the owner's rule counted from the day it was calibrated.
 * @param from `yyyy-mm-dd`, or anything else while it is typed
 */
export function dueBy(stated: DccFacts["due"], from: string, owner: Owner | null): Due | null {
  if (stated)
    return { day: stated.value, rule: stated.by ? `The certificate says so, on the word of ${stated.by}` : "The certificate says so" };
  if (!/^\d{4}-\d{2}-\d{2}$/.test(from) || owner === null) return null;
  const day = format(addMonths(parseISO(from), owner.months ?? USUAL_MONTHS), "yyyy-MM-dd");
  const months = (count: number) => `${count} ${count === 1 ? "month" : "months"}`;
  return owner.months === null
    ? { day, rule: `${owner.name} has set no rule: ${months(USUAL_MONTHS)}, the longest that EU GDP lets monitors of transport go` }
    : { day, rule: `${owner.name}’s rule: ${months(owner.months)}` };
}
