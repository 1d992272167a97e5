import { lines } from "../data.js";
import { rootMeanSquare, type Task } from "../figures.js";
import { forecastError, type Window } from "./forecast.js";

const WINDOW = 33; // three cycles
const PERIOD = 11;
const TEST = 60;
const spots = lines("sunspots.csv").slice(1).map((line) => Number(line.split(",")[1]));

/** A number of spots spreads as its square root grows: that is what the network reads and says. */
const scaled = (count: number): number => (Math.sqrt(count) - 6.5) / 3;

const windows: Window[] = spots.slice(WINDOW).map((truth, i) => ({
  read: spots.slice(i, i + WINDOW).map((count) => [scaled(count)]),
  target: scaled(truth),
  truth,
  value: (answer) => Math.max(0, 3 * answer + 6.5) ** 2,
}));

export const task: Task = {
  name: "sunspots",
  async run(say) {
    const test = windows.slice(-TEST);
    const error = await forecastError(
      { train: windows.slice(0, -TEST - 30), validation: windows.slice(-TEST - 30, -TEST), test },
      {
        layers: [{ cell: "gru", hidden: 16 }],
        options: { batch: 32, epochs: 150, optimizer: { name: "adamw", learningRate: 5e-3, clipNorm: 1 }, validation: { every: 6 }, earlyStopping: { patience: 30 } },
        seeds: [1, 2, 3, 4, 5],
      },
      say,
    );
    const first = spots.length - TEST;
    const persistence = rootMeanSquare(test.map(({ truth }, i) => (spots[first + i - 1] as number) - truth));
    const seasonal = rootMeanSquare(test.map(({ truth }, i) => (spots[first + i - PERIOD] as number) - truth));
    return {
      task: "Sunspots, one year ahead",
      how: "mean of five GRUs of 16 (seeds 1–5) that read 33 years as square roots; AdamW 5e-3; stopped by 30 years held out",
      on: "the last 60 years, 1949–2008",
      figures: [
        { what: "root mean square error", value: error, unit: "spots", atMost: Math.min(persistence, seasonal) },
        { what: "persistence: as the year before", value: persistence, unit: "spots" },
        { what: "seasonal persistence: as eleven years before", value: seasonal, unit: "spots" },
      ],
    };
  },
};
