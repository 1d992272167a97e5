import { Controls, defaultTemperature, defaults } from "./controls.js";
import { Figures } from "./figures.js";
import { action, output, select, write } from "./hooks.js";
import { currentLanguage, formatRate, onLanguage, preferredLanguage, say, setLanguage, translatePage } from "./language.js";
import { type NoticeAction, Notices } from "./notices.js";
import { dropOldTexts, forgetText, keepText, keptText } from "./persist.js";
import { countWeights, usual } from "./plan.js";
import { Sampler } from "./sampler.js";
import { Samples } from "./samples.js";
import type { Kind } from "./source.js";
import { TextPanel } from "./text-panel.js";
import { startTheme } from "./theme.js";
import { type Problem, type Run, Trainer, type TrainerState, problemOf } from "./trainer.js";

// A text that takes longer than this to be ready is announced.
const patienceMs = 250;

setLanguage(preferredLanguage(location.search, navigator.languages));
const notices = new Notices();
guardPage();
onLanguage(() => translatePage(document));

const figures = new Figures();
const samples = new Samples();
const trainer = new Trainer(
  { state: showState, run: begin, progress, baselines: (baselines) => figures.setBaselines(baselines), failed, refused },
  defaults.learningRate,
);
const sampler = new Sampler(
  trainer,
  {
    wrote: (sample) => {
      notices.clear("sample");
      samples.add(sample);
    },
    skipped: (characters) => {
      skipped = characters;
      showSkipped();
    },
    failed: (message) => notices.error("sample", () => say("sample.failed", { message })),
  },
  defaultTemperature,
);
const controls = new Controls({
  learningRate: (rate) => trainer.setLearningRate(rate),
  network: (settings) => {
    const { text } = trainer;
    return text === undefined ? Promise.resolve(true) : restart(() => trainer.begin(text, settings));
  },
  temperature: (value) => {
    sampler.temperature = value;
    sampler.ask();
  },
  prompt: (text) => {
    sampler.prompt = text;
    sampler.ask();
  },
});
const panel = new TextPanel(notices, train, () => trainer.lacksText());
let skipped: string[] = [];

onLanguage(showSkipped);
onLanguage(() => showState(trainer.state));
onLanguage(showEngine);
startTheme(() => figures.restyle());
chooseLanguage();
action("reset").addEventListener("click", () => void (trainer.text === undefined ? resume() : restart(() => trainer.reset())));
toggle().addEventListener("click", () => {
  if (trainer.state === "training") trainer.pause();
  else void resume();
});
void open();

/** The person's text from before a reload, said so; else the novel. */
async function open(): Promise<void> {
  void dropOldTexts();
  const kept = await keptText();
  if (kept === null) {
    await panel.choose("austen");
    return;
  }
  const forget: NoticeAction = { label: () => say("notice.forget"), name: "forget-text", act: () => void forgetOwn() };
  const stands = panel.own(kept);
  notices.info("restored", () => say("notice.restored"), [forget]);
  if (!(await stands) && trainer.current === undefined && trainer.state !== "error") await panel.choose("austen");
}

async function forgetOwn(): Promise<void> {
  await forgetText();
  panel.forget();
  await panel.choose("austen");
}

async function train(text: string, kind: Kind): Promise<boolean> {
  if (kind === "own") void keepText(text);
  return restart(() => trainer.begin(text, controls.settings));
}

/** Something that makes a new network, with a word when it takes long. */
async function restart(make: () => Promise<boolean>): Promise<boolean> {
  notices.clear("refused");
  const slow = setTimeout(() => notices.info("preparing", () => say("notice.preparing")), patienceMs);
  try {
    return await make();
  } finally {
    clearTimeout(slow);
    notices.clear("preparing");
  }
}

async function resume(): Promise<void> {
  notices.clear("failed");
  if (trainer.text === undefined) {
    await panel.choose("austen");
    return;
  }
  await restart(async () => {
    await trainer.resume();
    return true;
  });
}

