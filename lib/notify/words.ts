/** What is said of an event, in the app and in e-mail: the facts, and where to look. Nothing here is a secret. */
import type { NotifyFacts } from "../domain/notifications";
import { ruleTitle } from "../domain/rule-title";

export interface Said {
  readonly title: string;
  readonly text: string;
  /** Path on the site where it is settled. */
  readonly path: string;
}

export interface Told {
  readonly shipment: string | null;
  readonly sensor: string | null;
  readonly facts: NotifyFacts;
}

export interface WordsFor {
  readonly zone: string;
  readonly unit: "C" | "F";
}

/** The words of one event. Pure; the zone's rules are the platform's. */
export function wordsOf(told: Told, { zone, unit }: WordsFor): Said {
  const { facts, sensor } = told;
  const time = (at: number) => localTime(at, zone);
  const path = pathOf(told);
  switch (facts.type) {
    case "violation": {
      const rule = ruleTitle(facts.rule);
      const text = `Sensor ${sensor}: rule “${rule}” (${facts.severity}) is violated since ${time(facts.from)}; ${temperature(facts.peak, unit)} at its furthest. The ledger found it ${time(facts.found)}.`;
      return { title: `Violation on ${trip(facts)}`, text, path };
    }
    case "excursion": {
      const text = `Rule “${ruleTitle(facts.rule)}” (${facts.severity}) on sensor ${sensor}: to be ${STEP[facts.step]} by ${time(facts.dueAt)}. What is late stays possible.`;
      return { title: `${LEVEL[facts.level]}: excursion on ${trip(facts)}`, text, path };
    }
    case "silent":
      return {
        title: `Sensor ${sensor} is silent on ${trip(facts)}`,
        text: `Nothing is committed since ${time(facts.since)}. What is withheld counts as missing, never as good.`,
        path,
      };
    case "calibration":
      return {
        title: `${CALIBRATION[facts.step]}: ${sensor}`,
        text: `Calibration ${facts.number} ends ${time(facts.validTo)}. What is measured after it is not trusted.`,
        path,
      };
    case "arrival":
      return {
        title: `Arrived: ${trip(facts)}`,
        text: `Handed over at ${facts.place}. The seal is to be inspected before anything is decided.`,
        path,
      };
    case "decision": {
      const text =
        facts.decision === "reopened"
          ? "Something was committed after the decision that it did not cover."
          : `Reason: ${facts.reason || "none given"}`;
      return { title: `${DECISION[facts.decision]}: ${trip(facts)}`, text, path };
    }
    case "halt":
      return {
        title: "The record is halted: the ledger contradicts its own rules",
        text: `Nothing after block ${facts.block} is shown or judged. ${facts.reason}`,
        path,
      };
  }
}

const LEVEL = { remind: "Due soon", overdue: "Overdue", escalated: "Long overdue" } as const;
const STEP = { acknowledge: "acknowledged", investigate: "investigated", decide: "released or rejected" } as const;

const CALIBRATION = {
  quarter: "Calibration ends within three months",
  month: "Calibration ends within a month",
  day: "Calibration ends within a day",
} as const;

const DECISION = { accepted: "Accepted", rejected: "Rejected", reopened: "Must be decided again" } as const;

const trip = ({ title, origin, destination }: { readonly title: string; readonly origin: string; readonly destination: string }): string =>
  `${title}, ${origin} to ${destination}`;

function pathOf({ shipment, sensor, facts }: Told): string {
  if (facts.type === "halt") return "/ledger";
  if (facts.type === "excursion") return `/excursions/${encodeURIComponent(facts.excursion)}`;
  if (facts.type === "arrival" && shipment !== null) return `/shipments/${encodeURIComponent(shipment)}/receive`;
  if (shipment !== null) return `/shipments/${encodeURIComponent(shipment)}`;
  return sensor === null ? "/" : `/sensors/${encodeURIComponent(sensor)}`;
}

function temperature(milli: number, unit: "C" | "F"): string {
  const degrees = unit === "C" ? milli / 1_000 : (milli / 1_000) * 1.8 + 32;
  return `${degrees.toFixed(1).replace("-", "−")} °${unit}`;
}

/** "1 Dec 2026, 14:03 (Europe/Zurich)" */
function localTime(at: number, zone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "medium", timeStyle: "short" });
  return `${format.format(at)} (${zone.replace(/_/g, " ")})`;
}
