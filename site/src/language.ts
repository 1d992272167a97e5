import { type Key, strings } from "./strings.js";

export type Language = "en" | "zh";
export type Values = Record<string, string | number>;
/** Words that are looked up when they are shown, so that they follow the language. */
export type Phrase = () => string;

const tags = { en: "en", zh: "zh-Hans" } as const;
let language: Language = "en";
const listeners: (() => void)[] = [];

/** `?lang=` when it names one of the two, else the first of the reader's languages that is one. */
export function preferredLanguage(search: string, languages: readonly string[]): Language {
  const asked = new URLSearchParams(search).get("lang")?.toLowerCase() ?? "";
  for (const tag of [asked, ...languages.map((one) => one.toLowerCase())]) {
    if (tag === "zh" || tag.startsWith("zh-")) return "zh";
    if (tag === "en" || tag.startsWith("en-")) return "en";
  }
  return "en";
}

/** A number as the present language writes it. */
export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(tags[language], options).format(value);
}

/** A learning rate and the like: three significant digits, plain where short, else with an exponent. */
export function formatRate(value: number): string {
  const plain = Number(value.toPrecision(3));
  return plain >= 1e-4 && plain < 1e5 ? String(plain) : plain.toExponential().replace("e+", "e");
}

/** The phrase in the present language, its {places} filled in. */
export function say(key: Key, values: Values = {}): string {
  const phrase: string = strings[key][language === "en" ? 0 : 1];
  return phrase.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? formatNumber(value) : value;
  });
}

export function currentLanguage(): Language {
  return language;
}

/** Calls back now and after every change of language. */
export function onLanguage(render: () => void): void {
  listeners.push(render);
  render();
}

/** Switches the whole page. */
export function setLanguage(next: Language): void {
  language = next;
  document.documentElement.lang = tags[next];
  for (const render of listeners) render();
}

/** Fills every element that names its phrase: data-i18n for the text, data-i18n-<attribute> for an attribute. */
export function translatePage(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-i18n]")) {
    element.textContent = say(element.dataset["i18n"] as Key);
  }
  for (const attribute of ["aria-label", "placeholder", "label"]) {
    for (const element of root.querySelectorAll(`[data-i18n-${attribute}]`)) {
      element.setAttribute(attribute, say(element.getAttribute(`data-i18n-${attribute}`) as Key));
    }
  }
}
