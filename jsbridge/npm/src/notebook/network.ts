import { UnfoldError } from "../errors.js";
import type { CreateModel, LoadModel, Model, ModelConfig, TextDataset, TextDatasetOptions, TokenDataset } from "../types.js";
import type { WidgetModel } from "./afm.js";
import { readTensors } from "./tensors.js";
import type { Source } from "./traits.js";
import { readBytes, readConfig, readSource } from "./traits.js";

/** What a widget needs of the package. */
export interface Engine {
  createModel: CreateModel;
  loadModel: LoadModel;
  textDataset(text: string, options: TextDatasetOptions): Promise<TextDataset>;
}

/** Ids of a widget without text: the end is held out, as textDataset() does it. */
function idDataset({ ids, tokens, validation }: Source): TokenDataset {
  if (ids.length < 2) throw new UnfoldError("RANGE", `the widget has no text and ${ids.length} ids; a text or at least 2 ids are wanted`);
  const held = Math.min(Math.floor(ids.length * validation), ids.length - 2);
  const cut = ids.length - (held < 2 ? 0 : held);
  return { kind: "stream", tokens, ids: ids.subarray(0, cut), validationIds: ids.subarray(cut) };
}

/** The network of a widget and what it reads, made when they are first asked for, and anew when the widget asks for others. */
export class Network {
  readonly #engine: Engine;
  readonly #widget: WidgetModel;
  #made: { key: string; model: Model; data: TokenDataset | TextDataset } | undefined;
  #data: { source: Source; data: TokenDataset | TextDataset } | undefined;

  constructor(engine: Engine, widget: WidgetModel) {
    this.#engine = engine;
    this.#widget = widget;
  }

  /** The model there is. */
  get model(): Model | undefined {
    return this.#made?.model;
  }

  /** `fresh`: it was made now, from the seed. */
  async get(): Promise<{ model: Model; data: TokenDataset | TextDataset; fresh: boolean }> {
    const data = await this.#dataset();
    const config = readConfig(this.#widget, data);
    const key = JSON.stringify(config);
    const made = this.#made;
    const sameWords = !made || made.data === data || JSON.stringify(made.data.vocabulary) === JSON.stringify(data.vocabulary);
    if (made?.key === key && sameWords) {
      made.data = data;
      return { model: made.model, data, fresh: false };
    }
    await this.drop();
    const { model, fresh } = await this.#make(config, key, sameWords);
    this.#made = { key, model, data };
    return { model, data, fresh };
  }

  /** Weights that the kernel sent; a network that is yet to be made takes them then. */
  async load(): Promise<void> {
    if (this.#made) await this.#made.model.setWeights(readTensors(readBytes(this.#widget, "_load")));
  }

  async write(prompt: string | readonly number[], options: { length: number; temperature: number; seed: number; topK?: number; topP?: number }): Promise<{ text?: string; ids: number[] }> {
    const { model, data } = await this.get();
    const ids: number[] = [];
    for await (const { token } of model.generate({ ...(prompt.length > 0 && { prompt: encode(prompt, data) }), ...options })) ids.push(token);
    return "decode" in data ? { text: data.decode(ids), ids } : { ids };
  }

  async drop(): Promise<void> {
    const made = this.#made;
    this.#made = undefined;
    await made?.model.dispose();
  }

  async #dataset(): Promise<TokenDataset | TextDataset> {
    const source = readSource(this.#widget);
    const known = this.#data;
    if (known && same(known.source, source)) return known.data;
    const { text, unit, validation } = source;
    const data = text === "" ? idDataset(source) : await this.#engine.textDataset(text, { unit, validation });
    this.#data = { source, data };
    return data;
  }

  /** A tab that was loaded again goes on with the weights that the kernel holds, if they are this network's. */
  async #make(config: ModelConfig, key: string, sameWords: boolean): Promise<{ model: Model; fresh: boolean }> {
    const held = sameWords ? readBytes(this.#widget, "weights") : new Uint8Array(0);
    if (held.length > 0) {
      const model = await this.#engine.loadModel(held);
      if (JSON.stringify(model.config) === key) return { model, fresh: false };
      await model.dispose();
    }
    const model = await this.#engine.createModel(config);
    const load = readBytes(this.#widget, "_load");
    if (load.length > 0) {
      try {
        await model.setWeights(readTensors(load));
      } catch (thrown) {
        await model.dispose();
        throw thrown;
      }
    }
    return { model, fresh: true };
  }
}

function encode(prompt: string | readonly number[], data: TokenDataset | TextDataset): Int32Array {
  if (typeof prompt !== "string") return Int32Array.from(prompt);
  if ("encode" in data) return data.encode(prompt);
  throw new UnfoldError("CONFIG", `prompt: ${JSON.stringify(prompt.slice(0, 64))} came; the widget was given ids and no text, so a list of ids is wanted`);
}

function same(a: Source, b: Source): boolean {
  return a.text === b.text && a.unit === b.unit && a.validation === b.validation && a.tokens === b.tokens && a.ids.length === b.ids.length &&
    a.ids.every((id, i) => id === b.ids[i]);
}
