import type { Machine } from "../bench/machine.js";
import { type Figure, holds, judged, type Result, shown } from "./figures.js";

type Timed = Result & { readonly seconds: number };

const bound = ({ atLeast, atMost, unit }: Figure): string =>
  atLeast !== undefined ? `≥ ${shown(atLeast, unit)}` : atMost !== undefined ? `≤ ${shown(atMost, unit)}` : "";
const verdict = (figure: Figure): string => (judged(figure) ? (holds(figure) ? "HOLDS" : "MISSED") : "");

/** For the terminal. */
export function printed({ task, how, on, figures, details = [], seconds }: Timed): string {
  const rows = figures.map((figure) => `    ${figure.what.padEnd(62)} ${shown(figure.value, figure.unit).padStart(11)}   ${bound(figure).padEnd(14)} ${verdict(figure)}`.trimEnd());
  const beneath = details.map((row) => `        ${row.map((cell, i) => (i === 0 ? cell.padEnd(14) : cell.padStart(10))).join(" ")}`);
  return [`${task}   (${seconds.toFixed(0)} s)`, `    ${how}`, `    measured on ${on}`, ...rows, ...beneath].join("\n");
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** docs/results.md. */
export function page(results: readonly Timed[], { cpu, cores, system, node, unfold }: Machine): string {
  const body = results.map(({ task, how, on, figures, details }) => {
    const table = [row(["", "", "wanted"]), row(["---", "---:", "---"]), ...figures.map((figure) => row([figure.what, shown(figure.value, figure.unit), [bound(figure), verdict(figure).toLowerCase()].filter(Boolean).join(", ")]))];
    const [head, ...rest] = details ?? [];
    const beneath = head ? ["", "<details><summary>Each class</summary>", "", row(head), row(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rest.map(row), "", "</details>"] : [];
    return [`## ${task}`, "", `${how[0]?.toUpperCase()}${how.slice(1)}. Measured on ${on}.`, "", ...table, ...beneath].join("\n");
  });
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  return `# What Unfold learns

<!-- Written by make results; do not edit. -->

\`make results\` trains all of these in Node, with fixed seeds and deterministic kernels: the figures come out the same on every machine, the times
do not. Nothing that a figure is measured on was trained on, nor looked at to choose settings or to stop. This run took ${Math.round(total / 60)} minutes
on ${cpu}, ${cores} cores, ${system}, Node ${node}, Unfold ${unfold}. Where the data comes from: [site/data/LICENSES.md](../site/data/LICENSES.md).

${body.join("\n\n")}
`;
}
