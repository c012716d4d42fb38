/** How it ended, and while it lasts: steps. */

import { h, heading, type IconName, icon, show } from "./dom";
import { asError, wordsOf } from "./failures";

interface Ending {
  readonly look: "done" | "stop" | "unknown" | "warning";
  readonly title: string;
  readonly lead: string;
  readonly detail?: HTMLElement;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const ICONS: Readonly<Record<Ending["look"], IconName>> = { done: "done", stop: "stop", unknown: "unknown", warning: "warning" };

export function showEnding({ look, title, lead, detail, action }: Ending): void {
  show(
    h(
      "div",
      { class: "stack" },
      h("div", { class: `verdict is-${look}` }, icon(ICONS[look]), heading(title)),
      h("p", { class: "lead" }, lead),
      detail ?? null,
    ),
    action === undefined
      ? null
      : h("div", { class: "actions" }, h("button", { class: "btn primary", type: "button", onclick: action.run }, action.label)),
  );
}

/** A failure with its code; `kept` says what stays safe. */
export function showFailure(title: string, cause: unknown, kept: string, action?: Ending["action"]): void {
  const { code } = asError(cause);
  showEnding({
    look: "stop",
    title,
    lead: wordsOf(cause),
    detail: h("p", { class: "note is-violation" }, h("span", {}, kept, " ", h("code", {}, code))),
    ...(action === undefined ? {} : { action }),
  });
}

/** Shows steps; the returned function moves on to the next one. */
export function showSteps(title: string, steps: readonly string[]): () => void {
  const items = steps.map((step) => h("li", {}, step));
  let at = 0;
  const update = () => {
    for (const [index, item] of items.entries()) {
      item.className = index < at ? "past" : "";
      if (index === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
  };
  update();
  show(
    h("div", { class: "stack" }, heading(title), h("ol", { class: "steps card" }, ...items)),
    h("div", { class: "gap" }),
    h("p", { class: "quiet" }, "Keep this window open until it is done. If it closes now, the website shows what became of it."),
  );
  return () => {
    at += 1;
    update();
  };
}
