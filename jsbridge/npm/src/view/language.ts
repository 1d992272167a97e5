/** The languages that views speak. */
export type Language = "en" | "zh";

/** Phrases by name, English and Chinese. {name} is filled in; a number is written the way the language writes numbers. */
export type Words = Record<string, readonly [en: string, zh: string]>;
export type Values = Record<string, string | number>;

const tags = { en: "en", zh: "zh-Hans" } as const;

/** The language of the nearest element around that has a `lang`, through shadow roots. */
export function languageOf(element: Element): Language {
  let place: Node | null = element;
  while (place !== null) {
    const lang = place instanceof Element ? place.getAttribute("lang") : null;
    if (lang) return /^zh\b/i.test(lang) ? "zh" : "en";
    place = place instanceof ShadowRoot ? place.host : place.parentNode;
  }
  return "en";
}

export function phrase(language: Language, [en, zh]: readonly [string, string], values: Values = {}): string {
  return (language === "en" ? en : zh).replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? formatNumber(language, value) : value;
  });
}

const formats = new Map<string, Intl.NumberFormat>();

export function formatNumber(language: Language, value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = language + JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.NumberFormat(tags[language], options);
  formats.set(key, format);
  return format.format(value);
}

/** Calls back when the page's language changes; gives what ends that. */
export function onLanguage(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"], subtree: true });
  return () => observer.disconnect();
}
