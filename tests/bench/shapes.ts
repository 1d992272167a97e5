/** The products that training W1 to W4 meets, from the walk that core/cell takes. */
import { type Network, type Workload, workloads } from "./workloads.js";

export interface Shape {
  /** multiply: A [m, k] · P [k, n], P packed before. gradient: C += Aᵀ B for A [k, m], B [k, n], both packed on the way. */
  readonly kind: "multiply" | "gradient";
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** Where it is met, e.g. "W1 recurrence". */
  readonly uses: readonly string[];
  /** Share of the peak that is aimed at. */
  readonly atLeast: number;
}

/** Share of the peak that every shape is to reach. */
export const everyShape = 0.7;

type Product = Omit<Shape, "uses" | "atLeast">;
const multiply = (m: number, k: number, n: number): Product => ({ kind: "multiply", m, k, n });
const gradient = (m: number, k: number, n: number): Product => ({ kind: "gradient", m, k, n });

/** G·H. */
const width = { rnn: 1, gru: 3, lstm: 4 } as const;

function productsOf({ cell, hidden: H, layers, bidirectional, input, classes: O, readout, batch: B, steps: T }: Network): [string, Product][] {
  const [GH, rows] = [width[cell] * H, B * T];
  const below = bidirectional ? 2 * H : H;
  const answers = readout === "every" ? rows : B;
  const list: [string, Product][] = [
    ["recurrence", multiply(B, H, GH)],
    ["recurrence backward", multiply(B, GH, H)],
    ["recurrent weights", gradient(GH, rows, H)],
    ["head", multiply(answers, below, O)],
    ["head backward", multiply(answers, O, below)],
    ["head weights", gradient(O, answers, below)],
  ];
  if ("features" in input) list.push(["input", multiply(rows, input.features, GH)], ["input weights", gradient(GH, rows, input.features)]);
  if (layers > 1) list.push(["upper input", multiply(rows, below, GH)], ["upper input backward", multiply(rows, GH, below)], ["upper input weights", gradient(GH, rows, below)]);
  return list;
}

export const nameOf = ({ kind, m, k, n }: Product): string => (kind === "multiply" ? `[${m} ${k}]·[${k} ${n}]` : `[${k} ${m}]ᵀ·[${k} ${n}]`);

/** Every shape once. */
export function trainingShapes(of: readonly Workload[] = workloads.filter(({ task }) => task === "train")): Shape[] {
  const shapes = new Map<string, Shape>();
  for (const { name, network } of of) {
    for (const [use, product] of productsOf(network)) {
      const uses = [...(shapes.get(nameOf(product))?.uses ?? []), `${name} ${use}`];
      shapes.set(nameOf(product), { ...product, uses, atLeast: nameOf(product) === "[32 256]·[256 1024]" ? 0.85 : everyShape });
    }
  }
  return [...shapes.values()];
}
