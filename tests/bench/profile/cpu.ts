import { Session } from "node:inspector/promises";

/** Shares of the samples that V8's profiler takes, which add up to 1. */
export interface Shares {
  readonly kernels: number;
  readonly go: number;
  readonly javascript: number;
  /** Collecting garbage, and code of the host itself. */
  readonly rest: number;
  /** Shares of kernels by name, the largest first. */
  readonly byKernel: readonly (readonly [name: string, share: number])[];
}

/**
 * Samples `work`, as `node --cpu-prof` does. The kernels' module is the one with functions of their names; a function without
 * a name in it counts for the kernel that called it.
 */
export async function sample(kernels: ReadonlySet<string>, work: () => Promise<unknown>): Promise<Shares> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  await work();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();

  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const callers = new Map(profile.nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  const isWasm = (url: string) => url.startsWith("wasm:");
  const modules = new Set(profile.nodes.map(({ callFrame }) => callFrame).filter(({ url, functionName }) => isWasm(url) && kernels.has(functionName)).map(({ url }) => url));
  const kernelOf = (id: number | undefined): string => {
    for (let at = id; at !== undefined; at = callers.get(at)) {
      const name = nodes.get(at)?.callFrame.functionName ?? "";
      if (kernels.has(name)) return name;
    }
    return "(unknown)";
  };

  const named = new Map<string, number>();
  const sums = { kernels: 0, go: 0, javascript: 0, rest: 0 };
  for (const id of profile.samples ?? []) {
    const { functionName = "", url = "" } = nodes.get(id)?.callFrame ?? {};
    if (functionName === "(idle)") continue;
    if (modules.has(url)) {
      const name = kernelOf(id);
      named.set(name, (named.get(name) ?? 0) + 1);
      sums.kernels++;
    } else if (isWasm(url)) sums.go++;
    else if (url !== "") sums.javascript++;
    else sums.rest++;
  }
  const counted = sums.kernels + sums.go + sums.javascript + sums.rest;
  const share = (count: number) => count / counted;
  const byKernel = [...named].sort((a, b) => b[1] - a[1]).map(([name, count]) => [name, share(count)] as const);
  return { kernels: share(sums.kernels), go: share(sums.go), javascript: share(sums.javascript), rest: share(sums.rest), byKernel };
}
