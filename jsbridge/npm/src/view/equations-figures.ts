import type { Net } from "./stage/net.js";
import type { Side } from "./stage/wave.js";

/** A part of an equation; `term` is what it is called when it is to light up. */
export interface Part {
  readonly text: string;
  readonly term?: string;
}

export interface Equation {
  /** As Formula.equation names it. */
  readonly id: string;
  readonly side: Side;
  readonly parts: readonly Part[];
}

/** `b + {W|W h(t−1)} + …`: what stands in braces has the name of a term. */
function parse(side: Side, id: string, text: string): Equation {
  const parts = [...text.matchAll(/\{(\w+)\|([^}]*)\}|[^{]+/g)].map(([all, term, inside]): Part => (term === undefined ? { text: all } : { text: inside as string, term }));
  return { id, side, parts };
}

/** The equations of a network, forward and backward, in the order in which they are computed. D = diag(1 - h²) of a tanh layer. */
export function equationsOf(net: Net, freeRunning = false): Equation[] {
  return [...forwardOf(net, freeRunning), ...backwardOf(net, freeRunning)];
}

const affine = (mark: string, state: string, x = "x(t)"): string => `{b|b${mark}} + {W|W${mark} ${state}} + {U|U${mark} ${x}}`;

function forwardOf(net: Net, freeRunning: boolean): Equation[] {
  const layer = net.levels[0]?.[0];
  const equation = (id: string, text: string): Equation => parse("forward", id, text);
  const list: Equation[] = [];
  const f = layer?.relu ? "relu" : "tanh";
  const two = (net.levels[0]?.length ?? 1) > 1;
  const reads = net.embedded ? "e(t)" : "x(t)";
  if (net.embedded) list.push(equation("e", "e(t) = E x(t)"));
  if (layer?.cell === "rnn") {
    const before = net.pattern === "output" ? (freeRunning ? "ŷ(t−1)" : "y(t−1)") : "h(t−1)";
    list.push(equation("a", `a(t) = ${affine("", before, reads)}`), equation("h", `h(t) = ${f} a(t)`));
    if (two) list.push(equation("a", `a′(t) = ${affine("′", "g(t+1)", reads)}`), equation("h", `g(t) = ${f} a′(t)`));
  } else if (layer?.cell === "lstm") {
    for (const gate of ["i", "f"]) list.push(equation(gate, `${gate}(t) = σ(${affine(`_${gate}`, "h(t−1)", reads)})`));
    list.push(equation("g", `g(t) = tanh(${affine("_g", "h(t−1)", reads)})`), equation("q", `q(t) = σ(${affine("_q", "h(t−1)", reads)})`));
    list.push(equation("c", "c(t) = f(t) ⊙ c(t−1) + i(t) ⊙ g(t)"), equation("h", "h(t) = q(t) ⊙ tanh c(t)"));
  } else {
    for (const gate of ["r", "z"]) list.push(equation(gate, `${gate}(t) = σ(${affine(`_${gate}`, "h(t−1)", reads)})`));
    list.push(equation("n", `n(t) = tanh({b|b_n} + {U|U_n ${reads}} + r(t) ⊙ ({W|W_n h(t−1)} + {b|b′_n}))`), equation("h", "h(t) = (1 − z(t)) ⊙ n(t) + z(t) ⊙ h(t−1)"));
  }
  const at = net.pattern === "last" ? "" : "(t)";
  list.push(equation("o", `o${at} = {c|c} + {V|V ${stateOf(net)}}`));
  if (net.loss !== "values") list.push(equation("p", `ŷ${at} = ${net.loss === "classes" ? "softmax" : "σ"} o${at}`));
  const mean = net.pattern === "last" ? "" : "1/T Σₜ ";
  const loss = { classes: net.pattern === "last" ? "−log ŷ[y]" : "−log ŷ(t)[y(t)]", values: `mean (o${at} − y${at})²`, labels: `mean of −y${at} log ŷ${at} − (1 − y${at}) log(1 − ŷ${at})` }[net.loss];
  list.push(equation("L", `L = ${mean}${loss}`));
  return list;
}

/** What the head reads. */
function stateOf({ pattern, levels }: Net): string {
  const two = (levels[0]?.length ?? 1) > 1;
  return pattern === "last" ? (two ? "[h(T), g(1)]" : "h(T)") : two ? "[h(t), g(t)]" : "h(t)";
}

