/** What is drawn: points [n, 2] of all paths, one behind the other. */
export interface Scene {
  readonly points: Float64Array;
  /** First point of each path, and behind the last one all their number. */
  readonly starts: readonly number[];
  /** Of each point. */
  readonly groups: readonly number[];
  /** Half the width of the square that is seen. */
  readonly half: number;
  /** The path that is followed, and the point it has come to. */
  readonly path: number;
  readonly at: number;
  readonly label: string;
  readonly colours: readonly string[];
  readonly ink: string;
  readonly line: string;
  readonly surface: string;
}

/** Marks of the groups: they differ in shape as well as in colour. */
export const shapes = ["disc", "square", "triangle", "diamond", "cross", "ring"] as const;

/** Draws a scene into a square canvas of `size` CSS pixels. */
export function draw(context: CanvasRenderingContext2D, size: number, scene: Scene): void {
  const { points, starts, groups, half, path, at, colours, ink, line, surface } = scene;
  const scale = size / 2 / half;
  const x = (i: number): number => size / 2 + (points[2 * i] as number) * scale;
  const y = (i: number): number => size / 2 - (points[2 * i + 1] as number) * scale;
  context.clearRect(0, 0, size, size);
  context.strokeStyle = line;
  context.lineWidth = 1;
  stroke(context, [[0, size / 2], [size, size / 2]]);
  stroke(context, [[size / 2, 0], [size / 2, size]]);
  starts.slice(0, -1).forEach((start, p) => {
    const end = starts[p + 1] as number;
    const way = Array.from({ length: end - start }, (_, i): [number, number] => [x(start + i), y(start + i)]);
    context.globalAlpha = p === path ? 0.35 : 0.15;
    context.strokeStyle = ink;
    stroke(context, way);
    if (p !== path) return;
    // The last steps before the one that is shown stand out.
    context.globalAlpha = 1;
    context.lineWidth = 2;
    stroke(context, way.slice(Math.max(0, at - start - 8), at - start + 1));
    context.lineWidth = 1;
  });
  const end = starts.at(-1) ?? 0;
  for (let i = 0; i < end; i++) {
    const followed = i >= (starts[path] ?? 0) && i < (starts[path + 1] ?? 0);
    context.globalAlpha = followed && i <= at ? 1 : followed || starts.length > 2 ? 0.6 : 0.4;
    mark(context, groups[i] ?? 0, x(i), y(i), i === at ? 8 : 4, colours[groups[i] ?? 0] ?? ink);
  }
  context.globalAlpha = 1;
  if (at >= end) return;
  context.strokeStyle = ink;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x(at), y(at), 12, 0, 2 * Math.PI);
  context.stroke();
  context.font = "600 15px system-ui, sans-serif";
  context.textAlign = x(at) > size * 0.8 ? "right" : "left";
  context.textBaseline = "middle";
  const [left, top] = [x(at) + (x(at) > size * 0.8 ? -18 : 18), Math.max(10, Math.min(size - 10, y(at)))];
  context.lineWidth = 4;
  context.strokeStyle = surface;
  context.strokeText(scene.label, left, top);
  context.fillStyle = ink;
  context.fillText(scene.label, left, top);
}

function stroke(context: CanvasRenderingContext2D, way: readonly (readonly [number, number])[]): void {
  context.beginPath();
  way.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.stroke();
}

/** One point, `r` the half of its size. */
export function mark(context: CanvasRenderingContext2D, group: number, x: number, y: number, r: number, colour: string): void {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  switch (shapes[group % shapes.length]) {
    case "disc":
      context.arc(x, y, r, 0, 2 * Math.PI);
      return context.fill();
    case "ring":
      context.arc(x, y, r - 0.5, 0, 2 * Math.PI);
      return context.stroke();
    case "square":
      return context.fillRect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
    case "triangle":
      return polygon(context, [[x, y - r * 1.2], [x + r * 1.1, y + r * 0.9], [x - r * 1.1, y + r * 0.9]]);
    case "diamond":
      return polygon(context, [[x, y - r * 1.25], [x + r * 1.25, y], [x, y + r * 1.25], [x - r * 1.25, y]]);
    default:
      stroke(context, [[x - r, y - r], [x + r, y + r]]);
      stroke(context, [[x - r, y + r], [x + r, y - r]]);
  }
}

function polygon(context: CanvasRenderingContext2D, corners: readonly (readonly [number, number])[]): void {
  corners.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.closePath();
  context.fill();
}
