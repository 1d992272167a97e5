// The custom elements: importing this file defines them, each at the end of its own module. The engine comes from ./index.js, which
// element.js shares with whatever else on the page imports the package.
export * from "./views.js";
import "./view/lab.js";
