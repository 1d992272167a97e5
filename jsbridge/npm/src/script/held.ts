/// <reference path="../assets.d.ts" />
import version from "unfold:version";

/** What analysis.iife.js leaves for unfold.iife.js. */
export interface AnalysisProgram {
  packed: string;
  sha256: string;
}

// Two scripts of a page share its global object and nothing else; versions keep apart.
const page = globalThis as unknown as Record<symbol, AnalysisProgram | undefined>;
const key = Symbol.for(`unfold-rnn/analysis@${version}`);

export function hold(program: AnalysisProgram): void {
  page[key] = program;
}

export const held = (): AnalysisProgram | undefined => page[key];
