/** What the environment asks of a run. */
export interface Settings {
  /** Sections: W1 … W7, product, functions, scaling, memory, page. */
  readonly only: ReadonlySet<string>;
  readonly rounds: number;
  /** Per subject and round. */
  readonly seconds: number;
  readonly hosts: ReadonlySet<"node" | "chromium">;
  readonly peers: ReadonlySet<string>;
}

export const sections = ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "product", "functions", "scaling", "memory", "page"] as const;
export const peers = ["tfjs", "brain", "onnxruntime", "torch", "c"] as const;

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const rounds = number(environment, "ROUNDS", 5);
  if (!Number.isInteger(rounds)) throw new Error(`ROUNDS is ${rounds}, want a whole number`);
  const [nodeOnly, chromiumOnly] = [environment["NODE_ONLY"] === "1", environment["CHROMIUM_ONLY"] === "1"];
  if (nodeOnly && chromiumOnly) throw new Error("NODE_ONLY and CHROMIUM_ONLY exclude each other");
  return {
    only: list(environment, "ONLY", sections),
    rounds,
    seconds: number(environment, "SECONDS", 0.4),
    hosts: new Set(nodeOnly ? (["node"] as const) : chromiumOnly ? (["chromium"] as const) : (["node", "chromium"] as const)),
    peers: list(environment, "PEERS", peers),
  };
}

function number(environment: NodeJS.ProcessEnv, name: string, byDefault: number): number {
  const value = Number(environment[name] || byDefault);
  if (!(value > 0 && value < Infinity)) throw new Error(`${name} is ${environment[name]}, want a number above 0`);
  return value;
}

/** Absent: all; "none": none. */
function list(environment: NodeJS.ProcessEnv, name: string, known: readonly string[]): ReadonlySet<string> {
  const asked = environment[name];
  if (!asked) return new Set(known);
  const wanted = asked === "none" ? [] : asked.split(",").map((part) => part.trim());
  const stranger = wanted.find((part) => !known.includes(part));
  if (stranger !== undefined) throw new Error(`${name} has ${JSON.stringify(stranger)}, want some of ${known.join(",")}`);
  return new Set(wanted);
}
