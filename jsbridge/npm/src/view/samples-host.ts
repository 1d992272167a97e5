import type { Values } from "./language.js";

/** What the parts of a view need of it. */
export interface Host {
  requestUpdate(): void;
  say(key: string, values?: Values): string;
  number(value: number, options?: Intl.NumberFormatOptions): string;
}
