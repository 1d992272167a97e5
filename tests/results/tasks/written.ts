import type { Model, SequenceDataset } from "unfold-rnn";

/** What a decoder writes for each text, by a beam of the given width. */
export async function written(model: Model, data: SequenceDataset, texts: readonly string[], beam: number): Promise<string[]> {
  const said: string[] = [];
  for (let first = 0; first < texts.length; first += 50) {
    const ids = texts.slice(first, first + 50).map((text) => data.encode(text));
    const steps = Math.max(...ids.map(({ length }) => length));
    const inputs = new Int32Array(ids.length * steps);
    ids.forEach((id, b) => inputs.set(id, b * steps));
    const found = await model.decode({ inputs, shape: [ids.length, steps], lengths: ids.map(({ length }) => length) }, { beam });
    said.push(...found.map(([best]) => data.decodeTarget(best?.tokens ?? [])));
  }
  return said;
}
