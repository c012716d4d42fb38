import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { Icon } from "@/components/ui/icon";
import type { IconName } from "@/components/ui/icons";
import { State, TONE_TEXT, toneOf } from "@/components/ui/state";
import type { HalfWords } from "./kept-words";

interface HalfProps {
  readonly id: string;
  readonly question: string;
  readonly words: HalfWords;
  readonly more?: ReactNode;
}

function Half({ id, question, words, more }: HalfProps) {
  return (
    <section
      aria-labelledby={id}
      className="grid grid-rows-[auto_auto_1fr_auto] p-4 max-desk:border-line max-desk:not-first:border-t desk:px-6 desk:py-5 desk:not-first:border-line desk:not-first:border-l"
    >
      <h2 id={id} className="font-strong text-second text-small tracking-normal">
        {question}
      </h2>
      <p
        className={`mt-1 mb-2 flex items-start gap-2 font-title text-[1.375rem] leading-7 tracking-[-0.018em] desk:text-title ${TONE_TEXT[toneOf(words.kind)]}`}
      >
        <Icon name={words.kind as IconName} className="mt-0.5 size-6! stroke-[1.5]! desk:size-6.5!" />
        <span className="text-balance">{words.answer}</span>
      </p>
      <p className="max-w-132 text-pretty text-second">
        {words.sentences.join(" ")} {more}
      </p>
      <ul className="mt-4 flex flex-wrap gap-x-5 gap-y-1 text-small">
        {words.proofs.map((it) => (
          <li key={it.text}>
            <State kind={it.kind}>{it.text}</State>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface VerdictsProps {
  readonly kept: HalfWords;
  readonly trust: HalfWords;
  readonly keptMore?: ReactNode;
  readonly trustMore?: ReactNode;
}

/** Both halves side by side with equal weight; neither colours the other. */
export function Verdicts({ kept, trust, keptMore, trustMore }: VerdictsProps) {
  return (
    <Card className="mb-4 grid desk:mb-6 desk:grid-cols-2 print:grid-cols-2">
      <Half id="kept-cold" question="Kept cold?" words={kept} more={keptMore} />
      <Half id="trustworthy" question="Trustworthy?" words={trust} more={trustMore} />
    </Card>
  );
}
