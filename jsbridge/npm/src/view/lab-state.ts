// The names that links of the page have, as the attributes that they stand for.
const names: Record<string, string> = { h: "hidden", T: "seq-len", b: "batch" };

/** "#v=1&data=names&h=64" as attributes by name. What it does not know it leaves out. */
export function stateOf(text: string | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text?.replace(/^#/, "") ?? "")) {
    if (name !== "v") found.set(names[name] ?? name, value);
  }
  return found;
}
