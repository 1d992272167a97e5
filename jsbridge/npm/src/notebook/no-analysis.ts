import { UnfoldError } from "../errors.js";
import type { AnalysisSource } from "../runtime/compile.js";

/** A widget asks for no components, and its file travels to the notebook with every widget: 1 MB less. build.ts puts this in place of runtime/analysis-module.ts. */
export async function loadAnalysis(): Promise<AnalysisSource> {
  throw new UnfoldError("UNSUPPORTED", "unfold-rnn/anywidget has no analysis program; unfold-rnn has it");
}
