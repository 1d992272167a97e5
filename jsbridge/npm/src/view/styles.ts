import { css } from "lit";

/**
 * What all views share. Colours follow the `color-scheme` around them; a page sets its own by the --unfold variables. Blue is positive
 * and orange negative everywhere, and they differ in lightness too.
 */
export const styles = css`
  :host {
    --ink: var(--unfold-ink, light-dark(#1f2328, #e6edf3));
    --ink-soft: var(--unfold-ink-soft, light-dark(#59636e, #9aa4af));
    --line: var(--unfold-line, light-dark(#d5dae0, #3b434c));
    --surface: var(--unfold-bg, light-dark(#ffffff, #15191e));
    --raised: var(--unfold-raised, light-dark(#f4f6f8, #1e242b));
    --pos: var(--unfold-pos, light-dark(#0877bd, #58b4f0));
    --neg: var(--unfold-neg, light-dark(#b85c00, #f5a742));
    --accent: var(--unfold-accent, light-dark(#0a7d5a, #3fb68b));
    --warn: var(--unfold-warn, light-dark(#b3261e, #ff8a80));
    --mono: var(--unfold-mono, ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace);
    display: block;
    color: var(--ink);
    font: var(--unfold-font, 14px / 1.45 system-ui, sans-serif);
    container-type: inline-size;
  }
  :host([hidden]) { display: none; }
  * { box-sizing: border-box; }
  p { margin: 0; }
  .note { color: var(--ink-soft); font-size: 0.92em; }
  .row { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
  button, select, input:not([type="range"]):not([type="checkbox"]) {
    font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; min-height: 28px;
  }
  button { cursor: pointer; }
  button[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
  button:disabled { cursor: default; opacity: 0.55; }
  input[type="range"] { accent-color: var(--accent); min-height: 24px; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  canvas { display: block; }
  details.data { font-size: 0.92em; }
  details.data > summary { cursor: pointer; color: var(--ink-soft); min-height: 24px; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { padding: 2px 10px 2px 0; text-align: start; border-bottom: 1px solid var(--line); }
  .scroll { overflow: auto; max-height: 320px; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (forced-colors: active) { button[aria-pressed="true"] { outline: 2px solid; } }
`;
