import type { Lab } from "../lab/lab.js";

/** What every view has. Types of the elements stand here, so that those who use them need no types of Lit. */
export interface ViewElement extends HTMLElement {
  /** What is shown; absent: the lab of the `<unfold-lab>` around, or of the one that `for` names. */
  lab: Lab | undefined;
  /** Id of the `<unfold-lab>` whose lab is shown. */
  for: string | undefined;
}

declare global {
  interface HTMLElementTagNameMap {}
}
