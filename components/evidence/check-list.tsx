import { State, type StateKind } from "@/components/ui/state";
import type { EvidenceCheck } from "@/lib/evidence/report";
import { CHECK_WORDS } from "@/lib/evidence/words";

const STATES: Readonly<Record<EvidenceCheck["state"], { readonly kind: StateKind; readonly word: string }>> = {
  holds: { kind: "kept", word: "Holds" },
  fails: { kind: "violation", word: "Fails" },
  open: { kind: "unknown", word: "Open" },
};

/** Each check with its answer, what was found, what it proves and what it does not. */
export function CheckList({ checks }: { readonly checks: readonly EvidenceCheck[] }) {
  return (
    <dl className="text-small">
      {checks.map(({ name, state, findings }) => {
        const { title, proves, doesNotProve } = CHECK_WORDS[name];
        const { kind, word } = STATES[state];
        return (
          <div
            key={name}
            className="grid gap-x-4 gap-y-1 border-line border-t py-3 first:border-t-0 last:pb-0 desk:grid-cols-[13rem_minmax(0,1fr)] desk:py-2.5"
          >
            <dt>
              <span className="block font-strong">{title}</span>
              <State kind={kind}>{word}</State>
            </dt>
            <dd className="grid gap-1 text-pretty text-second">
              {findings.map(({ code, detail, transaction }) => (
                <p key={`${code} ${detail} ${transaction ?? ""}`} className="wrap-anywhere font-medium text-ink">
                  {detail}
                  {transaction && <span className="mono block font-normal text-quiet">{transaction}</span>}
                </p>
              ))}
              <p>Proves: {proves}</p>
              {doesNotProve && <p className="text-quiet">Does not prove: {doesNotProve}</p>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
