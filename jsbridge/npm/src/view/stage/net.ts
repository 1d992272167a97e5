import type { ModelConfig } from "../../types.js";

/** One direction of one recurrent layer. */
export interface Layer {
  /** 0 at the bottom. */
  readonly level: number;
  readonly cell: "rnn" | "gru" | "lstm";
  /** H. */
  readonly hidden: number;
  readonly relu: boolean;
  readonly reverse: boolean;
  /** As names of its tensors end: `l0`, `l0_reverse`. */
  readonly suffix: string;
}

/** What the drawing, the equations and the arithmetic need to know of a network. */
export interface Net {
  /** By level; two where it is bidirectional. */
  readonly levels: readonly (readonly Layer[])[];
  /** `output`: the Jordan network. */
  readonly pattern: "every" | "output" | "last";
  readonly loss: "classes" | "values" | "labels";
  readonly tokens: boolean;
  readonly embedded: boolean;
  /** I, or V of tokens. */
  readonly inputs: number;
  /** O. */
  readonly outputs: number;
  /** Has nothing that the formulas of the stage leave out. */
  readonly plain: boolean;
}

export function netOf(config: ModelConfig): Net {
  const { input, output } = config;
  const levels = config.layers.map((layer, level) =>
    (layer.bidirectional ? [false, true] : [false]).map((reverse): Layer => ({
      level, cell: layer.cell, hidden: layer.hidden, relu: layer.activation === "relu", reverse,
      suffix: `l${level}${reverse ? "_reverse" : ""}`,
    })),
  );
  const loss = "classes" in output ? "classes" : "values" in output ? "values" : "labels";
  return {
    levels, loss,
    pattern: config.layers.some(({ recurrence }) => recurrence === "output") ? "output" : config.readout === "last" ? "last" : "every",
    tokens: "tokens" in input,
    embedded: (config.embedding ?? 0) > 0,
    inputs: "tokens" in input ? input.tokens : input.features,
    outputs: "classes" in output ? output.classes : "values" in output ? output.values : output.labels,
    plain: config.decoder === undefined && config.loss !== "ctc" && config.initialState !== "learned"
      && config.layers.every(({ layerNorm, merge = "concat", resetAfter = true }) => !layerNorm && merge === "concat" && resetAfter),
  };
}

export const layersOf = ({ levels }: Net): Layer[] => levels.flat();

/** The layer whose state a node is; undefined for x, o and the like. */
export const layerOf = (net: Net, node: string): Layer | undefined => layersOf(net).find(({ suffix }) => node === `h_${suffix}` || node === `c_${suffix}`);

/** Nodes of a column from the bottom up. `e` is an embedding, `o` logits, `p` ŷ where it differs from o. */
export function nodesOf(net: Net): string[] {
  const states = net.levels.flatMap((level) => level.flatMap(({ cell, suffix }) => (cell === "lstm" ? [`c_${suffix}`, `h_${suffix}`] : [`h_${suffix}`])));
  return ["x", ...(net.embedded ? ["e"] : []), ...states, "o", ...(net.loss === "values" ? [] : ["p"]), "L", "y"];
}

const subscript = (level: number): string => String.fromCharCode(0x2081 + level);

/** How a node is written: h, g for a state that runs from the future, h₁ … in a stack. */
export function symbolOf(net: Net, node: string): string {
  const layer = layerOf(net, node);
  if (layer === undefined) return node === "p" ? "ŷ" : node;
  const letter = node.startsWith("c_") ? (layer.reverse ? "c′" : "c") : layer.reverse ? "g" : "h";
  return net.levels.length > 1 ? letter + subscript(layer.level) : letter;
}
