/** Elements without a framework: text only ever becomes text, never markup. */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

/** Makes an element. Attributes that are functions listen (`onclick`), `true` sets and `false` leaves out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** 24 × 24 line icons: shape as well as colour tells a state. */
const PATHS = {
  key: ["M12 3 5 6v5.5c0 4.4 2.9 7.7 7 9.5 4.1-1.8 7-5.1 7-9.5V6z", "M12 8.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4", "M12 12.5V16"],
  done: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18", "m8 12.5 2.7 2.7L16 9.5"],
  stop: ["M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3z", "M12 8v5", "M12 16h.01"],
  warning: ["M12 4 2.8 20h18.4z", "M12 10v4.5", "M12 17h.01"],
  unknown: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18", "M9.7 9.5a2.4 2.4 0 1 1 3.3 2.2c-.7.3-1 .8-1 1.5v.3", "M12 16.5h.01"],
} as const;
export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** Replaces the view and moves the reader to it. */
export function show(...children: readonly Child[]): void {
  const view = document.getElementById("view");
  if (view === null) return;
  view.replaceChildren(...children.filter((child) => child !== null));
  view.querySelector<HTMLElement>("h1")?.focus();
}

/** The page's own heading; focusable, so that a screen reader begins here. */
export const heading = (text: string): HTMLElement => h("h1", { tabindex: "-1" }, text);

export const rows = (list: readonly HTMLElement[]): HTMLElement => h("dl", { class: "rows" }, ...list);

/** Codes longer than this (hashes) get the whole width, so that they break where eyes expect it. */
const LONG = 40;

/** One labelled value. */
export function row(label: string, value: string, options: { note?: string; isCode?: boolean } = {}): HTMLElement {
  const note = options.note === undefined ? null : h("small", {}, options.note);
  const isLong = options.isCode === true && value.length > LONG;
  return h(
    "div",
    isLong ? { class: "long" } : {},
    h("dt", {}, label),
    h("dd", options.isCode ? { class: "code" } : {}, h("span", {}, value), note),
  );
}
