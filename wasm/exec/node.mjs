// Runs a GOOS=js program in Node with the compute kernels linked, which Go's own go_js_wasm_exec cannot do:
//
//   GOOS=js GOARCH=wasm go test -exec "node $PWD/wasm/exec/node.mjs" ./core/...
//
// UNFOLD_KERNELS chooses the kernels: portable, simd (default) or relaxed-simd. They are read from build/wasm.
// wasm_exec.js comes from the installed Go: from $GOROOT, or from what `go env GOROOT` answers.

import { execFileSync } from "node:child_process"
import fs from "node:fs"
import { createRequire } from "node:module"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import v8 from "node:v8"

const modules = fileURLToPath(new URL("../../build/wasm/", import.meta.url))
const kernelFiles = { portable: undefined, simd: "kernels.wasm", "relaxed-simd": "kernels-relaxed.wasm" }

const [program, ...programArguments] = process.argv.slice(2)
if (program === undefined) fail("usage: node wasm/exec/node.mjs program.wasm [arguments]")

const kernels = process.env.UNFOLD_KERNELS || "simd"
if (!Object.hasOwn(kernelFiles, kernels)) {
  fail(`UNFOLD_KERNELS is ${JSON.stringify(kernels)}, want ${Object.keys(kernelFiles).join(", ")}`)
}
// Node 20 keeps relaxed SIMD behind a flag; it acts on modules that are compiled after it.
if (kernels === "relaxed-simd") v8.setFlagsFromString("--experimental-wasm-relaxed-simd")

loadGoRuntime()
const shim = await WebAssembly.instantiate(moduleFrom("shim.wasm"))
const go = new globalThis.Go()
go.argv = [program, ...programArguments]
go.env = environment()
go.exit = process.exit
const instance = await WebAssembly.instantiate(new WebAssembly.Module(fs.readFileSync(program)), { ...go.importObject, unfold: shim.exports })
if (kernelFiles[kernels] !== undefined) {
  // Its element segment fills the shim's table.
  await WebAssembly.instantiate(moduleFrom(kernelFiles[kernels]), { go: { mem: instance.exports.mem }, shim: { table: shim.exports.table } })
}
process.on("exit", (code) => {
  // Nothing can wake the program any more: let Go report its deadlock with every goroutine's stack.
  if (code === 0 && !go.exited) {
    go._pendingEvent = { id: 0 }
    go._resume()
  }
})
await go.run(instance)

function moduleFrom(name) {
  const file = path.join(modules, name)
  if (!fs.existsSync(file)) fail(`${file} is missing: run make wasm, or go run ./wasm/simd/gen -out build/wasm`)
  return new WebAssembly.Module(fs.readFileSync(file))
}

function loadGoRuntime() {
  const require = createRequire(import.meta.url)
  Object.assign(globalThis, { fs, path, require })
  const root = process.env.GOROOT || execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim()
  require(path.join(root, "lib", "wasm", "wasm_exec.js"))
}

// Arguments and environment together must fit into 8 KiB, so Go gets what tests need and not what a shell has collected.
function environment() {
  const kept = Object.entries(process.env).filter(([name]) => /^(GO|UNFOLD_|HOME$|PATH$|PWD$|TMPDIR$)/.test(name))
  return { TMPDIR: os.tmpdir(), ...Object.fromEntries(kept), UNFOLD_KERNELS: kernels }
}

function fail(message) {
  console.error(`wasm/exec: ${message}`)
  process.exit(2)
}
