"use client";

import { State } from "@/components/ui/state";
import { CHECKS, type CheckKey } from "./draft";
import type { ReceiveSeal, StepProps } from "./form";
import { Photo } from "./photo";
import { StepCard } from "./step";

interface SealStepProps extends StepProps {
  readonly open: ReceiveSeal | undefined;
  readonly answer: (key: CheckKey, value: boolean) => void;
}

const wordsOf = (key: CheckKey, { seal, applied }: ReceiveSeal): { what: string; help: string } =>
  ({
    number: { what: `The number reads ${seal}`, help: `as applied ${applied}` },
    pull: { what: "It holds when pulled by hand", help: "" },
    twist: { what: "It stays locked when twisted", help: "" },
    surface: { what: "No clamp marks, glue or drilling", help: "" },
    shaft: { what: "The shaft was not cut and re-joined", help: "look for a seam under the head" },
  })[key];

const SIDE =
  "relative grid h-12 w-13 cursor-pointer place-items-center rounded-control border border-line-strong bg-surface text-second has-checked:border-2 has-checked:font-title has-focus-visible:shadow-(--focus)";
const LOOK = {
  yes: "has-checked:border-kept-chart has-checked:bg-kept-soft has-checked:text-kept",
  no: "has-checked:border-untrusted-chart has-checked:bg-untrusted-soft has-checked:text-untrusted",
} as const;

interface QuestionProps {
  readonly name: string;
  readonly what: string;
  readonly help: string;
  readonly value: boolean | null;
  readonly onAnswer: (value: boolean) => void;
}

function Question({ name, what, help, value, onAnswer }: QuestionProps) {
  return (
    <fieldset className="grid min-w-0 grid-cols-[minmax(0,1fr)_auto] items-center gap-3 border-line border-t py-2">
      <legend className="float-left text-pretty">
        {what}
        {help && <small className="block text-quiet text-small">{help}</small>}
      </legend>
      <div className="grid grid-cols-2 gap-2">
        {(["yes", "no"] as const).map((side) => (
          <label key={side} className={`${SIDE} ${LOOK[side]}`}>
            <input
              type="radio"
              name={name}
              checked={value === (side === "yes")}
              onChange={() => onAnswer(side === "yes")}
              className="absolute inset-0 m-0 size-full cursor-pointer opacity-0"
            />
            <span>{side === "yes" ? "Yes" : "No"}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Found({ seal }: { readonly seal: ReceiveSeal }) {
  return (
    <li className="border-line border-t py-2 first:border-t-0">
      <State kind={seal.standing === "broken" ? "untrusted" : "vouched"} wrap>
        {seal.seal} {seal.standing === "broken" ? "found broken: contested" : "found intact"}
      </State>
      <p className="ml-5.5 text-quiet text-small">{seal.found}</p>
    </li>
  );
}

/** The seal in the hand: five checks, each answered yes or no, none answered in advance. */
export function SealStep({ shipment, draft, change, open, answer }: SealStepProps) {
  const done = CHECKS.filter((it) => draft.answers[it] !== null).length;
  const found = shipment.seals.filter((it) => it.standing !== "applied");
  return (
    <StepCard
      id="seal"
      number={2}
      title="Seal"
      aside={open ? <span className="num">{`${done} of ${CHECKS.length} checked`}</span> : undefined}
    >
      {shipment.seals.length === 0 && (
        <p className="text-second text-small">
          No seal was applied. Nobody can vouch for the readings by inspecting one; they stay attested.
        </p>
      )}
      {found.length > 0 && (
        <ul className="mb-2">
          {found.map((it) => (
            <Found key={it.seal} seal={it} />
          ))}
        </ul>
      )}
      {open && (
        <>
          <p className="mb-3 text-second text-small">{open.what}. Take it in your hand for each check.</p>
          {CHECKS.map((key) => (
            <Question
              key={key}
              name={`check-${key}`}
              {...wordsOf(key, open)}
              value={draft.answers[key]}
              onAnswer={(value) => answer(key, value)}
            />
          ))}
          <Photo hash={draft.photo} onChange={(photo) => change({ photo })} />
          <label className="mt-4 block border-line border-t pt-3">
            <span className="font-strong text-small">
              Note <span className="font-normal text-quiet">(optional)</span>
            </span>
            <textarea
              value={draft.note}
              maxLength={400}
              onChange={(event) => change({ note: event.target.value })}
              className="mt-1.5 block min-h-16 w-full resize-y rounded-control border border-line-strong bg-surface px-3 py-2.5"
            />
          </label>
        </>
      )}
    </StepCard>
  );
}
