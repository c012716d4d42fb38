/** The display's look: the website's tokens, as few as a page of text needs. */
export const STYLE = `:root {
  color-scheme: light dark;
  --canvas: light-dark(#f6f9fb, #0a1015); --surface: light-dark(#ffffff, #12181e); --line: light-dark(#e2e7eb, #232b33);
  --text: light-dark(#161f2a, #edf1f4); --quiet: light-dark(#5d6975, #8e98a1); --accent: light-dark(#1b5daf, #75b1ef);
  --kept: light-dark(#006048, #6fdab4); --kept-soft: light-dark(#e7f8f3, #0e2a22);
  --warning: light-dark(#7c4b0a, #f3c46b); --warning-soft: light-dark(#fff3de, #34240c);
  --violation: light-dark(#ac2123, #fc9d96); --violation-soft: light-dark(#ffecec, #3f1a1a);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--canvas); color: var(--text); font: 1rem/1.5 -apple-system, "Segoe UI", Roboto, sans-serif; font-feature-settings: "tnum" 1; }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.625rem; line-height: 2rem; margin: 0.5rem 0; font-weight: 620; }
h2 { font-size: 1rem; margin: 0 0 0.75rem; font-weight: 620; }
a { color: var(--accent); }
a:focus-visible, textarea:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
nav { font-size: 0.875rem; }
small { font-size: max(0.6em, 0.75rem); color: var(--quiet); }
.quiet { color: var(--quiet); font-size: 0.875rem; }
.state { display: inline-block; margin: 0; padding: 0.125rem 0.625rem; border-radius: 12px; font-size: 0.875rem; }
.kept { color: var(--kept); background: var(--kept-soft); }
.warning { color: var(--warning); background: var(--warning-soft); }
.violation { color: var(--violation); background: var(--violation-soft); }
.here { display: inline-block; margin: 0; padding: 0.125rem 0.625rem; border-radius: 12px; font-size: 0.875rem; color: var(--surface); background: var(--accent); }
.now { display: flex; gap: 1.5rem; margin: 1rem 0; font-size: 1.625rem; line-height: 2rem; font-weight: 620; }
.none { font-weight: 400; color: var(--quiet); }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1rem; margin: 1rem 0; }
dl { display: grid; gap: 0.125rem; margin: 0; }
dt { color: var(--quiet); font-size: 0.8125rem; }
dd { margin: 0 0 0.75rem; }
.large { font-size: 1.625rem; line-height: 2rem; font-weight: 620; }
.hash { display: flex; flex-wrap: wrap; gap: 0.125rem 0.75rem; font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
figure { margin: 1rem 0; }
figure svg { display: block; width: min(15rem, 100%); border-radius: 8px; background: #ffffff; }
figcaption, label { color: var(--quiet); font-size: 0.8125rem; }
textarea { width: 100%; font: 0.8125rem/1.25rem ui-monospace, "DejaVu Sans Mono", monospace; color: inherit; background: var(--canvas); border: 1px solid var(--line); border-radius: 8px; padding: 0.5rem; resize: none; }
ul { list-style: none; margin: 1rem 0; padding: 0; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
li + li { border-top: 1px solid var(--line); }
li a { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; padding: 0.75rem 1rem; color: inherit; text-decoration: none; }
li.lamp { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; padding: 0.75rem 1rem; }
li strong { min-width: 5.5rem; }
li .now { margin: 0; font-size: 1rem; line-height: 1.5rem; gap: 1rem; flex: 1; }
`;
