import { css } from "lit";

export const graphStyles = css`
  :host { --math: "STIX Two Math", "Cambria Math", "Latin Modern Math", Cambria, Georgia, serif; }
  /* Its colour changes with the theme, and a transition tells of it. */
  .theme { position: absolute; color: var(--pos); background: var(--surface); transition: color 1ms, background-color 1ms; }
  .row { margin-block-end: 8px; }
  .row label { display: inline-flex; align-items: center; gap: 6px; }
  .row input[type="range"] { width: 110px; }
  .row input[type="text"] { width: min(240px, 60cqi); }
  .row input[type="number"] { width: 76px; }
  .check input { width: 18px; height: 18px; }
  button.primary { border-color: var(--accent); }
  .stage { position: relative; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
  .stage > div { position: relative; width: max-content; min-width: 100%; }
  .stage canvas { position: absolute; inset: 0; pointer-events: none; }
  .stage svg { position: relative; display: block; touch-action: pan-x pan-y; }
  .edge { fill: none; stroke: var(--ink-soft); }
  .edge.ahead { stroke: var(--line); }
  .edge.back, .edge.lit { stroke: var(--accent); }
  .edge.lit { stroke-dasharray: 5 2; }
  marker.forward { fill: var(--ink-soft); }
  marker.ahead { fill: var(--line); }
  marker.back, marker.lit { fill: var(--accent); }
  .outline { fill: transparent; stroke: var(--ink-soft); stroke-width: 1; }
  .node { cursor: pointer; outline: none; }
  .node.ahead .outline { stroke: var(--line); }
  .node:hover .outline { stroke: var(--ink); stroke-width: 1.5; }
  .node.selected .outline { stroke: var(--accent); stroke-width: 2.5; }
  .node:focus-visible .outline { stroke: var(--accent); stroke-width: 3; stroke-dasharray: 4 2; }
  .chosen { fill: none; stroke: var(--accent); stroke-width: 1.5; }
  .delay { fill: var(--ink); }
  text { fill: var(--ink); font: 11px system-ui, sans-serif; text-anchor: middle; pointer-events: none; }
  text.small { font-size: 11px; fill: var(--ink-soft); text-anchor: start; }
  text.small.end { text-anchor: end; }
  text.letter { font: italic 12px var(--math); fill: var(--ink-soft); }
  .node text.small { fill: var(--ink); text-anchor: middle; }
  text.token { font: 600 14px var(--mono); }
  text.figure { font: 11.5px var(--mono); }
  .symbols text { font: italic 15px var(--math); fill: var(--ink-soft); }
  text.time { fill: var(--ink-soft); font: italic 12px var(--math); }
  .bars { overflow: visible; display: block; }
  .bars .axis { stroke: var(--line); }
  .bars .pos { fill: var(--pos); }
  .bars .neg { fill: var(--neg); }
  .bars .lit .axis { stroke: var(--accent); stroke-width: 2; }
  .gathered { display: grid; }
  .gathered > * { grid-area: 1 / 1; }
  .gathered .names { position: sticky; inset-inline-start: 2px; justify-self: start; margin-block-start: 10px; display: grid; grid-auto-rows: 48px; z-index: 1; }
  .gathered button { align-self: start; min-width: 30px; min-height: 24px; padding: 0 4px; font: italic 15px var(--math); }
  .heading { font-weight: 600; margin-block: 10px 2px; }
  .detail { border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; margin-block-start: 8px; background: var(--raised); min-height: 64px; }
  .detail .row { margin-block-end: 4px; }
  .math { font-family: var(--math); font-size: 1.08em; }
  .formula { padding-block: 1px; overflow-wrap: anywhere; }
  .formula.backward { border-inline-start: 3px solid var(--accent); padding-inline-start: 8px; }
  .formula.forward { border-inline-start: 3px solid var(--line); padding-inline-start: 8px; }
  .number.pos { color: var(--pos); }
  .number.neg { color: var(--neg); }
  .token { font-family: var(--mono); }
  sub { font-size: 0.72em; line-height: 0; }
  td.chosen { box-shadow: inset 0 0 0 1.5px var(--accent); }
  button.flat { border: 0; background: none; min-width: 24px; padding: 0 4px; min-height: 24px; }
  button.flat.chosen { text-decoration: underline 2px var(--accent); }
  .vector td, .vector th { padding: 1px 8px 1px 0; font-family: var(--mono); font-size: 0.9em; font-weight: 400; border: 0; }
  .problem { color: var(--warn); }
  unfold-equations { margin-block-start: 6px; }
  @media (forced-colors: active) {
    .outline, .edge { stroke: CanvasText; }
    .node.selected .outline, .edge.back, .edge.lit { stroke: Highlight; }
    .bars .pos { fill: CanvasText; }
    .bars .neg { fill: Canvas; stroke: CanvasText; }
  }
`;
