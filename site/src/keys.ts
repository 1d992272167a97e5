import type { Lab } from "unfold-rnn/views";
import { action, input, part, select } from "./hooks.js";
import { recall, store } from "./persist.js";

const local = (): Storage => localStorage;

/** Single keys for what is done often. They can be turned off, and act on nothing that takes text or has a use for them. */
export function startKeys(lab: Lab, bar: { toggle(): void; step(): void }): void {
  const dialog = part("#help") as HTMLDialogElement;
  const wanted = input("keys");
  wanted.checked = recall(local, "keys") !== "off";
  wanted.addEventListener("change", () => store(local, "keys", wanted.checked ? "on" : "off"));
  action("help").addEventListener("click", () => dialog.showModal());
  action("close-help").addEventListener("click", () => dialog.close());
  const acts: Record<string, () => void> = {
    " ": () => bar.toggle(),
    ".": () => bar.step(),
    "[": () => void scrub(lab, -1),
    "]": () => void scrub(lab, 1),
    "/": () => select("dataset").focus(),
    "?": () => dialog.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const act = acts[event.key];
    if (act === undefined || !wanted.checked || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (document.querySelector("dialog[open]") !== null || hasUse(event.composedPath()[0], event.key)) return;
    event.preventDefault();
    act();
  });
}

/** Whether what has the focus does something of its own with a key. */
function hasUse(target: EventTarget | undefined, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target instanceof HTMLInputElement) return !["range", "checkbox", "radio"].includes(target.type) || key === " ";
  if (target.closest("textarea, select, [contenteditable], [role=textbox]") !== null) return true;
  return key === " " && target.closest("button, summary, a, [role=button], [role=option], [role=slider], [tabindex]:not(#panels)") !== null;
}

/** One kept checkpoint back or on; behind the last, the present. */
async function scrub(lab: Lab, by: -1 | 1): Promise<void> {
  const steps = lab.network?.checkpoints.steps ?? [];
  const shown = lab.shown?.step ?? 0;
  const looksBack = lab.looksBack;
  const before = steps.filter((step) => step < shown);
  const behind = steps.filter((step) => step > shown);
  if (by < 0) await lab.seek(before.at(-1) ?? steps[0]);
  else if (looksBack) await lab.seek(behind[0]);
}
