import type { Lab, Network } from "unfold-rnn/views";
import type { Choice } from "./choice.js";
import { type DataId, offers } from "./data/catalogue.js";
import { head } from "./data/reading.js";
import { output, input, select, write } from "./hooks.js";
import { formatNumber, onLanguage, say } from "./language.js";
import { paced } from "./pace.js";

// Characters of a text, and examples of another kind, that are shown.
const preview = 240;
const shownExamples = 5;

/** Where the data are chosen, and what is said about those in use. */
export class DataPanel {
  readonly #dataset = select("dataset");
  readonly #lag = input("lag");

  /** `picked`: a person chose; resolves when it is done. */
  constructor(
    private readonly lab: Lab,
    private readonly choice: Choice,
    private readonly picked: (stands: Promise<boolean>) => void,
  ) {
    this.#dataset.addEventListener("change", () => this.picked(this.choice.pick(this.#dataset.value as DataId)));
    this.#lag.addEventListener("input", () => this.#showLag());
    this.#lag.addEventListener("change", () => {
      const { data } = this.choice.wanted;
      this.picked(this.choice.pick(data, { lag: this.#lag.valueAsNumber, settings: this.lab.settings }));
    });
    lab.on("network", paced(50, () => this.#facts()));
    onLanguage(() => this.show());
  }

  /** The choice has changed, or the language. */
  show(): void {
    const { data, lag } = this.choice.wanted;
    const own = this.#dataset.querySelector<HTMLOptionElement>('[value="own"]') as HTMLOptionElement;
    own.hidden = own.disabled = this.choice.own === undefined;
    this.#dataset.value = data;
    const range = offers[data].lag;
    output("lag").hidden = range === undefined;
    if (range !== undefined) {
      [this.#lag.min, this.#lag.max] = [String(range[0]), String(range[1])];
      this.#lag.value = String(lag);
      this.#showLag();
    }
    this.#facts();
  }

  #showLag(): void {
    write(output("lag-value"), formatNumber(this.#lag.valueAsNumber));
  }

  #facts(): void {
    const { network } = this.lab;
    if (network === undefined) return;
    output("facts").replaceChildren(...factsOf(network).map(([name, value]) => {
      const [row, term, detail] = [document.createElement("div"), document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      detail.textContent = value;
      row.append(term, detail);
      return row;
    }));
    const { plan, settings, subject } = network;
    const values = { batch: plan.batch, steps: plan.steps, hidden: settings.hidden, asked: `${settings.batch} × ${settings.steps}` };
    write(output("plan-note"), plan.reason === "heavy" ? say("plan.heavy", values) : plan.reason === "short" && subject.kind === "text" ? say("plan.short", values) : "");
    const beginning = beginningOf(network);
    write(output("head-title"), beginning === "" ? say(`about.${(subject.source.name in about ? subject.source.name : "task") as keyof typeof about}`) : say("data.begins"));
    write(output("head"), beginning);
    output("head").hidden = beginning === "";
  }
}

const about = { adding: true, copy: true, parity: true, reber: true, task: true } as const;

/** What can be counted about the data in use. */
function factsOf({ subject, plan }: Network): [name: string, value: string][] {
  const window: [string, string] = [say("fact.plan"), say("fact.planValue", { batch: plan.batch, steps: plan.steps })];
  const held = (count: number): [string, string] => [say("fact.heldOut"), count === 0 ? say("fact.none") : formatNumber(count)];
  switch (subject.kind) {
    case "text":
      return [[say("fact.characters"), formatNumber(subject.data.length)], [say("fact.distinct"), formatNumber(subject.data.tokens)], held(subject.data.validationIds.length), window];
    case "series": {
      const { rows, columns, target, horizon, validation } = subject.data;
      return [[say("fact.rows"), formatNumber(rows)], [say("fact.columns"), columns.join(", ")], [say("fact.target"), say("fact.ahead", { target: target.join(", "), horizon })], held(validation?.lengths.length ?? 0), window];
    }
    default: {
      const { train, validation, classes } = subject.data;
      const rows: [string, string][] = [[say("fact.sequences"), formatNumber(train.lengths.length + (validation?.lengths.length ?? 0))]];
      if (classes.length > 0) rows.push([say("fact.classes"), formatNumber(classes.length)]);
      return [...rows, held(validation?.lengths.length ?? 0), window];
    }
  }
}

/** How the data begin, as text. */
function beginningOf({ subject }: Network): string {
  const { source } = subject;
  switch (source.kind) {
    case "text":
      return head(source.text, preview).trim().replace(/\n\s*\n/g, "\n") + (source.text.length > preview ? "…" : "");
    case "series":
      return typeof source.rows === "string" ? source.rows.split("\n", shownExamples + 1).join("\n") : source.rows.slice(0, shownExamples).join("\n");
    case "classes": {
      const every = Math.max(1, Math.floor(source.examples.length / shownExamples));
      return Array.from({ length: Math.min(shownExamples, source.examples.length) }, (_, i) => source.examples[i * every])
        .flatMap((example) => (typeof example?.input === "string" && typeof example.target === "string" ? [`${example.input} → ${example.target}`] : [])).join("\n");
    }
    case "task":
      return "";
  }
}

