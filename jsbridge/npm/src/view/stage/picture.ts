import type { Values } from "../language.js";
import { guess, type Kind, type Picture, type Place } from "./drawing.js";
import { visible } from "./example.js";
import { figure } from "./figure.js";
import { type Box, layoutOf } from "./layout.js";
import { type Layer, layerOf, layersOf, symbolOf } from "./net.js";
import { norm, type Scene } from "./scene.js";
import type { Stage } from "./stage.js";

type Say = (key: string, values?: Values) => string;

/** How the visitor wants the stage to be seen. */
export interface Sight {
  readonly width: number;
  /** 0 folded … 1 unfolded. */
  readonly open: number;
  readonly numbers: boolean;
  readonly place: Place | undefined;
  readonly stop: Place | undefined;
  readonly kind: Kind | undefined;
  readonly say: Say;
}

export interface Arranged {
  readonly picture: Picture;
  /** The layer whose parameters the bars are of. */
  readonly layer: Layer;
  readonly summary: string;
}

/** The picture of what stands on the stage. */
export function arranged(stage: Stage, { width, open, numbers, place, stop, kind, say }: Sight): Arranged | undefined {
  const { scene, window, player, flows } = stage;
  if (scene === undefined) return undefined;
  const { net, nodes, steps, freeRunning } = scene;
  const last = window.from + window.count - 1;
  const layout = layoutOf({ net, nodes, has: (node, t) => scene.has(node, t), freeRunning, steps, ...window, open, width, numbers, units: (node) => scene.values(node, last).length });
  const front = open < 1 && net.pattern !== "last" && place !== undefined ? place.t : last;
  const first = nodes.find((node) => node.startsWith("h_")) as string;
  const picture: Picture = {
    scene, layout, open, numbers, front, kind, selected: place, side: player.side,
    stop: open < 0.5 ? { node: stop?.node ?? first, t: front, unit: 0 } : (stop ?? { node: first, t: window.from, unit: 0 }),
    reached: (side, node, t) => player.reached(side, node, t), flow: (edge, side) => flows.share(edge, side), label: (box) => labelOf(scene, box, numbers ? 3 : 2, say),
  };
  const layer = (place && layerOf(net, place.node)) ?? (layersOf(net)[0] as Layer);
  return { picture, layer, summary: summaryOf(scene, first, say) };
}

/** What a node is and holds, in words; what is written in it is among them, to as many places. */
function labelOf(scene: Scene, { node, t }: Box, places: number, say: Say): string {
  const name = `${symbolOf(scene.net, node)}(${t + 1})`;
  const token = node === "x" || node === "y" ? scene.token(node, t) : undefined;
  if (token !== undefined) return `${name}: ${visible((node === "x" ? scene.example.inputNames : scene.example.outputNames)[token] ?? String(token))}`;
  const [values, gradient] = [scene.values(node, t), scene.gradient(node, t)];
  if (values.length <= 4) return `${name}: ${Array.from(values, (value) => figure(value, places)).join(node === "y" ? " " : ", ")}${gradient ? `; ${say("gradient")} ${Array.from(gradient, (value) => figure(value)).join(", ")}` : ""}`;
  if (node === "p" && scene.net.loss === "classes") {
    const { best, chance } = guess(scene, t);
    return `${name}: ${visible(scene.example.outputNames[best] ?? String(best))} ${Math.round(chance * 100)} %; ${say("norms", { value: figure(norm(values)), gradient: figure(norm(gradient ?? [])) })}`;
  }
  return `${name}: ${say("norms", { value: figure(norm(values)), gradient: figure(norm(gradient ?? [])) })}`;
}

function summaryOf(scene: Scene, node: string, say: Say): string {
  const { net, steps, example } = scene;
  const layer = layerOf(net, node) as Layer;
  const tokens = Array.from({ length: Math.min(steps, 40) }, (_, t) => scene.token("x", t)).map((token) => (token === undefined ? "" : (example.inputNames[token] ?? `${token} `)));
  return say("summary", {
    cell: layer.cell.toUpperCase(), steps, input: tokens.join("") || "x", loss: figure(scene.loss), first: figure(norm(scene.gradient(node, 0) ?? [])), last: figure(norm(scene.gradient(node, steps - 1) ?? [])),
  });
}
