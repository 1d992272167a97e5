/// <reference path="./assets.d.ts" />
// The program that looks at matrices, in a file of its own: who asks for nothing of it does not download it.
export { packed, sha256 } from "unfold:analysis";
