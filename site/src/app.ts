import * as engine from "unfold-rnn/external";
import { defaults, Lab, problemOf, type Settings } from "unfold-rnn/views";
import { Address } from "./address.js";
import { Bar } from "./bar.js";
import { Choice } from "./choice.js";
import { settingsFor } from "./data/catalogue.js";
import { DataPanel } from "./data-panel.js";
import { Figures } from "./figures.js";
import { select } from "./hooks.js";
import { currentLanguage, type Language, onLanguage, preferredLanguage, say, setLanguage, translatePage } from "./language.js";
import { startKeys } from "./keys.js";
import type { LessonPane } from "./lessons/pane.js";
import { ModelPanel } from "./model-panel.js";
import { type NoticeAction, Notices } from "./notices.js";
import { keepOffline } from "./offline/register.js";
import { OwnPanel } from "./own-panel.js";
import { Panels } from "./panels.js";
import { dropOldTexts, forgetText, keptText } from "./persist.js";
import { guardPage, tellProblems } from "./problems.js";
import { ShareDialog } from "./share/dialog.js";
import { startTheme } from "./theme.js";
import { packText, textDigest, unpackText } from "./url/packing.js";
import { type BadValue, type PageState, parseState, writeState } from "./url/state.js";

const arrival = parseState(location.hash);
let language: Language | undefined = arrival.state.lang;
let hidden = arrival.state.hide;
let lessons: LessonPane | undefined;
/** A link to a text that it does not have: who brings the same text comes to the same step. */
let awaited: { sha: string; state: PageState } | undefined;

setLanguage(language ?? preferredLanguage(location.search, navigator.languages));
const notices = new Notices();
guardPage(notices, problemOf);
onLanguage(() => translatePage(document));

const lab = new Lab(engine, { ...defaults, ...settingsFor(arrival.state.data) });
lab.warm();
new Figures(lab);
const choice = new Choice(lab, notices, () => dataPanel?.show());
const deliberate = (stands: Promise<boolean>): void => void stands.then((stood) => stood && address.push());
const dataPanel: DataPanel | undefined = new DataPanel(lab, choice, deliberate);
const ownPanel = new OwnPanel(choice, notices, (stands) => deliberate(stands.then(async (stood) => (stood && (await meetAwaited()), stood))));
new ModelPanel(lab, change);
const bar = new Bar(lab, { restart: () => void restart() });
const panels = new Panels(lab);
const address = new Address(current, (state, bad) => void go(state, bad, true));
tellProblems(lab, notices, () => void restart());
startTheme();
new ShareDialog(lab, engine.version, link);
startKeys(lab, bar);
keepOffline(lab);
chooseLanguage();
panels.hide(hidden);
void begin();

/** What the page is now. */
function current(): PageState {
  return { ...choice.wanted, settings: { ...lab.settings }, hide: hidden, ...(lessons?.id && { lesson: lessons.id }), ...(language && { lang: language }) };
}

/** The address of what is shown, at its step; with the person's own text, or what tells it. */
async function link(): Promise<string> {
  const state = { ...current(), step: lab.shown?.step ?? 0 };
  const { own } = choice;
  if (state.data !== "own" || own === undefined) return address.link(state);
  const text = await packText(own.text);
  if (text !== undefined) return address.link({ ...state, text, ...(own.source.kind !== "text" && { name: own.name.slice(-80) }) });
  const sha = await textDigest(own.text);
  return address.link({ ...state, ...(sha && { sha }), length: own.text.length });
}

async function change(changes: Partial<Settings>): Promise<boolean> {
  const taken = await choice.wait(() => lab.change(changes));
  if (taken) address[Object.keys(changes).every((name) => name === "learningRate" || name === "clipNorm") ? "replace" : "push"]();
  return taken;
}

function restart(): Promise<boolean> {
  const { data, lag } = choice.wanted;
  if (lab.network !== undefined) return choice.wait(() => lab.reset());
  return choice.pick(data, { lag, settings: lab.settings });
}

