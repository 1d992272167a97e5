import { UnfoldError } from "../errors.js";

/** Every import of the engine must be a kernel of the shim: files of two builds do not fit together. */
export function checkLinkage(engine: WebAssembly.Module, shim: WebAssembly.Module): void {
  const offered = new Set(WebAssembly.Module.exports(shim).map((e) => e.name));
  for (const { module, name } of WebAssembly.Module.imports(engine)) {
    if (module === "gojs") continue;
    if (module !== "unfold") {
      throw new UnfoldError("BOOT", `engine: the wasm wants "${name}" of "${module}"; that is not Unfold's engine`);
    }
    if (!offered.has(name)) {
      throw new UnfoldError("BOOT", `engine: the wasm wants the kernel "${name}", which this package does not have; take unfold.wasm and the script from the same version`);
    }
  }
  if (!WebAssembly.Module.exports(engine).some((e) => e.name === "run")) {
    throw new UnfoldError("BOOT", `engine: the wasm exports no "run"; that is not Unfold's engine`);
  }
}
