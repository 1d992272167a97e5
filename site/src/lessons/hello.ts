import type { Act } from "./lesson.js";

/** The graph shows the network that learns "hello", with every number. */
export const hello: Act = ({ graph }) => {
  if (graph === undefined) return;
  graph.mode = "hello";
  graph.showAll();
};
