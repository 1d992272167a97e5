import { createModel, loadModel, textDataset } from "./index.js";
import type { WidgetModel } from "./notebook/afm.js";
import { Session } from "./notebook/session.js";
import { View } from "./notebook/view.js";

export type { WidgetModel } from "./notebook/afm.js";

const engine = { createModel, loadModel, textDataset };

/**
 * A widget for notebooks, in anywidget's front-end module format: `unfold_rnn.RNN` of the Python package is its other half. The training
 * belongs to the widget, views only show it. Both functions give what frees all that they made.
 */
export default {
  initialize({ model }: { model: WidgetModel }): () => void {
    const session = new Session(engine, model);
    return () => session.dispose();
  },
  render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
    const view = new View(model, el);
    return () => view.dispose();
  },
};
