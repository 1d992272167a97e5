/**
 * The picture that the page opens with, before any script runs: a small network, trained while the page is built, reads a few letters.
 * Nothing of it is drawn by hand; the same build draws the same picture.
 */
import { readFile } from "node:fs/promises";
import { createModel, type Tensor, textDataset } from "unfold-rnn";

const [hidden, reads] = [10, "It is a t"] as const;
const [columnWidth, cell, left, top] = [84, 17, 44, 58] as const;
const guesses = 3;

export async function drawFrame(textFile: string): Promise<string> {
  const text = await readFile(textFile, "utf8");
  const data = await textDataset(text, { unit: "char", validation: 0.1 });
  const model = await createModel(
    { input: { tokens: data.tokens }, layers: [{ cell: "rnn", hidden }], output: { classes: data.tokens }, seed: 7 },
    { worker: false, deterministic: true },
  );
  const optimizer = { name: "adam", learningRate: 0.01, clipNorm: 5 } as const;
  await model.train(data, { batch: 32, steps: 32, iterations: 600, stateful: false, optimizer });
  const inputs = data.encode(reads);
  const { activations } = await model.inspect({ inputs, shape: [1, inputs.length] }, "activations");
  await model.dispose();
  return draw([...reads], activations?.["h_l0"] as Tensor, activations?.["outputs"] as Tensor, data.vocabulary);
}

const letter = (text: string): string => ({ " ": "␣", "\n": "↵", "<": "&lt;", "&": "&amp;", ">": "&gt;", '"': "&quot;" })[text] ?? text;

function draw(characters: readonly string[], h: Tensor, outputs: Tensor, vocabulary: readonly string[]): string {
  const [H, V] = [h.shape[2] as number, outputs.shape[2] as number];
  const [width, height] = [left + characters.length * columnWidth, top + H * cell + 62];
  const columns = characters.map((character, t) => {
    const x = left + t * columnWidth;
    const units = Array.from({ length: H }, (_, k) => {
      const value = h.data[t * H + k] as number;
      return `<rect x="${x}" y="${top + k * cell}" width="34" height="${cell - 2}" rx="3" class="${value < 0 ? "neg" : "pos"}" fill-opacity="${Math.abs(value).toFixed(2)}"/>`;
    });
    const likely = Array.from({ length: V }, (_, i) => i).sort((a, b) => (outputs.data[t * V + b] as number) - (outputs.data[t * V + a] as number)).slice(0, guesses);
    const said = likely.map((i, place) => `<text x="${x + 17}" y="${16 + place * 14}" class="${place === 0 ? "best" : "other"}">${letter(vocabulary[i] as string)} ${Math.round(100 * (outputs.data[t * V + i] as number))}%</text>`);
    const middle = top + (H * cell) / 2;
    const onward = `<path d="M${x - columnWidth + 38} ${middle}H${x - 5}" class="arrow"/>`;
    return `${t > 0 ? onward : ""}<g>${units.join("")}</g><path d="M${x + 17} ${top + H * cell + 26}v-19" class="arrow"/><text x="${x + 17}" y="${top + H * cell + 48}" class="read">${letter(character)}</text>${said.join("")}`;
  });
  return `<svg class="frame" viewBox="0 0 ${width} ${height}" role="img" aria-label="A recorded picture: a network of ${H} units, unfolded over ${characters.length} letters, with its guesses for the next" data-i18n-aria-label="frame.label">
  <text x="0" y="16" class="name">ŷ</text><text x="0" y="${top + (H * cell) / 2 + 5}" class="name">h</text><text x="0" y="${top + H * cell + 48}" class="name">x</text>
  ${columns.join("\n  ")}
</svg>`;
}
