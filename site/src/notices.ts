import { type Phrase, onLanguage, say } from "./language.js";
import { output } from "./hooks.js";

export interface NoticeAction {
  label: Phrase;
  /** Makes the button findable: `[data-action=name]` within the notice. */
  name: string;
  act(): void;
}

interface Notice {
  level: "info" | "error";
  text: Phrase;
  detail: string;
  actions: NoticeAction[];
}

/** What the page has to say, one notice a subject; a later word on a subject replaces the earlier one. */
export class Notices {
  readonly #place = output("notices");
  readonly #notices = new Map<string, Notice>();

  constructor() {
    onLanguage(() => this.#render());
  }

  info(subject: string, text: Phrase, actions: NoticeAction[] = []): void {
    this.#show(subject, { level: "info", text, detail: "", actions });
  }

  /** `detail`: the words of the engine, shown as they are. */
  error(subject: string, text: Phrase, detail = "", actions: NoticeAction[] = []): void {
    this.#show(subject, { level: "error", text, detail, actions });
  }

  clear(...subjects: string[]): void {
    const count = this.#notices.size;
    for (const subject of subjects) this.#notices.delete(subject);
    if (this.#notices.size !== count) this.#render();
  }

  #show(subject: string, notice: Notice): void {
    this.#notices.delete(subject);
    this.#notices.set(subject, notice);
    this.#render();
  }

  #render(): void {
    this.#place.replaceChildren(...[...this.#notices].map(([subject, notice]) => this.#element(subject, notice)));
  }

  #element(subject: string, notice: Notice): HTMLElement {
    const element = document.createElement("div");
    element.className = `notice ${notice.level}`;
    element.dataset["notice"] = subject;
    element.setAttribute("role", notice.level === "error" ? "alert" : "status");
    const words = document.createElement("p");
    words.textContent = notice.text();
    element.append(words);
    if (notice.detail !== "") {
      const detail = document.createElement("p");
      detail.className = "detail";
      detail.textContent = notice.detail;
      element.append(detail);
    }
    const dismiss: NoticeAction = { label: () => say("notice.dismiss"), name: "dismiss", act: () => {} };
    const row = document.createElement("p");
    row.className = "buttons";
    for (const { label, name, act } of [...notice.actions, dismiss]) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset["action"] = name;
      button.textContent = label();
      button.addEventListener("click", () => {
        this.clear(subject);
        act();
      });
      row.append(button);
    }
    element.append(row);
    return element;
  }
}
