import type { RuntimeOptions } from "../types.js";
import { UnfoldError, describe } from "../errors.js";
import type { AnalysisSource, SmallParts, EngineSource } from "./compile.js";
import { Compiler, analysisParts } from "./compile.js";
import type { HostAssets } from "./ladder.js";
import { climb } from "./ladder.js";
import type { Wanted } from "./options.js";
import { checkRuntime, sameRuntime } from "./options.js";
import { Runtime } from "./runtime.js";

interface Entry {
  wanted: Wanted;
  models: number;
  boot: Promise<Runtime>;
  analysis?: Promise<Runtime> | undefined;
}

/** A runtime in use by one model. */
export interface Lease {
  runtime: Runtime;
  /** The program that looks at matrices, started where the engine runs when it is first asked for. */
  analysis(): Promise<Runtime>;
  /** The last one ends the runtime. */
  release(): void;
}

/** Runtimes under way. Models with the same options share one; a failed boot is forgotten, so that the next call tries again. */
export class Registry {
  private readonly entries: Entry[] = [];
  private readonly compiler: Compiler;

  constructor(
    private readonly assets: HostAssets,
    source: EngineSource,
    private readonly small: SmallParts,
    private readonly analysisSource: () => Promise<AnalysisSource>,
  ) {
    this.compiler = new Compiler(source, small);
  }

  async lease(options: RuntimeOptions | undefined): Promise<Lease> {
    const wanted = checkRuntime(options);
    let entry = this.entries.find((other) => sameRuntime(other.wanted, wanted));
    if (!entry) {
      entry = { wanted, models: 0, boot: this.boot(wanted) };
      this.entries.push(entry);
    }
    const mine = entry;
    mine.models++;
    let runtime: Runtime;
    try {
      runtime = await mine.boot;
    } catch (thrown) {
      this.forget(mine);
      throw thrown;
    }
    runtime.onDeath = () => this.forget(mine);
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      if (--mine.models > 0) return;
      this.forget(mine);
      runtime.close();
      void mine.analysis?.then((other) => other.close(), () => {});
    };
    return { runtime, release, analysis: () => this.analysis(mine) };
  }

  private analysis(entry: Entry): Promise<Runtime> {
    entry.analysis ??= this.bootAnalysis(entry).catch((thrown: unknown) => {
      entry.analysis = undefined; // the next call tries again
      throw thrown;
    });
    return entry.analysis;
  }

  private async bootAnalysis(entry: Entry): Promise<Runtime> {
    let source: AnalysisSource;
    try {
      source = await this.analysisSource();
    } catch (thrown) {
      throw new UnfoldError("BOOT", `the program for eigenvalues, principal components and equations, analysis.js beside the package's script, cannot be loaded (${describe(thrown)})`, { cause: thrown });
    }
    const parts = await analysisParts(source, this.small);
    const runtime = new Runtime(await climb(this.assets, entry.wanted, parts));
    runtime.onDeath = () => {
      entry.analysis = undefined;
    };
    return runtime;
  }

  private async boot(wanted: Wanted): Promise<Runtime> {
    return new Runtime(await climb(this.assets, wanted, await this.compiler.parts(wanted)));
  }

  private forget(entry: Entry): void {
    const index = this.entries.indexOf(entry);
    if (index >= 0) this.entries.splice(index, 1);
  }
}
