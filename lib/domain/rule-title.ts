const TITLES: Readonly<Record<string, string>> = {
  upper: "upper bound",
  lower: "lower bound",
  "upper-excursion": "upper excursion",
  "lower-excursion": "lower excursion",
};

/** What a rule is called: "upper bound", else its own id as words. */
export const ruleTitle = (rule: string): string => TITLES[rule] ?? rule.replace(/-/g, " ");
