import { select } from "./hooks.js";
import { recall, store } from "./persist.js";

const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

/** The colours that a person chose, else the system's, kept for later visits. */
export function startTheme(): void {
  const control = select("theme");
  const apply = (theme: Theme): void => {
    control.value = theme;
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  };
  const kept = recall(localStore, "theme");
  apply(themes.find((theme) => theme === kept) ?? "system");
  control.addEventListener("change", () => {
    apply(control.value as Theme);
    store(localStore, "theme", control.value);
  });
}

const localStore = (): Storage => localStorage;
