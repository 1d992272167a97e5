/// <reference path="../assets.d.ts" />
// Small data that `<unfold-lab data="…">` has in itself; build.ts cuts them from site/data, whose LICENSES.md says whose they are.
export { austen, names, sunspots } from "unfold:data";
