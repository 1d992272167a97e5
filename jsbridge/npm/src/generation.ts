import type { Order } from "./engine/protocol.js";
import { UnfoldError } from "./errors.js";
import { Flow } from "./flow.js";
import type { Sink } from "./runtime/runtime.js";
import { aborted, onAbort } from "./signal.js";
import type { Generated } from "./types.js";
import type { Vocabulary } from "./vocabulary.js";

/** What a generation needs of its model. */
export interface GenerationSource {
  /** The model's vocabulary, once a run that has just begun has handed it over. */
  vocabulary(): Promise<Vocabulary | undefined>;
  open(options: Record<string, unknown>, sink: Sink): (order: Order) => void;
  hold(): void;
  drop(): void;
}
/** Sanitised options; the prompt still as it came. */
export interface GenerationRequest {
  prompt: string | ArrayLike<number> | undefined;
  stop: string | ArrayLike<number> | undefined;
  options: Record<string, unknown>;
  signal: AbortSignal | undefined;
}

interface Group {
  tokens: Int32Array;
  probabilities: Float32Array;
}

/** Ids as the engine wants them: whole numbers become an Int32Array; it names what is not. */
function toIds(prompt: ArrayLike<number>): ArrayLike<number> {
  if (prompt instanceof Int32Array) return prompt;
  const ids = Int32Array.from(prompt);
  return ids.every((id, i) => id === prompt[i]) ? ids : prompt;
}

function encode(name: "prompt" | "stop", value: string | ArrayLike<number> | undefined, vocabulary: Vocabulary | undefined): ArrayLike<number> | undefined {
  if (value === undefined || value.length === 0) return undefined;
  if (typeof value !== "string") return toIds(value);
  if (!vocabulary) {
    throw new UnfoldError("STATE", `model.generate: ${name} is text, but this model has no vocabulary; token ids are wanted, or training on a textDataset first`);
  }
  return vocabulary.encode(value, `model.generate: ${name}`);
}

/** Starts when the first token is asked for; ends in the engine when the loop is left. */
export async function* generate(source: GenerationSource, request: GenerationRequest): AsyncGenerator<Generated, undefined> {
  const { signal } = request;
  if (signal?.aborted) throw aborted("model.generate", signal);
  const vocabulary = await source.vocabulary();
  const prompt = encode("prompt", request.prompt, vocabulary);
  const stop = encode("stop", request.stop, vocabulary);
  const text = vocabulary?.stream();
  // A prompt may end in the middle of a character of several bytes.
  if (text && prompt && vocabulary?.unit === "byte") for (const token of Array.from(prompt)) text.push(token);

  let command: (order: Order) => void = () => {};
  const flow = new Flow<Group>(() => command({ op: "credit", count: 1 }));
  command = source.open({ ...request.options, ...(prompt && { prompt }), ...(stop && { stop }) }, {
    started: () => {},
    batch: (reply) => {
      if (reply.type === "tokens") flow.push(reply);
    },
    ended: (reason) => {
      if (reason === "disposed") flow.fail(new UnfoldError("STATE", "model.generate: the model was disposed of"));
      else flow.end();
    },
    failed: (error) => flow.fail(error),
  });
  const offAbort = onAbort(signal, () => flow.fail(aborted("model.generate", signal as AbortSignal), true));
  try {
    for (;;) {
      const group = await nextGroup(flow, source);
      if (!group) return undefined;
      for (let i = 0; i < group.tokens.length; i++) {
        if (signal?.aborted) throw aborted("model.generate", signal);
        const token = group.tokens[i] as number;
        const probability = group.probabilities[i] as number;
        yield text ? { token, text: text.push(token), probability } : { token, probability };
      }
      flow.taken();
    }
  } finally {
    offAbort();
    command({ op: "stop" });
  }
}

async function nextGroup(flow: Flow<Group>, source: GenerationSource): Promise<Group | undefined> {
  if (flow.empty) {
    source.hold();
    try {
      while (flow.empty) await flow.arrival();
    } finally {
      source.drop();
    }
  }
  return flow.peek();
}
