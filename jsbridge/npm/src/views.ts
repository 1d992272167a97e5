// All that element.js has but for an engine: for pages that load it themselves. Importing this file defines the views,
// whose types are in view/elements.ts.
import "./view/graph.js";
import "./view/loss.js";
import "./view/memory.js";
import "./view/connectivity.js";
import "./view/states.js";
import "./view/compare.js";
import "./view/heatmap.js";
import "./view/samples.js";

export { Lab } from "./lab/lab.js";
export type { LabEvents, LabState } from "./lab/lab.js";
export type { Engine, Problem } from "./lab/engine.js";
export { problemOf } from "./lab/engine.js";
export type { Network } from "./lab/network.js";
export type { Plan } from "./lab/plan.js";
export { bounds, defaults, live } from "./lab/settings.js";
export type { Pattern, Settings } from "./lab/settings.js";
export type { Baseline, Source, Subject } from "./lab/source.js";
export type { Looker, Shown } from "./lab/looks.js";
export type * from "./view/elements.js";
export { defined } from "./view/define.js";
import "./view/check.js";
import "./view/confusion.js";
import "./view/forecast.js";
