import { css, unsafeCSS } from "lit";
import { levels } from "./heatmap-figures.js";

/** A level is a tint and a line: below for positive, above for negative, the thicker the farther from zero. */
function level(n: number): string {
  const [colour, line] = n > 0 ? ["--pos", "underline"] : ["--neg", "overline"];
  const share = Math.abs(n) / levels;
  return `.v${n} { background: color-mix(in srgb, var(${colour}) ${Math.round(share * 50)}%, transparent); text-decoration: ${line} ${share > 0.6 ? 2 : 1}px var(${colour}); }`;
}

const all = Array.from({ length: levels }, (_, i) => [level(i + 1), level(-i - 1)]).flat();

export const heatStyles = css`
  :host { display: block; }
  .panes { display: grid; gap: 12px; }
  .panes > * { min-width: 0; }
  .reading { display: grid; gap: 8px; align-content: start; }
  .reading > * { min-width: 0; }
  label { display: inline-flex; align-items: center; gap: 6px; }
  input[type="number"] { width: 5em; }
  textarea { font: inherit; font-family: var(--mono); color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 6px 10px; width: 100%; min-height: 5em; }
  .text { font-family: var(--mono); font-size: 0.96em; line-height: 1.75; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: 8px;
    background: var(--surface); padding: 8px 12px; max-height: 24em; overflow: auto; touch-action: pan-y; user-select: none; -webkit-user-select: none; cursor: text; }
  .text span { border-radius: 1px; text-decoration-skip-ink: none; }
  ${unsafeCSS(all.join("\n"))}
  .text:focus-visible .at { outline: 2px solid var(--accent); }
  .text .chosen { box-shadow: inset 0 2px 0 var(--ink), inset 0 -2px 0 var(--ink); }
  .text .like { box-shadow: inset 0 -3px 0 var(--accent); }
  .scale { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: center; font-size: 0.92em; color: var(--ink-soft); }
  .scale .steps { display: inline-flex; font-family: var(--mono); color: var(--ink); }
  .scale .steps span { padding: 0 5px; }
  .readout { font-variant-numeric: tabular-nums; min-height: 1.5em; }
  canvas { width: 100%; border: 1px solid var(--line); border-radius: 4px; cursor: pointer; image-rendering: pixelated; }
  h4 { margin: 10px 0 2px; font-size: 1em; }
  ol.finds, ol.matches { margin: 4px 0; padding: 0; list-style: none; display: grid; gap: 4px; }
  .finds button { text-align: start; width: 100%; font-variant-numeric: tabular-nums; }
  .matches .piece { font-family: var(--mono); font-size: 0.92em; white-space: pre-wrap; overflow-wrap: anywhere; }
  .matches b { background: color-mix(in srgb, var(--accent) 25%, transparent); }
  .pair { display: grid; gap: 8px; }
  .pair p.out { font-family: var(--mono); font-size: 0.92em; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px; min-height: 6em; }
  .pair b { font-weight: inherit; text-decoration: underline 2px var(--accent); text-underline-offset: 3px; }
  @container (min-width: 560px) { .pair { grid-template-columns: 1fr 1fr; } }
  @container (min-width: 860px) { .panes { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } .below { grid-column: 1 / -1; } }
  @media (forced-colors: active) { .text .chosen { outline: 1px solid; } .text .like { outline: 1px dashed; } .matches b { outline: 1px solid; } }
`;
