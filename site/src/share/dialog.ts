import type { Lab } from "unfold-rnn/views";
import { problemOf } from "unfold-rnn/views";
import { action, input, output, part, write } from "../hooks.js";
import { onLanguage, say } from "../language.js";
import { describe, embedFor, scriptFor, torchFor } from "./code.js";

/** Share and export: the link to this very state, the network's weights, and code for elsewhere. */
export class ShareDialog {
  readonly #dialog = part("#share") as HTMLDialogElement;

  /** `link`: the address of the state as it is shown. */
  constructor(
    private readonly lab: Lab,
    private readonly version: string,
    private readonly link: () => Promise<string>,
  ) {
    action("share").addEventListener("click", () => void this.open());
    action("close-share").addEventListener("click", () => this.#dialog.close());
    for (const name of ["link", "embed", "script", "torch"] as const) {
      action(`copy-${name}`).addEventListener("click", () => void this.#copy(name));
    }
    action("save-safetensors").addEventListener("click", () => void this.#save("safetensors"));
    onLanguage(() => write(output("share-note"), ""));
  }

  async open(): Promise<void> {
    if (this.#dialog.open) return;
    write(output("share-note"), "");
    const { network } = this.lab;
    const described = network && describe(network);
    for (const [name, text] of Object.entries({
      embed: described && embedFor(described, this.version), script: described && scriptFor(described), torch: described && (torchFor(described) ?? say("share.noTorch")),
    })) write(output(`code-${name}`), text ?? "");
    for (const name of ["embed", "script", "torch", "link"]) action(`copy-${name}`).disabled = network === undefined;
    action("save-safetensors").disabled = network === undefined;
    this.#dialog.showModal();
    input("link").value = "";
    input("link").value = await this.link();
  }

  async #copy(name: "link" | "embed" | "script" | "torch"): Promise<void> {
    const text = name === "link" ? input("link").value : (output(`code-${name}`).textContent ?? "");
    try {
      await navigator.clipboard.writeText(text);
      write(output("share-note"), say("share.copied"));
    } catch {
      // Without the clipboard it is selected, for the person's own keys.
      const place = name === "link" ? input("link") : output(`code-${name}`);
      if (place instanceof HTMLInputElement) place.select();
      else getSelection()?.selectAllChildren(place);
      write(output("share-note"), say("share.selected"));
    }
  }

  async #save(format: "safetensors"): Promise<void> {
    const { shown, network } = this.lab;
    if (shown === undefined || network === undefined) return;
    try {
      const bytes = await shown.model.save({ format });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" }));
      link.download = `unfold.${format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      write(output("share-note"), say("share.saved", { name: link.download, step: shown.step }));
    } catch (thrown) {
      write(output("share-note"), say("share.notSaved", { message: problemOf(thrown).message }));
    }
  }
}