function begin(run: Run): void {
  notices.clear("failed", "refused", "plan", "sample");
  figures.begin();
  samples.begin();
  sampler.begin(run);
  panel.show(run);
  showEngine();
  const { batch, steps, reason } = run.plan;
  if (reason === "short") {
    const values = { batch, steps, usualBatch: usual.batch, usualSteps: usual.steps };
    notices.info("plan", () => say("notice.short", values));
  }
}

function progress(latest: Parameters<Figures["add"]>[0]): void {
  figures.add(latest);
  sampler.tick(latest.step, figures.loss);
}

function failed({ code, message }: Problem): void {
  const again: NoticeAction = { label: () => say("notice.tryAgain"), name: "try-again", act: () => void resume() };
  const over: NoticeAction = { label: () => say("notice.restart"), name: "start-over", act: () => void resume() };
  if (code === "NUMERIC") {
    const rate = formatRate(trainer.learningRate);
    const calmer = Math.min(defaults.learningRate, trainer.learningRate / 10);
    const back: NoticeAction = {
      label: () => say("notice.rateBack", { rate: formatRate(calmer) }),
      name: "rate-back",
      act: () => {
        controls.setLearningRate(calmer);
        void resume();
      },
    };
    notices.error("failed", () => say("notice.numeric", { rate }), message, [back]);
  } else if (code === "ENGINE") {
    notices.error("failed", () => say("notice.engine"), message, [over]);
  } else if (code === "MEMORY") {
    notices.error("failed", () => say("notice.memory", { message }), "", [over]);
  } else if (code === "ONE_TOKEN") {
    notices.error("failed", () => say("notice.same"));
  } else {
    notices.error("failed", () => say("notice.boot", { message }), "", [again]);
  }
}

function refused({ code, message }: Problem): void {
  if (code === "ONE_TOKEN") notices.error("refused", () => say("notice.same"));
  else if (code === "MEMORY") notices.error("refused", () => say("notice.memory", { message }));
  else notices.error("refused", () => say("notice.refused", { message }));
}

/** One button pauses and resumes; its hook says which. */
function toggle(): HTMLButtonElement {
  return document.querySelector('[data-action="pause"].strong') ? action("pause") : action("resume");
}

function showState(state: TrainerState): void {
  document.body.dataset["state"] = state;
  write(output("state"), say(`state.${state}`));
  const button = toggle();
  const pausing = state === "training" || state === "loading";
  button.dataset["action"] = pausing ? "pause" : "resume";
  write(button, say(pausing ? "bar.pause" : "bar.resume"));
  button.disabled = state === "loading";
  action("reset").disabled = state === "loading";
}

function showEngine(): void {
  const run = trainer.current;
  if (run === undefined) return;
  const { settings, plan } = run;
  const { runtime } = run.model;
  const count = countWeights({ ...settings, tokens: run.data.tokens });
  write(output("weights"), say("settings.weights", { count, steps: plan.steps }));
  const where = say(`engine.${runtime.mode}`, { reason: runtime.reason ?? "" });
  write(output("engine"), say(`engine.${runtime.kernels}`, { where }));
}

function showSkipped(): void {
  write(output("prompt-note"), skipped.length === 0 ? "" : say("sample.skipped", { characters: skipped.join(" ") }));
}

function chooseLanguage(): void {
  const control = select("language");
  control.value = currentLanguage();
  control.addEventListener("change", () => {
    const url = new URL(location.href);
    url.searchParams.set("lang", control.value);
    history.replaceState(null, "", url);
    setLanguage(control.value === "zh" ? "zh" : "en");
  });
}

/** What nobody caught is shown; the page goes on. */
function guardPage(): void {
  const show = (thrown: unknown): void => {
    const { message } = problemOf(thrown);
    notices.error("page", () => say("notice.page", { message }));
  };
  window.addEventListener("error", (event) => show(event.error ?? event.message));
  window.addEventListener("unhandledrejection", (event) => show(event.reason));
}
