import { css } from "lit";

/** Bands of probability differ in tint and in the line below: none, dots, thick dots. */
export const sampleStyles = css`
  :host { display: grid; gap: 10px; }
  label { display: inline-flex; align-items: center; gap: 6px; }
  .controls input[type="text"] { width: 15em; max-width: 100%; }
  .controls input[type="number"] { width: 5.5em; }
  .controls input[type="range"] { width: 7em; }
  output { font-variant-numeric: tabular-nums; min-width: 2.4em; }
  .sample, .earlier p.text { font-family: var(--mono); font-size: 0.96em; line-height: 1.7; white-space: pre-wrap; overflow-wrap: anywhere; }
  .sample { border: 1px solid var(--line); border-radius: 8px; background: var(--surface); padding: 8px 12px; min-height: 7em; max-height: 22em; overflow: auto; }
  .given { font-weight: 600; color: var(--ink-soft); }
  [role="option"] { cursor: pointer; border-radius: 2px; }
  [role="option"]:hover, [role="listbox"]:focus-visible .at, [aria-selected="true"] { outline: 2px solid var(--accent); outline-offset: -1px; }
  [role="listbox"]:focus-visible { outline: none; }
  .sample:has([role="listbox"]:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
  .b0 { background: color-mix(in srgb, var(--pos) 30%, transparent); }
  .b1 { background: color-mix(in srgb, var(--pos) 13%, transparent); }
  .b3 { background: color-mix(in srgb, var(--neg) 20%, transparent); text-decoration: underline dotted 1px var(--neg); text-underline-offset: 3px; }
  .b4 { background: color-mix(in srgb, var(--neg) 42%, transparent); text-decoration: underline dotted 3px var(--neg); text-underline-offset: 3px; }
  .legend { display: flex; flex-wrap: wrap; gap: 4px 12px; margin: 0; padding: 0; list-style: none; font-size: 0.92em; color: var(--ink-soft); }
  .legend li span { font-family: var(--mono); color: var(--ink); padding: 0 4px; border-radius: 2px; }
  .alternatives { border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; background: var(--raised); display: grid; gap: 8px; }
  .alternatives button { display: inline-flex; gap: 8px; align-items: baseline; background: var(--surface); }
  .alternatives button > span:first-child { font-family: var(--mono); font-weight: 600; }
  .earlier { margin: 0; padding: 0; list-style: none; display: grid; gap: 8px; }
  .earlier p.text { max-height: 3.4em; overflow: hidden; }
  @media (forced-colors: active) { .b3, .b4 { text-decoration-color: CanvasText; } }
`;
