import { reader } from "@/components/format/server";
import { Time } from "@/components/format/values";
import { Icon } from "@/components/ui/icon";
import { State } from "@/components/ui/state";
import type { ExcursionStatus } from "@/lib/domain/excursion";
import type { Due } from "@/lib/domain/excursion-due";
import type { ExcursionDetail } from "@/lib/store/excursion-detail";
import { dueWords, ESCALATION_WORDS, STEP_WORDS } from "./words";

const STAGES: readonly { readonly title: string; readonly reached: readonly ExcursionStatus[] }[] = [
  { title: "Found by the ledger", reached: ["open", "acknowledged", "investigating", "released", "rejected"] },
  { title: "Acknowledged", reached: ["acknowledged", "investigating", "released", "rejected"] },
  { title: "Under investigation", reached: ["investigating", "released", "rejected"] },
  { title: "Released or rejected", reached: ["released", "rejected"] },
];

const ENDED: Readonly<Partial<Record<ExcursionStatus, string>>> = { released: "Released for use", rejected: "Rejected" };

interface StageProps {
  readonly title: string;
  readonly standing: "done" | "next" | "later";
  readonly number: number;
  readonly children?: React.ReactNode;
}

function Stage({ title, standing, number, children }: StageProps) {
  const done = standing === "done";
  return (
    <li className="grid grid-cols-[1.5rem_1fr] items-start gap-3" aria-current={standing === "next" ? "step" : undefined}>
      <span
        className={`grid size-6 place-items-center rounded-full ${done ? "bg-kept-soft text-kept" : "bg-sunken text-second"}`}
        aria-hidden="true"
      >
        {done ? <Icon name="check" className="size-3.5!" /> : number}
      </span>
      <div>
        <b className={standing === "later" ? "font-normal text-quiet" : ""}>
          {title}
          <span className="sr">, {standing}</span>
        </b>
        {children}
      </div>
    </li>
  );
}

async function DueLine({ due }: { readonly due: Due }) {
  const { now } = await reader();
  const { kind, text } = dueWords(due, now);
  return (
    <p>
      <State kind={kind} wrap>
        {text}
      </State>
      <span className="block text-quiet">
        {STEP_WORDS[due.step].action} by <Time at={due.at} as="day" />
      </span>
    </p>
  );
}

/** Where the excursion stands in its one order, and when the next step is due. */
export function Life({ excursion: { status, due, reopened } }: { readonly excursion: ExcursionDetail }) {
  const next = STAGES.findIndex(({ reached }) => !reached.includes(status));
  return (
    <section aria-labelledby="life-title">
      <h2 id="life-title">Where it stands</h2>
      <ol className="mt-3 grid gap-3 text-small">
        {STAGES.map(({ title, reached }, index) => (
          <Stage
            key={title}
            title={index === STAGES.length - 1 ? (ENDED[status] ?? title) : title}
            number={index + 1}
            standing={reached.includes(status) ? "done" : index === next ? "next" : "later"}
          >
            {index === next && due && <DueLine due={due} />}
          </Stage>
        ))}
      </ol>
      {reopened > 0 && (
        <p className="mt-3 text-small">
          <State kind="warning" wrap>
            Late readings led it back to open{reopened > 1 ? ` ${reopened} times` : ""}. What was signed before stands below.
          </State>
        </p>
      )}
      {due && <p className="mt-4 text-pretty text-quiet text-small">{ESCALATION_WORDS}</p>}
    </section>
  );
}
