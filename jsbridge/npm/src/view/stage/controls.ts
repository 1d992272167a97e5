import { html, nothing, type TemplateResult } from "lit";

type Say = (key: string, values?: Record<string, string | number>) => string;

/** What the toolbar shows and does. */
export interface Controlled {
  readonly folded: boolean;
  readonly playing: boolean;
  /** A wave is under way or stands still. */
  readonly partial: boolean;
  readonly columns: number;
  readonly hello: boolean;
  readonly kind: string | undefined;
  readonly text: string;
  readonly jordan: boolean;
  readonly freeRunning: boolean;
  /** Which of the sequence's steps are columns, when not all are. */
  readonly window: { readonly from: number; readonly count: number; readonly steps: number } | undefined;
  fold(): void;
  play(): void;
  stop(): void;
  step(what: "time" | "number"): void;
  all(): void;
  setColumns(count: number): void;
  setText(text: string): void;
  setFree(free: boolean): void;
  setFrom(from: number): void;
  another(): void;
  toggleHello(): void;
}

const valueOf = (event: Event): string => (event.target as HTMLInputElement).value;

export function controls(c: Controlled, say: Say): TemplateResult {
  return html`<div class="row" part="toolbar" role="toolbar" aria-label=${say("name")}>
      <button class="primary" data-do="fold" @click=${() => c.fold()}>${say(c.folded ? "unfold" : "fold")}</button>
      <button data-do="play" title=${say("playTitle")} @click=${() => (c.playing ? c.stop() : c.play())}>${c.playing ? "■" : "▶"} ${say(c.playing ? "stop" : "play")}</button>
      <button data-do="step" title=${say("stepTitle")} @click=${() => c.step("time")}>${say("step")}</button>
      <button data-do="number" title=${say("slowTitle")} @click=${() => c.step("number")}>${say("slow")}</button>
      <button data-do="all" title=${say("allTitle")} ?disabled=${!c.partial} @click=${() => c.all()}>${say("all")}</button>
      ${c.hello ? nothing : html`<label>${say("columns", { count: c.columns })} <input type="range" data-do="columns" min="3" max="12" step="1" .value=${String(c.columns)} @input=${(event: Event) => c.setColumns(Number(valueOf(event)))}></label>`}
      <button data-do="hello" aria-pressed=${c.hello} @click=${() => c.toggleHello()}>${say(c.hello ? "back" : "hello")}</button>
    </div>
    ${c.hello ? nothing : html`<div class="row">
      ${c.kind === "text" ? html`<label>${say("passage")} <input type="text" data-do="text" maxlength="200" placeholder=${say("passageHint")} .value=${c.text} @change=${(event: Event) => c.setText(valueOf(event))}></label>` : nothing}
      ${c.kind === undefined || (c.kind === "text" && c.text) ? nothing : html`<button data-do="another" @click=${() => c.another()}>${say("another")}</button>`}
      ${c.window === undefined ? nothing : html`<label>${say("from", { from: c.window.from + 1, to: c.window.from + c.window.count, steps: c.window.steps })}
        <input type="range" data-do="from" min="0" max=${c.window.steps - c.window.count} step="1" .value=${String(c.window.from)} @input=${(event: Event) => c.setFrom(Number(valueOf(event)))}></label>`}
      ${c.jordan ? html`<label class="check"><input type="checkbox" data-do="free" .checked=${c.freeRunning} @change=${(event: Event) => c.setFree((event.target as HTMLInputElement).checked)}> ${say("free")}</label>` : nothing}
    </div>`}`;
}

/** The controls of the "hello" network. */
export function helloControls(state: { step: number; loss: string; hidden: number; rate: number; ready: boolean }, act: { train(times: number): void; restart(): void; setRate(rate: number): void }, say: Say): TemplateResult {
  return html`<div class="row">
    <button class="primary" data-do="train" ?disabled=${!state.ready} @click=${() => act.train(1)}>${say("train")}</button>
    <button data-do="train-more" ?disabled=${!state.ready} @click=${() => act.train(50)}>${say("trainMore")}</button>
    <button data-do="restart" ?disabled=${!state.ready} @click=${() => act.restart()}>${say("restart")}</button>
    <label>η <input type="number" data-do="rate" min="0.01" max="5" step="0.1" .value=${String(state.rate)} @change=${(event: Event) => act.setRate(Number(valueOf(event)))}></label>
    <span class="note" role="status">${say("helloNote", { step: state.step, loss: state.loss, hidden: state.hidden, rate: state.rate })}</span>
  </div>`;
}
