import type { Model } from "../types.js";
import { type Detector, detect } from "./detectors.js";
import { bestOfUnits, bestOfDetectors, Correlator, type Find } from "./detectors-correlation.js";
import { batchOf, endToEnd, type Piece, stretchOf } from "./heatmap-passage.js";

/** A state over a sample of the data, and what of the text its units go with. */
export interface Survey {
  readonly state: string;
  readonly step: number;
  readonly width: number;
  readonly marks: readonly string[];
  /** Tokens of each stretch; they sum to N. */
  readonly lengths: readonly number[];
  /** [N, H]. */
  readonly values: Float32Array;
  readonly detectors: readonly Detector[];
  /** Every unit's best detector, and every detector's best unit, the strongest first. */
  readonly units: readonly Find[];
  readonly named: readonly Find[];
}

/** The part of a survey that is the same for every network on the data. */
export interface Ground {
  readonly pieces: readonly Piece[];
  readonly marks: readonly string[];
  readonly detectors: readonly Detector[];
}

export function groundOf(pieces: readonly Piece[]): Ground {
  const stretches = pieces.map(stretchOf);
  return { pieces, marks: stretches.flatMap(({ marks }) => marks), detectors: detect(stretches) };
}

// So many products in a row hold a page up for some milliseconds.
const products = 1 << 20;

/** Has the network read all pieces at once, and correlates; `pause` lets others have the thread in between. */
export async function survey(model: Model, step: number, state: string, { pieces, marks, detectors }: Ground, pause: () => Promise<void>): Promise<Survey | undefined> {
  const { activations } = await model.inspect(batchOf(pieces), "activations");
  const tensor = activations?.[state];
  if (tensor === undefined) return undefined;
  const width = tensor.shape[2] as number;
  const values = endToEnd(tensor, pieces);
  const correlator = new Correlator(values, width, detectors);
  const atOnce = Math.max(1, Math.floor(products / (marks.length * (detectors.length + 2))));
  while (correlator.advance(atOnce)) await pause();
  return {
    state, step, width, marks, lengths: pieces.map(({ ids, warm }) => ids.length - warm), values, detectors,
    units: bestOfUnits(correlator.r, width), named: bestOfDetectors(correlator.r, width),
  };
}
