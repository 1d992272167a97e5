import { html, type TemplateResult } from "lit";
import { bands, type Sample, visible, type Written } from "./samples-figures.js";
import type { Host } from "./samples-host.js";

const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;

/** A probability in per cent. */
export function shareOf(probability: number, host: Host): string {
  return host.number(probability, { style: "percent", maximumFractionDigits: probability < 0.01 ? 2 : 0 });
}

/** A character in words. */
export function nameOf({ text, probability }: Written, host: Host): string {
  return host.say("character", { name: visible(text), share: shareOf(probability, host) });
}

/** When a sample was written. */
export function caption({ step, loss }: Sample, host: Host): string {
  return Number.isNaN(loss) ? host.say("captionFirst", { step }) : host.say("caption", { step, loss: host.number(loss, two) });
}

/** What the bands of probability look like. */
export function legend(host: Host): TemplateResult {
  const least = (band: number): string => host.number(bands[band] as number, { style: "percent" });
  return html`<ul class="legend" part="legend" aria-label=${host.say("legend")}><li>${host.say("legend")}</li>
    ${bands.map((_, i) => html`<li><span class=${`b${i}`}>abc</span> ${i < bands.length - 1 ? host.say("atLeast", { share: least(i) }) : host.say("under", { share: least(i - 1) })}</li>`)}</ul>`;
}

/** Every character with its probability. */
export function charactersTable({ written }: Sample, host: Host): TemplateResult {
  return html`<details class="data"><summary>${host.say("table")}</summary><div class="scroll" tabindex="0"><table>
    <thead><tr><th>${host.say("text")}</th><th>${host.say("probability")}</th></tr></thead>
    <tbody>${written.map((one) => html`<tr><td>${visible(one.text)}</td><td>${shareOf(one.probability, host)}</td></tr>`)}</tbody></table></div></details>`;
}
