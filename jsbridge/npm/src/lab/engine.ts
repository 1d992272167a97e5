import type { ErrorCode, UnfoldError } from "../errors.js";
import type {
  CreateModel, LoadModel, SequenceDataset, SequenceOptions, Example, SeriesDataset, SeriesOptions, SeriesSource, TaskDataset, TextDataset, TextDatasetOptions,
} from "../types.js";
import type { AddingOptions, CopyOptions, ParityOptions, ReberOptions } from "../types.js";

/** What a lab needs of the package: `unfold-rnn` and `unfold-rnn/external` both are one. */
export interface Engine {
  readonly createModel: CreateModel;
  readonly loadModel: LoadModel;
  textDataset(text: string, options: TextDatasetOptions): Promise<TextDataset>;
  seriesDataset(source: SeriesSource, options: SeriesOptions): Promise<SeriesDataset>;
  sequenceDataset(examples: readonly Example[], options: SequenceOptions): Promise<SequenceDataset>;
  readonly tasks: {
    copyTask(options: CopyOptions): Promise<TaskDataset>;
    addingTask(options: AddingOptions): Promise<TaskDataset>;
    parityTask(options: ParityOptions): Promise<TaskDataset>;
    embeddedReber(options?: ReberOptions): Promise<TaskDataset>;
  };
  readonly UnfoldError: new (code: ErrorCode, message: string, options?: { cause?: unknown }) => UnfoldError;
}

/** What went wrong, as it is shown: the package's code, or `PAGE` for what is not the package's. */
export interface Problem {
  readonly code: ErrorCode | "PAGE";
  readonly message: string;
}

/** Any thrown value as a problem. Told by its shape: the error may come from another copy of the package. */
export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof Error)) return { code: "PAGE", message: String(thrown) };
  const { code } = thrown as { code?: unknown };
  if (thrown.name === "UnfoldError" && typeof code === "string") return { code: code as ErrorCode, message: thrown.message };
  return { code: "PAGE", message: thrown.name === "Error" ? thrown.message : `${thrown.name}: ${thrown.message}` };
}
