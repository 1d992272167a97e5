import { lines } from "../data.js";
import { rootMeanSquare, type Task } from "../figures.js";
import { forecastError, type Window } from "./forecast.js";

const [WINDOW, AHEAD, YEAR, TEST, VALIDATION] = [104, 13, 52, 260, 156];

/** Weeks without a measurement lie on the line between their neighbours. */
function filled(cells: readonly string[]): number[] {
  const known = cells.flatMap((cell, i) => (cell === "" ? [] : [i]));
  return cells.map((cell, i) => {
    if (cell !== "") return Number(cell);
    const after = known.find((k) => k > i) as number;
    const before = known[known.indexOf(after) - 1] as number;
    return Number(cells[before]) + ((Number(cells[after]) - Number(cells[before])) * (i - before)) / (after - before);
  });
}

const co2 = filled(lines("co2.csv").slice(1).map((line) => line.split(",")[1] ?? ""));

/** The level rises from year to year, so the network reads changes: over a week, and against the year before. */
const windows: Window[] = [];
for (let now = WINDOW + YEAR - 1; now + AHEAD < co2.length; now++) {
  const level = co2[now] as number;
  const read = Array.from({ length: WINDOW }, (_, t) => now - WINDOW + 1 + t).map((i) => [(co2[i] as number) - (co2[i - 1] as number), ((co2[i] as number) - level) / 4, ((co2[i] as number) - (co2[i - YEAR] as number) - 1.3) / 2]);
  const truth = co2[now + AHEAD] as number;
  windows.push({ read, target: (truth - level) / 3, truth, value: (answer) => level + 3 * answer });
}

export const task: Task = {
  name: "co2",
  async run(say) {
    const test = windows.slice(-TEST);
    const early = windows.slice(0, -TEST - AHEAD); // no target of them lies in the test
    const error = await forecastError(
      { train: early.slice(0, -VALIDATION - AHEAD), validation: early.slice(-VALIDATION), test },
      {
        layers: [{ cell: "gru", hidden: 32 }],
        options: { batch: 64, epochs: 30, optimizer: { name: "adam", learningRate: 3e-3, clipNorm: 1, schedule: { name: "cosine", steps: 780 } }, validation: { every: 26 }, earlyStopping: { patience: 10 } },
        seeds: [1, 2, 3],
      },
      say,
    );
    const from = co2.length - TEST;
    const errors = (forecast: (target: number) => number) => rootMeanSquare(test.map(({ truth }, i) => forecast(from + i) - truth));
    const at = (i: number) => co2[i] as number;
    const persistence = errors((target) => at(target - AHEAD));
    const seasonal = errors((target) => at(target - YEAR));
    return {
      task: "CO2 at Mauna Loa, 13 weeks ahead",
      how: "mean of three GRUs of 32 (seeds 1–3) that read 104 weeks of changes; Adam 3e-3, cosine, 30 epochs; stopped by three years held out",
      on: "the last five years, 1997–2001",
      figures: [
        { what: "root mean square error", value: error, unit: "ppm", atMost: Math.min(persistence, seasonal) },
        { what: "persistence: as now", value: persistence, unit: "ppm" },
        { what: "seasonal persistence: as a year before the week in question", value: seasonal, unit: "ppm" },
        { what: "last year's change, from now on", value: errors((target) => at(target - AHEAD) + at(target - YEAR) - at(target - AHEAD - YEAR)), unit: "ppm" },
      ],
    };
  },
};
