import type { AnalysisSource } from "./compile.js";

/** The analysis program from analysis.js beside this file, by an import that every bundler follows. script/load-analysis.ts stands in for it in a classic script. */
export async function loadAnalysis(): Promise<AnalysisSource> {
  const { packed, sha256 } = await import("../analysis.js");
  return { kind: "inside", packed, sha256 };
}
