import { UnfoldError } from "../errors.js";
import { Pause } from "./pieces.js";
import type { ForecastError, SeriesBaselines } from "./types.js";

/** Rows [rows, I] in their own units, and the windows to forecast. */
export interface Forecasts {
  values: Float64Array;
  /** Of each row, the first one without a gap between them. */
  stretch: Int32Array;
  columns: readonly string[];
  /** Places of the target columns. */
  targets: readonly number[];
  scale: Float64Array;
  window: number;
  horizon: number;
  perStep: boolean;
  /** First rows of the windows. */
  starts: readonly number[];
}

/**
 * Forecasts that need no learning. For the value `ahead` steps after row t, persistence says x(t), and seasonal persistence of
 * period p says x(t + ahead - p ⌈ahead / p⌉), the latest row of the same phase that is known at t.
 */
export async function measureForecasts(forecasts: Forecasts, period: number | undefined): Promise<SeriesBaselines> {
  const persistence = await measure(forecasts, () => 0);
  if (period === undefined) return { persistence };
  const seasonal = await measure(forecasts, (ahead) => period * Math.ceil(ahead / period) - ahead);
  if (seasonal.windows === 0) {
    throw new UnfoldError("RANGE", `baselines: period is ${period}; no window of this series has so many rows without a gap before its targets`);
  }
  return { persistence, seasonal };
}

/** Errors of the forecast that the value `ahead` steps after row t is that of row t - back(ahead). */
async function measure(forecasts: Forecasts, back: (ahead: number) => number): Promise<ForecastError> {
  const { values, stretch, columns, targets, scale, window, horizon, perStep, starts } = forecasts;
  const pause = new Pause();
  const I = columns.length;
  const backs = Array.from({ length: horizon }, (_, h) => back(h + 1));
  const furthest = backs.reduce((most, one) => Math.max(most, one), 0);
  const squares = new Float64Array(targets.length);
  let windows = 0;
  let count = 0;
  for (const start of starts) {
    const first = perStep ? start : start + window - 1;
    if (first - furthest < (stretch[start] as number)) continue;
    windows++;
    for (let t = first; t < start + window; t++) {
      for (let h = 0; h < horizon; h++) {
        const from = (t - (backs[h] as number)) * I;
        const to = (t + h + 1) * I;
        targets.forEach((k, place) => {
          const error = (values[to + k] as number) - (values[from + k] as number);
          squares[place] = (squares[place] as number) + error * error;
        });
        count++;
      }
    }
    await pause.breathe();
  }
  const means = Array.from(squares, (sum) => sum / count);
  const loss = means.reduce((sum, mean, place) => sum + mean / (scale[targets[place] as number] as number) ** 2, 0) / targets.length;
  return { loss, rmse: means.map(Math.sqrt), windows };
}
