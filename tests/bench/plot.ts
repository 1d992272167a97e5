/** The README's figure: speed against the fastest of each workload, light and dark. */
import { short, type Results } from "./report.js";
import { type Entry, entriesOf } from "./sections/field.js";
import { ownRow, type Row, type WorkloadResult } from "./sections/workload.js";
import { peers } from "./settings.js";
import { type Workload, workloads } from "./workloads.js";

const [left, bar, line, gap, width] = [150, 380, 20, 26, 700];

interface Bar {
  readonly label: string;
  readonly kind: "own" | "browser" | "native";
  readonly perSecond: number;
  /** 1: what takes too long to be measured more often. */
  readonly rounds: number;
}

const escape = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** Unfold's fastest row in Chromium (in Node where Chromium was left out), the browser libraries there, and native programs. */
export function barsOf({ rows }: WorkloadResult): Bar[] {
  const host = rows.some((row) => row.host === "chromium") ? "chromium" : "node";
  const here = rows.filter((row) => row.host === host);
  const own = ownRow("fastest", here);
  const bars = (list: readonly (Row | undefined)[], kind: Bar["kind"]) => list.flatMap((row) => (row ? [{ label: kind === "own" ? "Unfold" : row.name, kind, perSecond: row.unitsPerSecond, rounds: row.rounds.length }] : []));
  const isPeer = ({ name }: Row) => !name.startsWith("unfold") && name !== "tfjs-cpu";
  return [...bars([own], "own"), ...bars(here.filter(isPeer), "browser"), ...bars(rows.filter((row) => row.host === "native"), "native")];
}

/** Who must have been measured before a workload's figure is drawn: all in Chromium, and the native programs. */
function wantedIn(workload: Workload): readonly Entry[] {
  const all = entriesOf(workload, { hosts: new Set(["chromium"]), peers: new Set(peers) });
  return all.filter(({ party, subject }) => party !== "peak" && subject !== "tfjs-cpu");
}

/** What the figure of this run would be without; a whole run has every rival in every workload, and five rounds. */
export function missingFromPlot({ workloads: measured, rounds }: Pick<Results, "workloads" | "rounds">): string[] {
  const absent = workloads.flatMap((workload) => {
    const rows = measured.find((result) => result.workload.name === workload.name)?.rows ?? [];
    const has = ({ host, subject }: Entry) => rows.some((row) => row.host === host && row.name === subject && row.median > 0);
    return wantedIn(workload).filter((entry) => !has(entry)).map(({ host, subject }) => `${workload.name} ${subject} (${host})`);
  });
  return rounds >= 5 ? absent : [`five rounds (${rounds})`, ...absent];
}

export function plot({ machine, chromium, date, workloads: measured }: Results): string {
  const parts: string[] = [];
  let y = 58;
  for (const result of measured) {
    const { name, title, unit } = result.workload;
    parts.push(`<text class="title" x="16" y="${y}">${escape(`${name}  ${title}`)}</text>`);
    y += 8;
    const bars = barsOf(result);
    const fastest = Math.max(...bars.map(({ perSecond }) => perSecond));
    for (const { label, kind, perSecond, rounds } of bars) {
      const length = Math.max(1, (bar * perSecond) / fastest);
      parts.push(
        `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${escape(label)}</text>`,
        `<rect class="${kind}" x="${left}" y="${y + 3}" width="${length.toFixed(1)}" height="${line - 6}" rx="2"/>`,
        `<text class="figure" x="${(left + length + 6).toFixed(1)}" y="${y + 14}">${short(perSecond)} ${unit}/s${rounds === 1 ? ", measured once" : ""}</text>`,
      );
      y += line;
    }
    y += gap;
  }
  const where = chromium === undefined ? `Node ${machine.node}` : `Chromium ${chromium}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="Speed of Unfold and of others, by workload">
<style>
  svg { --ink: #1f2328; --faint: #59636e; --own: #0a7d5a; --browser: #9aa4af; --native: #c9ced4; font: 12px system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --faint: #9198a1; --own: #3fb68b; --browser: #6b7580; --native: #444c56; } }
  text { fill: var(--ink); } .title { font-weight: 600; } .faint, .figure { fill: var(--faint); }
  .own { fill: var(--own); } .browser { fill: var(--browser); } .native { fill: var(--native); stroke: var(--browser); }
</style>
<text class="title" x="16" y="22" font-size="14">Speed by workload, longer is faster</text>
<text class="faint" x="16" y="38">${escape(`${where} on ${machine.cpu}, one thread; outlined bars: native programs. ${date.slice(0, 10)}, medians`)}</text>
${parts.join("\n")}
</svg>
`;
}
