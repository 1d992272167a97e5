declare module "brain.js/dist/browser.js" {
  import type * as brain from "brain.js";
  const all: typeof brain;
  export default all;
}
