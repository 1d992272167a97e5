import type { Lab, ViewElement } from "unfold-rnn/views";

const groups = ["watch", "data", "model", "inside", "memory"] as const;
type Group = (typeof groups)[number];

/** The page's sections: which apply to the data, which an address or a lesson hides, and on small screens which tab is open. */
export class Panels {
  readonly #sections = [...document.querySelectorAll<HTMLElement>("[data-panel]")];
  readonly #tabs = [...document.querySelectorAll<HTMLButtonElement>(".tabs [data-tab]")];
  #hidden: ReadonlySet<string> = new Set();
  #only: ReadonlySet<string> | undefined;

  constructor(private readonly lab: Lab) {
    for (const section of this.#sections) {
      const view = viewIn(section);
      if (view !== undefined && customElements.get(view.localName) !== undefined) view.lab = lab;
    }
    for (const tab of this.#tabs) tab.addEventListener("click", () => this.open(tab.dataset["tab"] as Group));
    lab.on("network", () => this.#show());
    this.#show();
  }

  get names(): string[] {
    return this.#sections.map((section) => section.dataset["panel"] as string);
  }

  /** Panels that are not shown. */
  hide(names: readonly string[]): void {
    this.#hidden = new Set(names);
    this.#show();
  }

  /** Only these panels, as long as a lesson is on. */
  focus(names: readonly string[] | undefined): void {
    this.#only = names && new Set(names);
    this.#show();
  }

  /** The view of a panel, for lessons; undefined where it is not at work. */
  view(name: string): ViewElement | undefined {
    const section = this.#section(name);
    const view = section && viewIn(section);
    return view && customElements.get(view.localName) !== undefined ? view : undefined;
  }

  /** Brings a panel into sight. */
  reveal(name: string): void {
    const section = this.#section(name);
    if (section === undefined || section.hidden) return;
    this.open(section.dataset["group"] as Group);
    section.scrollIntoView({ block: "start", behavior: "auto" });
  }

  /** On small screens, opens the tab that a panel is on. */
  openTabOf(name: string): void {
    const group = this.#section(name)?.dataset["group"];
    if (group !== undefined) this.open(group as Group);
  }

  open(group: Group): void {
    document.body.dataset["tab"] = group;
    for (const tab of this.#tabs) tab.setAttribute("aria-pressed", String(tab.dataset["tab"] === group));
  }

  #section(name: string): HTMLElement | undefined {
    return this.#sections.find((section) => section.dataset["panel"] === name);
  }

  #show(): void {
    const kind = this.lab.network?.subject.kind ?? "text";
    for (const section of this.#sections) {
      const name = section.dataset["panel"] as string;
      const kinds = section.dataset["kinds"]?.split(" ");
      const view = viewIn(section);
      const there = view === undefined || customElements.get(view.localName) !== undefined;
      section.hidden = !there || this.#hidden.has(name) || (this.#only !== undefined && !this.#only.has(name)) || (kinds !== undefined && !kinds.includes(kind));
    }
    for (const tab of this.#tabs) tab.hidden = !this.#sections.some((section) => section.dataset["group"] === tab.dataset["tab"] && !section.hidden);
    if (this.#tabs.find((tab) => tab.dataset["tab"] === document.body.dataset["tab"])?.hidden) {
      const first = this.#tabs.find((tab) => !tab.hidden);
      if (first !== undefined) this.open(first.dataset["tab"] as Group);
    }
  }
}

/** The view that a section is there for. */
function viewIn(section: HTMLElement): ViewElement | undefined {
  return [...section.children].find((child): child is ViewElement => child.localName.startsWith("unfold-"));
}
