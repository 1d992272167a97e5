import type { Lab, ViewElement } from "unfold-rnn/views";
import type { LessonId } from "./ids.js";

export type Both = readonly [en: string, zh: string];

/** What lessons do with the figures. */
export interface GraphFigure {
  mode: "lab" | "hello";
  columns: number;
  fold(folded?: boolean): Promise<void>;
  play(which?: "forward" | "backward" | "both"): Promise<void>;
  step(what?: "time" | "number"): void;
  showAll(): void;
  select(place: { node: string; t: number } | undefined): void;
}
export interface MemoryFigure {
  radius: number;
  clip: boolean;
}
export interface CompareFigure {
  a: { cell?: "rnn" | "gru" | "lstm" };
  b: { cell?: "rnn" | "gru" | "lstm" };
  start(): Promise<void>;
}
export interface CheckFigure {
  run(): Promise<void>;
}

/** The figures that a lesson moves. A view that is not on the page is undefined: the prose stands without it. */
export interface Scene {
  readonly lab: Lab;
  readonly graph: GraphFigure | undefined;
  readonly memory: MemoryFigure | undefined;
  readonly compare: CompareFigure | undefined;
  readonly check: CheckFigure | undefined;
  view(panel: string): ViewElement | undefined;
}

export type Act = (scene: Scene) => unknown;

/** A question to be answered before what is true is shown. */
export interface Question {
  readonly ask: Both;
  readonly options: readonly Both[];
  /** Index of the right one. */
  readonly right: number;
  readonly reveal: Both;
  /** Shows it in the figure. */
  readonly act?: Act;
}

export interface Lesson {
  readonly id: LessonId;
  readonly title: Both;
  /** The network of the lesson, as an address has it. */
  readonly state: string;
  readonly panels: readonly string[];
  /** Paragraphs; `[words](name)` in them is a button that does `acts[name]`. */
  readonly prose: readonly Both[];
  readonly acts: Readonly<Record<string, Act>>;
  readonly question: Question;
  /** When the lesson opens. */
  readonly begin?: Act;
}
