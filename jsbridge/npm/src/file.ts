import { Lexicon, makeVocabulary } from "./dataset/lexicon.js";
import type { TextUnit } from "./dataset/types.js";
import { UnfoldError, describe } from "./errors.js";
import { isA, kindOf } from "./options.js";
import { copyView } from "./sanitise.js";
import type { ModelConfig } from "./types.js";
import type { Vocabularies, Vocabulary } from "./vocabulary.js";
import { TargetVocabulary } from "./vocabulary.js";

// What a saved model's metadata says beside what the engine keeps there.
const CONFIG = "rnn.config";
const VOCABULARY = "rnn.vocab";
// Of targets, without id 0, the end mark or the blank.
const TARGET = "rnn.target.vocab";
const UNITS: readonly string[] = ["char", "byte", "word"];

/** The bytes of a file in any of the shapes in which one comes; a copy of its own. */
export async function readFile(file: unknown): Promise<Uint8Array> {
  const where = "loadModel";
  if (ArrayBuffer.isView(file)) return copyView(new Uint8Array(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength), where) as Uint8Array;
  try {
    if (isA(file, ArrayBuffer)) return new Uint8Array(file.slice(0));
    if (typeof Response === "function" && isA(file, Response)) return await readResponse(file, where);
    if (typeof Blob === "function" && isA(file, Blob)) return new Uint8Array(await file.arrayBuffer());
  } catch (thrown) {
    if (thrown instanceof UnfoldError) throw thrown;
    throw new UnfoldError("FORMAT", `${where}: the file cannot be read (${describe(thrown)}); the bytes of a model file are wanted`, { cause: thrown });
  }
  throw new UnfoldError("CONFIG", `${where}: the file is ${kindOf(file)}; a Uint8Array, ArrayBuffer, Blob or Response is wanted`);
}

async function readResponse(response: Response, where: string): Promise<Uint8Array> {
  if (response.bodyUsed) throw new UnfoldError("STATE", `${where}: the body of the response has been read before; one that nobody has read is wanted, or a clone() of it`);
  if (!response.ok) throw new UnfoldError("FORMAT", `${where}: ${response.url || "the response"} answered ${response.status}; a model file is wanted`);
  return new Uint8Array(await response.arrayBuffer());
}

/** What save() adds to the file. */
export function writeMetadata(config: ModelConfig, known: Vocabularies): Record<string, string> {
  return { [CONFIG]: JSON.stringify(config), ...writeVocabulary(VOCABULARY, known.vocabulary), ...writeVocabulary(TARGET, known.targets?.base) };
}

function writeVocabulary(key: string, vocabulary: Vocabulary | undefined): Record<string, string> {
  if (!vocabulary) return {};
  const lexicon = vocabulary instanceof Lexicon ? vocabulary : undefined;
  return {
    [key]: JSON.stringify(vocabulary.symbols),
    [`${key}.unit`]: lexicon?.textUnit ?? vocabulary.unit,
    ...(lexicon?.unknown !== undefined && { [`${key}.unknown`]: String(lexicon.unknown) }),
  };
}

/** What save() had added. The engine checks the config. */
export function readMetadata(metadata: Record<string, string>): { config: unknown; known: Vocabularies } {
  const text = (key: string): string | undefined => (Object.hasOwn(metadata, key) ? metadata[key] : undefined);
  const config = text(CONFIG);
  if (config === undefined) {
    throw new UnfoldError("FORMAT", `loadModel: the file has no ${CONFIG}; it was not written by save(). createModel() and setWeights() take tensors of other origin`);
  }
  const targets = readVocabulary(TARGET, text);
  return { config: parse(CONFIG, config), known: { vocabulary: readVocabulary(VOCABULARY, text), targets: targets && new TargetVocabulary(targets) } };
}

function parse(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new UnfoldError("FORMAT", `loadModel: the file's ${key} is not JSON (${describe(thrown)})`, { cause: thrown });
  }
}

function readVocabulary(key: string, text: (key: string) => string | undefined): Vocabulary | undefined {
  const symbols = text(key);
  const unit = text(`${key}.unit`);
  const unknown = text(`${key}.unknown`);
  if (symbols === undefined) return undefined;
  const list = parse(key, symbols);
  const id = unknown === undefined ? undefined : Number(unknown);
  const fits = Array.isArray(list) && list.every((symbol) => typeof symbol === "string") && unit !== undefined && UNITS.includes(unit) &&
    (id === undefined || (Number.isInteger(id) && id >= 0 && id < list.length));
  if (!fits) throw new UnfoldError("FORMAT", `loadModel: the file's ${key}, ${key}.unit and ${key}.unknown do not make a vocabulary`);
  return makeVocabulary(unit as TextUnit, list as string[], id);
}
