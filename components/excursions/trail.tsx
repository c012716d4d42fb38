import Link from "next/link";
import { Time } from "@/components/format/values";
import { Icon } from "@/components/ui/icon";
import type { IconName } from "@/components/ui/icons";
import { TONE_SOFT, TONE_TEXT, type Tone } from "@/components/ui/state";
import { organisationName } from "@/lib/access/organisations";
import { EVENTS } from "@/lib/messages/functions";
import type { ExcursionDetail, ExcursionStepRow } from "@/lib/store/excursion-detail";
import { AttachmentList } from "./attachments";

interface Told {
  readonly icon: IconName;
  readonly tone: Tone | null;
  readonly title: string;
}

function told({ kind, meaning, assignee, assigneeOrganisation }: ExcursionStepRow, names: ReadonlyMap<string, string>): Told {
  switch (kind) {
    case EVENTS.excursionAcknowledged:
      return { icon: "check", tone: "info", title: "Acknowledged" };
    case EVENTS.excursionAssigned: {
      const who = names.get(assignee ?? "") ?? assignee ?? "";
      return { icon: "person", tone: null, title: `Assigned to ${who}, ${organisationName(assigneeOrganisation ?? "")}` };
    }
    case EVENTS.excursionInvestigated:
      return { icon: "inspection", tone: "info", title: "Note" };
    case EVENTS.excursionDecided:
      return meaning === "rejected"
        ? { icon: "cross", tone: "untrusted", title: "Rejected" }
        : { icon: "kept", tone: "kept", title: "Released for use" };
  }
}

interface EntryProps extends Told {
  readonly at: number;
  readonly transaction: string;
  readonly children: React.ReactNode;
}

function Entry({ icon, tone, title, at, transaction, children }: EntryProps) {
  const look = tone ? `${TONE_SOFT[tone]} ${TONE_TEXT[tone]}` : "bg-surface text-second shadow-[0_0_0_1px_var(--line)]";
  return (
    <li className="relative grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-3 pb-5 before:absolute before:top-7 before:bottom-0.5 before:left-3 before:w-px before:bg-line last:pb-0 last:before:hidden">
      <span className={`mt-0.5 grid size-6 place-items-center rounded-full ${look}`} aria-hidden="true">
        <Icon name={icon} className="size-3.5! stroke-[1.9]!" />
      </span>
      <div className="min-w-0 text-small">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <b className="text-body">{title}</b>
          <span className="text-quiet">
            <Time at={at} as="seconds" />
          </span>
          <Link prefetch={false} href={`/ledger/${transaction}`}>
            Its transaction
          </Link>
        </p>
        {children}
      </div>
    </li>
  );
}

/** Every step in the order in which the ledger took it. Nothing is ever changed or removed; each leads to the transaction that holds its signature. */
export function Trail({ excursion, name }: { readonly excursion: ExcursionDetail; readonly name: string }) {
  const names = new Map(excursion.people.map((it) => [it.person, it.name]));
  const entries = [
    {
      at: excursion.found,
      node: (
        <Entry
          key="found"
          icon="violation"
          tone="violation"
          title="Found by the ledger"
          at={excursion.found}
          transaction={excursion.transaction}
        >
          <p className="text-second">By the rules, from readings that {excursion.sensor} signed. The time is the reading’s.</p>
        </Entry>
      ),
    },
    ...excursion.steps.map((step) => ({
      at: step.at,
      node: (
        <Entry key={step.transaction} {...told(step, names)} at={step.at} transaction={step.transaction}>
          <p className="text-second">
            {step.meaning ? "Signed by " : "By "}
            <b className="text-ink">{step.name || step.by}</b> <span className="mono text-quiet">{step.by}</span>,{" "}
            {organisationName(step.organisation)}
            {step.meaning && (
              <>
                , with the meaning <b className="text-ink">“{step.meaning}”</b>
              </>
            )}
          </p>
          {step.text && <p className="mt-1 whitespace-pre-line text-pretty wrap-anywhere">{step.text}</p>}
          {step.attachments.length > 0 && <AttachmentList attachments={step.attachments} excursion={name} />}
        </Entry>
      ),
    })),
    ...excursion.reopenings.map(({ at, transaction }) => ({
      at,
      node: (
        <Entry key={transaction} icon="warning" tone="warning" title="Reopened by late readings" at={at} transaction={transaction}>
          <p className="text-second">{excursion.sensor} delivered more of this violation after the release.</p>
        </Entry>
      ),
    })),
  ];
  // A stable sort keeps the ledger's order where two stand at one time; the finding comes first, whenever its reading was.
  const [found, ...later] = entries;
  return <ol aria-label="Steps, oldest first">{[found, ...later.sort((a, b) => a.at - b.at)].map((entry) => entry?.node)}</ol>;
}
