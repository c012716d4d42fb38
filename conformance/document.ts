/** `docs/conformance.md`, from the cases, the recorded facts and the declared differences. */
import type { Case, Fact, Facts } from "./case";
import { type Difference, differencesOf, expectedFacts } from "./expectations";
import { REFERENCE, TARGET_NAMES, type TargetName } from "./target";

const COLUMNS: Readonly<Record<TargetName, string>> = { "3.1": "Fabric 3.1", "2.5": "Fabric 2.5", embedded: "embedded" };
/** Releases that the committed facts were seen on. */
export const SEEN_ON = "Fabric 3.1.5, Fabric 2.5.16 and the embedded ledger";

const HEAD = `# Conformance: one suite, three ledgers

Every behaviour of the ledger that the product relies on, asked in the same words of the embedded ledger and of real Fabric. This file is
generated (\`npm run conformance -- --write\`) from \`conformance/cases\`, the facts recorded on Fabric 3.1 and the differences that are declared in
\`conformance/differences.ts\`; a test holds it against them. A run fails on every difference that is not declared, and on every declared one that
is gone. Seen on ${SEEN_ON}.

\`\`\`sh
npm run conformance                                            # the embedded ledger
FABRIC_BIN=…/2.5.16/bin:…/3.1.5/bin npm run conformance -- --target fabric   # every release found, or --release 3.1
\`\`\`

In the facts, \`Org0\` is the organisation whose Gateway is asked, \`peer0\` its peer's address; ids, times and certificates are left out.
`;

/** Line breaks would end a list's item. */
const line = (text: string) => text.replaceAll("\n", " ⏎ ");
const tableCell = (text: string) => line(text).replaceAll("|", "\\|");
const code = (fact: unknown) => `\`${line(String(fact))}\``;

function cell(id: string, target: TargetName): string {
  if (target === REFERENCE) return "reference";
  return differencesOf(id).some((difference) => difference.target === target) ? `[differs](#${anchor(id)})` : "same";
}

const anchor = (id: string) => id.replaceAll("/", "");

function tellFact(fact: Fact): string {
  return Array.isArray(fact) ? fact.map(code).join(", ") : code(fact);
}

function factLines(facts: Facts): string[] {
  return Object.entries(facts).map(([name, fact]) => `- ${line(name)}: ${tellFact(fact)}`);
}

function differenceLines({ target, reason, facts }: Difference): string[] {
  return [`**${COLUMNS[target]} differs:** ${reason}`, "", ...factLines(facts), ""];
}

function section(item: Case): string[] {
  const differences = differencesOf(item.id).flatMap(differenceLines);
  return [
    `### ${item.id}`,
    "",
    `${item.title[0]?.toUpperCase()}${item.title.slice(1)}. ${item.why}`,
    "",
    ...factLines(expectedFacts(item.id, REFERENCE) ?? {}),
    "",
    ...differences,
  ];
}

/** The whole document. */
export function conformanceDocument(cases: readonly Case[]): string {
  const rows = cases.map(
    (item) =>
      `| [${item.id}](#${anchor(item.id)}) | ${tableCell(item.title)} | ${TARGET_NAMES.map((target) => cell(item.id, target)).join(" | ")} |`,
  );
  const table = [
    `| case | guarantee | ${TARGET_NAMES.map((target) => COLUMNS[target]).join(" | ")} |`,
    `|---|---|${TARGET_NAMES.map(() => "---|").join("")}`,
    ...rows,
  ];
  return [HEAD, "## Table", "", ...table, "", "## Facts", "", ...cases.flatMap(section)].join("\n").trimEnd().concat("\n");
}