/** The first network: what the address says, else the person's own from before a reload, else the novel. */
async function begin(): Promise<void> {
  void dropOldTexts();
  const asked = matchMedia("(prefers-reduced-motion: reduce)").matches || (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
  const waits = asked || document.hidden;
  if (waits) bar.offerStart();
  // A tab that was opened behind another begins when somebody looks.
  if (waits && !asked) document.addEventListener("visibilitychange", () => lab.step === 0 && lab.play(arrival.state.step), { once: true });
  const kept = arrival.said ? null : await keptText();
  if (kept === null) {
    await go(arrival.state, arrival.bad, !waits);
  } else {
    const forget: NoticeAction = { label: () => say("notice.forget"), name: "forget-text", act: () => void forgetOwn() };
    const stands = await choice.bring(kept.name, kept.text, { play: !waits });
    ownPanel.show(kept.text);
    address.replace();
    notices.info("restored", () => say("notice.restored"), [forget]);
    if (!stands && lab.network === undefined) await choice.pick("austen", { play: !waits });
  }
}

/** Goes where an address points. */
async function go(asked: PageState, bad: readonly BadValue[], play: boolean): Promise<void> {
  const state = await lessonOf(asked);
  notices.clear("address");
  if (bad.length > 0) notices.error("address", () => say("notice.address", { values: bad.map(({ key, value, wanted }) => `${key}=${value} (${wanted})`).join("; ") }));
  hidden = state.hide;
  panels.hide(hidden);
  if (state.lang !== undefined && state.lang !== currentLanguage()) setLanguage((language = state.lang));
  await open(state, play);
  if (state.panel !== undefined) panels.reveal(state.panel);
}

/** The lesson that an address names, if any, with its own network unless the address has one. */
async function lessonOf(asked: PageState): Promise<PageState> {
  if (asked.lesson === undefined) {
    lessons?.open(undefined);
    return asked;
  }
  const [{ LessonPane }, { lessons: all }] = await Promise.all([import("./lessons/pane.js"), import("./lessons/all.js")]);
  lessons ??= new LessonPane(lab, panels);
  lessons.open(asked.lesson);
  return asked.bare ? { ...parseState(all[asked.lesson].state).state, ...(asked.lang && { lang: asked.lang }), hide: asked.hide, lesson: asked.lesson } : asked;
}

async function open(state: PageState, play: boolean): Promise<void> {
  const { settings, step } = state;
  const until = step ?? play;
  if (state.data !== "own") {
    if (step === undefined && lab.network !== undefined && writeState({ ...current(), hide: [] }) === writeState({ ...state, hide: [], ...(language && { lang: language }) })) return;
    await choice.pick(state.data, { lag: state.lag, settings, play: until === 0 ? false : until });
    return;
  }
  const text = state.text === undefined ? undefined : await unpackText(state.text);
  if (text !== undefined) {
    await choice.bring(state.name ?? say("own.name"), text, { settings, play: until });
    ownPanel.show(text);
    return;
  }
  if (state.sha !== undefined) {
    awaited = { sha: state.sha, state };
    notices.info("awaited", () => say("notice.awaited", { length: state.length ?? NaN }));
  } else if (choice.own !== undefined) {
    await choice.pick("own", { settings, play: until });
    return;
  } else {
    const kept = await keptText();
    if (kept !== null && (await choice.bring(kept.name, kept.text, { settings, play: until }))) return ownPanel.show(kept.text);
    notices.info("own", () => say("notice.noOwn"));
  }
  if (lab.network === undefined) await choice.pick("austen", { settings, play });
}

/** The text of a link has been brought: its settings and its step follow. Another text is told apart. */
async function meetAwaited(): Promise<void> {
  const { own } = choice;
  if (awaited === undefined || own === undefined) return;
  const { sha, state } = awaited;
  if ((await textDigest(own.text)) !== sha) {
    notices.info("awaited", () => say("notice.otherText"));
    return;
  }
  awaited = undefined;
  notices.clear("awaited");
  await choice.pick("own", { settings: state.settings, play: state.step ?? true });
}

async function forgetOwn(): Promise<void> {
  await forgetText();
  ownPanel.clear();
  choice.forget();
  deliberate(choice.pick("austen"));
}

function chooseLanguage(): void {
  const control = select("language");
  onLanguage(() => (control.value = currentLanguage()));
  control.addEventListener("change", () => {
    setLanguage((language = control.value === "zh" ? "zh" : "en"));
    address.replace();
  });
}
