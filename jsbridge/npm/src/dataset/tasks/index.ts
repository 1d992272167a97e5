/** Synthetic tasks of the literature, drawn by seed. */
export { addingTask } from "./adding.js";
export { copyTask } from "./copy.js";
export { parityTask } from "./parity.js";
export { embeddedReber, reberGrammar } from "./reber.js";
