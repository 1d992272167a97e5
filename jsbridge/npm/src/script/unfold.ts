// unfold.iife.js: all that is public as the global `Unfold`, and the elements.
export * from "../index.js";
export * from "../element.js";
