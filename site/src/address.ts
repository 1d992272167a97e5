import { type BadValue, type PageState, parseState, writeState } from "./url/state.js";

/** The page's state in the fragment of its address, which no server is told. Back and Forward go from one deliberate change to another. */
export class Address {
  /** `current`: what the page is now; `apply`: what an address asks for. */
  constructor(
    private readonly current: () => PageState,
    private readonly apply: (state: PageState, bad: readonly BadValue[]) => void,
  ) {
    window.addEventListener("popstate", () => {
      const { state, bad } = parseState(location.hash);
      this.apply(state, bad);
    });
  }

  /** A deliberate change: Back comes here again. */
  push(): void {
    this.#write("pushState");
  }

  /** A small change, or one that nobody would go back to. */
  replace(): void {
    this.#write("replaceState");
  }

  /** The address of a state. */
  link(state: PageState): string {
    const url = new URL(location.href);
    url.hash = writeState(state);
    return url.href;
  }

  #write(how: "pushState" | "replaceState"): void {
    const fragment = writeState(this.current());
    if (fragment === location.hash) return;
    try {
      history[how](null, "", fragment);
    } catch {
      // Some sandboxed frames and browsers that count changes refuse it; the page is the same.
    }
  }
}
