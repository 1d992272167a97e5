import type { RuntimeOptions } from "../types.js";
import type { SmallParts, EngineSource } from "./compile.js";
import { Compiler } from "./compile.js";
import type { HostAssets } from "./ladder.js";
import { climb } from "./ladder.js";
import type { Wanted } from "./options.js";
import { checkRuntime, sameRuntime } from "./options.js";
import { Runtime } from "./runtime.js";

interface Entry {
  wanted: Wanted;
  models: number;
  boot: Promise<Runtime>;
}

/** A runtime in use by one model. */
export interface Lease {
  runtime: Runtime;
  /** The last one ends the runtime. */
  release(): void;
}

/** Runtimes under way. Models with the same options share one; a failed boot is forgotten, so that the next call tries again. */
export class Registry {
  private readonly entries: Entry[] = [];
  private readonly compiler: Compiler;

  constructor(private readonly assets: HostAssets, source: EngineSource, small: SmallParts) {
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
    };
    return { runtime, release };
  }

  private async boot(wanted: Wanted): Promise<Runtime> {
    return new Runtime(await climb(this.assets, wanted, await this.compiler.parts(wanted)));
  }

  private forget(entry: Entry): void {
    const index = this.entries.indexOf(entry);
    if (index >= 0) this.entries.splice(index, 1);
  }
}
