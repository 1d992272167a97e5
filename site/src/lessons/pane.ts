import type { Lab } from "unfold-rnn/views";
import { output } from "../hooks.js";
import { currentLanguage, onLanguage, say } from "../language.js";
import type { Panels } from "../panels.js";
import { lessons } from "./all.js";
import { type LessonId, lessonIds } from "./ids.js";
import type { Act, Both, CheckFigure, CompareFigure, GraphFigure, Lesson, MemoryFigure, Question, Scene } from "./lesson.js";

const inWords = (both: Both): string => both[currentLanguage() === "en" ? 0 : 1];

/** Where a lesson is read: prose that moves the figures, a question before the answer, the way on. */
export class LessonPane {
  readonly #place = output("lesson");
  #lesson: Lesson | undefined;
  #answer: number | undefined;
  readonly #scene: Scene;

  constructor(lab: Lab, private readonly panels: Panels) {
    const figure = <F>(panel: string): F | undefined => panels.view(panel) as F | undefined;
    this.#scene = {
      lab,
      view: (panel) => panels.view(panel),
      get graph() { return figure<GraphFigure>("stage"); },
      get memory() { return figure<MemoryFigure>("memory"); },
      get compare() { return figure<CompareFigure>("compare"); },
      get check() { return figure<CheckFigure>("check"); },
    };
    onLanguage(() => this.#render());
  }

  get id(): LessonId | undefined {
    return this.#lesson?.id;
  }

  /** Opens a lesson, or the page as it is without one. */
  open(id: LessonId | undefined): void {
    const lesson = id && lessons[id];
    if (lesson === this.#lesson) return;
    const { graph } = this.#scene;
    if (graph !== undefined) graph.mode = "lab";
    this.#lesson = lesson;
    this.#answer = undefined;
    this.panels.focus(lesson?.panels);
    this.#render();
    if (lesson === undefined) return;
    this.panels.openTabOf(lesson.panels[0] as string);
    this.#place.scrollIntoView({ block: "nearest" });
    if (lesson.begin !== undefined) this.#do(lesson.begin);
  }

  /** A figure that refuses keeps the page going: views say themselves what they cannot. */
  #do(act: Act): void {
    void Promise.resolve(act(this.#scene)).catch((thrown: unknown) => reportError(thrown));
  }

  #render(): void {
    const lesson = this.#lesson;
    document.body.toggleAttribute("data-lesson", lesson !== undefined);
    this.#place.hidden = lesson === undefined;
    for (const link of document.querySelectorAll<HTMLAnchorElement>(".lessons a")) {
      if (link.hash === `#lesson=${lesson?.id ?? ""}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (lesson === undefined) {
      this.#place.replaceChildren();
      return;
    }
    const at = lessonIds.indexOf(lesson.id);
    const title = element("h2", inWords(lesson.title));
    title.id = "lesson-title";
    const count = element("p", say("lesson.count", { at: at + 1, of: lessonIds.length }));
    count.className = "note";
    const onward = document.createElement("p");
    onward.className = "buttons";
    const [before, next] = [lessonIds[at - 1], lessonIds[at + 1]];
    onward.append(
      ...(before ? [link(before, say("lesson.before", { title: inWords(lessons[before].title) }))] : []),
      ...(next ? [link(next, say("lesson.next", { title: inWords(lessons[next].title) }))] : []),
      link(undefined, say("lesson.leave")),
    );
    this.#place.replaceChildren(count, title, ...lesson.prose.map((text) => this.#paragraph(inWords(text), lesson)), this.#question(lesson.question), onward);
  }

  /** `[words](name)` becomes a button; all else is text. */
  #paragraph(text: string, { acts }: Lesson): HTMLElement {
    const paragraph = document.createElement("p");
    let from = 0;
    for (const found of text.matchAll(/\[([^\]]+)\]\((\w+)\)/g)) {
      const [whole, words = "", name = ""] = found;
      const act = acts[name];
      if (act === undefined) throw new Error(`BUG: no act is called ${name}`);
      const button = element("button", words) as HTMLButtonElement;
      button.type = "button";
      button.className = "act";
      button.addEventListener("click", () => this.#do(act));
      paragraph.append(text.slice(from, found.index), button);
      from = found.index + whole.length;
    }
    paragraph.append(text.slice(from));
    return paragraph;
  }

  #question({ ask, options, right, reveal, act }: Question): HTMLElement {
    const field = document.createElement("fieldset");
    const legend = element("legend", `${say("lesson.question")} ${inWords(ask)}`);
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    const tell = (): void => {
      if (this.#answer === undefined) return;
      said.textContent = `${say(this.#answer === right ? "lesson.right" : "lesson.wrong")} ${inWords(reveal)}`;
    };
    field.append(legend, ...options.map((option, i) => {
      const label = document.createElement("label");
      const radio = document.createElement("input");
      Object.assign(radio, { type: "radio", name: "answer", value: String(i), checked: this.#answer === i });
      radio.addEventListener("change", () => {
        this.#answer = i;
        tell();
        if (act !== undefined) this.#do(act);
      });
      label.append(radio, ` ${inWords(option)}`);
      return label;
    }), said);
    tell();
    return field;
  }
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** To a lesson, or to the page without one: an address, so that Back comes here again. */
function link(id: LessonId | undefined, text: string): HTMLAnchorElement {
  const made = element("a", text) as HTMLAnchorElement;
  made.href = id === undefined ? "#v=1&data=austen" : `#lesson=${id}`;
  return made;
}