function backwardOf(net: Net, freeRunning: boolean): Equation[] {
  const layer = net.levels[0]?.[0];
  const equation = (id: string, text: string): Equation => parse("backward", id, text);
  const last = net.pattern === "last";
  const two = (net.levels[0]?.length ?? 1) > 1;
  const at = last ? "" : "(t)";
  const terms = `${last ? "" : "T"}${net.loss === "classes" ? "" : `${last ? "" : "·"}O`}`;
  const over = terms && ` / ${terms.length > 1 ? `(${terms})` : terms}`;
  const said = net.loss === "values" ? "o" : "ŷ";
  const wanted = net.loss === "classes" ? `1_y${at}` : `y${at}`;
  const direct = `${net.loss === "values" ? "2 " : ""}(${said}${at} − ${wanted})${over}`;
  const list: Equation[] = [];
  if (net.pattern === "output") {
    list.push(equation("do", `dL/do(t) = ${direct}${freeRunning ? ` + {W|J(t) Wᵀ da(t+1)}` : ""}`), equation("dhT", "dL/dh(t) = {V|Vᵀ dL/do(t)}"));
  } else {
    const [Vh, Vg] = two ? ["V_hᵀ", "V_gᵀ"] : ["Vᵀ", ""];
    list.push(equation("do", `dL/do${at} = ${direct}`), equation("dhT", `dL/dh(T) = {V|${Vh} dL/do${last ? "" : "(T)"}}`));
    if (two) list.push(equation("dhT", `dL/dg(1) = {V|${Vg} dL/do${last ? "" : "(1)"}}`));
    const above = last ? "" : ` + {V|${Vh} dL/do(t)}`;
    const own = layer?.cell === "gru" ? "z(t+1) ⊙ dL/dh(t+1) + " : "";
    list.push(equation("dh", `dL/dh(t) = ${own}{W|Wᵀ da(t+1)}${above}`));
    if (two) list.push(equation("dh", `dL/dg(t) = ${own}{W|W′ᵀ da′(t−1)}${last ? "" : ` + {V|${Vg} dL/do(t)}`}`));
  }
  if (layer?.cell === "lstm") {
    list.push(
      equation("dcell", "dL/dc(t) = dL/dh(t) ⊙ q(t) ⊙ (1 − tanh² c(t)) + f(t+1) ⊙ dL/dc(t+1)"),
      equation("da", "da = (dc ⊙ g ⊙ i(1−i), dc ⊙ c(t−1) ⊙ f(1−f), dc ⊙ i ⊙ (1−g²), dh ⊙ tanh c ⊙ q(1−q))"),
    );
  } else if (layer?.cell === "gru") {
    list.push(
      equation("da", "dn = dL/dh ⊙ (1−z) ⊙ (1−n²), dz = dL/dh ⊙ (h(t−1) − n) ⊙ z(1−z), dr = dn ⊙ (W_n h(t−1) + b′_n) ⊙ r(1−r)"),
      equation("da", "da = (dr, dz, dn); on the way to h(t−1): (dr, dz, dn ⊙ r)"),
    );
  } else {
    list.push(equation("da", layer?.relu ? "da(t) = [a(t) > 0] ⊙ dL/dh(t)" : "da(t) = D(t) dL/dh(t), D(t) = diag(1 − h(t)²)"));
  }
  list.push(equation("dx", `dL/d${net.embedded ? "e" : "x"}(t) = {U|Uᵀ da(t)}`));
  const before = net.pattern === "output" ? (freeRunning ? "ŷ(t−1)" : "y(t−1)") : "h(t−1)";
  list.push(
    equation("dc", last ? "dL/dc = {c|dL/do}" : "dL/dc = {c|Σₜ dL/do(t)}"), equation("db", "dL/db = {b|Σₜ da(t)}"),
    equation("dV", `dL/dV = {V|${last ? "dL/do" : "Σₜ dL/do(t)"} ${stateOf(net)}ᵀ}`),
    equation("dW", `dL/dW = {W|Σₜ da(t) ${before}ᵀ}`), equation("dU", `dL/dU = {U|Σₜ da(t) ${net.embedded ? "e" : "x"}(t)ᵀ}`),
  );
  return list;
}

/** What is to light up when a node is looked at, or the weights of a kind. */
export interface Lit {
  readonly equations: ReadonlySet<string>;
  readonly term: string | undefined;
}

export const nothingLit: Lit = { equations: new Set(), term: undefined };

/** Whether a part of an equation is to light up by itself: its term is looked at, in any equation. */
export const isLit = ({ term }: Part, lit: Lit): boolean => term !== undefined && term === lit.term;

/** Splits text into single letters, which are written slanted, also behind the d of a gradient, and all the rest; `_x` after a letter is an index. */
export function letters(text: string): { text: string; kind: "letter" | "index" | "plain" }[] {
  return [...text.matchAll(/_(\w)|[A-Za-zŷ]+|[^_A-Za-zŷ]+/gu)].map(([all, index]) => (index === undefined ? { text: all, kind: /^d?[A-Za-zŷ]$/u.test(all) ? "letter" : "plain" } : { text: index, kind: "index" }));
}
