import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Parts } from "../src/engine/boot.js";
import { Compiler } from "../src/runtime/compile.js";
import { climb } from "../src/runtime/ladder.js";
import type { Wanted } from "../src/runtime/options.js";
import { checkRuntime } from "../src/runtime/options.js";
import { PIECE, splitPair } from "../src/runtime/pair.js";
import { Registry } from "../src/runtime/registry.js";
import type { RuntimeOptions } from "../src/types.js";
import { FakeBridge, fakeGo, fakeParts } from "./fake.js";

const wasm = (...list: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...list]);
const pack = (bytes: Uint8Array): string => gzipSync(bytes).toString("base64");
const empty = pack(wasm());
const engineBytes = wasm(1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 0, 10, 4, 1, 2, 0, 0x0b);
/** Two modules of one piece each: a good one, and one that no machine runs. */
const pair = pack(Uint8Array.of(8, 0, 0, 0, 8, 0, 0, 0, ...wasm(), 0, 0x61, 0x73, 0x6d, 9, 0, 0, 0));
const small = { shim: empty, kernels: pair, sha256: undefined };
const compiler = new Compiler({ kind: "beside", url: () => new URL("http://127.0.0.1:1/unfold.wasm") }, small);
const parts = (options: RuntimeOptions): Promise<Parts> => compiler.parts(checkRuntime(options));

test("a pair of modules comes apart as it went together", () => {
  for (const [a, b] of [[0, 0], [0, 5], [PIECE, 1], [PIECE + 3, 2 * PIECE], [3 * PIECE + 1, 17]] as const) {
    const modules = [a, b].map((length, k) => Uint8Array.from({ length }, (_, i) => i * 7 + k));
    const pieces: number[] = [...new Uint8Array(Uint32Array.of(a, b).buffer)];
    for (let at = 0; at < Math.max(a, b); at += PIECE) for (const bytes of modules) pieces.push(...bytes.subarray(at, at + PIECE));
    assert.deepEqual(splitPair(Uint8Array.from(pieces)), modules);
  }
});

test("runtime options: names, types, one engine at most", () => {
  const no = (options: unknown, message: RegExp): void => assert.throws(() => checkRuntime(options as RuntimeOptions), { code: "CONFIG", message });
  no({ wroker: true }, /"wroker" is not an option; did you mean "worker"/);
  no({ worker: 1 }, /runtime\.worker is the number 1/);
  no({ wasmURL: 5 }, /runtime\.wasmURL is the number 5/);
  no({ wasmModule: {} }, /runtime\.wasmModule is an object/);
  no({ wasmBytes: "AGFzbQ" }, /runtime\.wasmBytes is a string/);
  no({ wasmURL: "a", wasmBytes: new Uint8Array(1) }, /wasmURL and wasmBytes are given/);
  no({ get worker() { return true; } }, /getter/);
  no("worker", /runtime is a string/);
  assert.equal(checkRuntime(undefined).worker, true);
  assert.equal(checkRuntime({ wasmURL: new URL("http://x.test/a.wasm") }).wasmURL, "http://x.test/a.wasm");
});

test("a server's answers that are not the engine: what stood in the way is named", async () => {
  const answers: Record<string, [number, string, Uint8Array | string]> = {
    "/html": [200, "application/wasm", "\n  <!doctype html><title>home</title>"],
    "/junk": [200, "application/octet-stream", "not wasm"],
    "/broken": [200, "application/wasm", wasm(99, 1, 2)],
    "/other": [200, "application/wasm", wasm()],
    "/mime": [200, "text/plain", engineBytes],
    "/good": [200, "application/wasm", engineBytes],
  };
  const server = createServer((request, response) => {
    const [status, type, body] = answers[request.url ?? ""] ?? [404, "text/plain", "no"];
    response.writeHead(status, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await assert.rejects(parts({ wasmURL: `${base}/missing` }), { code: "BOOT", message: new RegExp(`${base}/missing: the server answered 404`) });
    await assert.rejects(parts({ wasmURL: `${base}/html` }), { code: "BOOT", message: /HTML came instead of WebAssembly/ });
    await assert.rejects(parts({ wasmURL: `${base}/junk` }), { code: "BOOT", message: /starts? with "6e 6f 74 20" came.*00 61 73 6d|content-type/ });
    await assert.rejects(parts({ wasmURL: `${base}/broken` }), { code: "BOOT", message: /not valid WebAssembly/ });
    await assert.rejects(parts({ wasmURL: `${base}/other` }), { code: "BOOT", message: /not Unfold's engine/ });
    assert.equal((await parts({ wasmURL: `${base}/mime` })).variant, "simd");
    assert.equal((await parts({ wasmURL: `${base}/good` })).variant, "simd");
  } finally {
    server.closeAllConnections();
    server.close();
  }
  await assert.rejects(parts({ wasmURL: `${base}/gone` }), { code: "BOOT", message: /cannot be fetched; offline/ });
  await assert.rejects(parts({}), { code: "BOOT", message: /127\.0\.0\.1:1\/unfold\.wasm/ });
  await assert.rejects(parts({ wasmURL: "file:///nowhere/unfold.wasm" }), { code: "BOOT", message: /cannot be read/ });
});

test("wasmBytes and wasmModule", async () => {
  const bytes = engineBytes.slice();
  const compiled = parts({ wasmBytes: bytes });
  bytes.fill(0); // what was handed in has been copied
  assert.ok((await compiled).engine instanceof WebAssembly.Module);
  const module = await WebAssembly.compile(engineBytes);
  assert.equal((await parts({ wasmModule: module })).engine, module);
  await assert.rejects(parts({ wasmBytes: new TextEncoder().encode("<html>") }), { code: "BOOT", message: /runtime\.wasmBytes: HTML/ });
  await assert.rejects(parts({ wasmBytes: new Uint8Array(0) }), { code: "BOOT", message: /0 bytes/ });
});

test("a fetched engine of another version, or with a bit flipped, is refused by its digest", async () => {
  const sha256 = createHash("sha256").update(engineBytes).digest("hex");
  const strict = new Compiler({ kind: "beside", url: () => new URL("http://127.0.0.1:1/") }, { ...small, sha256 });
  let answer: Uint8Array = engineBytes;
  let type = "application/wasm";
  const server = createServer((_, response) => void response.writeHead(200, { "content-type": type }).end(answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const wanted = checkRuntime({ wasmURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/unfold.wasm` });
  try {
    for (type of ["application/wasm", "text/plain"]) {
      answer = engineBytes;
      assert.ok((await strict.parts(wanted)).engine);
      for (let bit = 0; bit < engineBytes.length * 8; bit++) {
        answer = engineBytes.slice();
        answer[bit >> 3] = (answer[bit >> 3] as number) ^ (1 << (bit & 7));
        await assert.rejects(strict.parts(wanted), { code: "BOOT" }, `bit ${bit}`);
      }
      // A custom section changes nothing but the digest.
      answer = Uint8Array.of(...engineBytes, 0, 2, 1, 0x61);
      await assert.rejects(strict.parts(wanted), { code: "BOOT", message: /SHA-256.*another version/ });
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("a kernel that the shim does not have: the files are of two versions", async () => {
  // (import "unfold" "new_kernel" (func)) (export "run" (func 0))
  const bytes = wasm(1, 4, 1, 0x60, 0, 0, 2, 21, 1, 6, ...Buffer.from("unfold"), 10, ...Buffer.from("new_kernel"), 0, 0, 7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 0);
  await assert.rejects(parts({ wasmBytes: bytes }), { code: "BOOT", message: /"new_kernel".*same version/ });
});

const worker = (body: string): string => `const { parentPort: p } = process.getBuiltinModule("node:worker_threads"); ${body}`;
const wanted = (more: Partial<Wanted> = {}): Wanted => ({ ...checkRuntime({}), ...more });

test("the ladder: each way a worker can fail leads to this thread, and the reason is kept", async () => {
  const makeGo = fakeGo(new FakeBridge());
  const cases: [string, RegExp][] = [
    [worker("throw new Error('no luck')"), /worker thread: .*no luck/],
    ["this is not JavaScript", /worker thread: SyntaxError/],
    [worker("process.exit(4)"), /ended with code 4/],
    [worker("p.postMessage({ type: 'hello', version: '0.0.0' }); setInterval(() => {}, 1e6)"), /version 0\.0\.0, the package 1\.2\.3/],
    [worker("p.postMessage({ type: 'hello', version: '1.2.3' }); p.on('message', () => p.postMessage({ type: 'dead', error: { code: 'BOOT', message: 'no room' } }))"), /no room/],
    [worker("setInterval(() => {}, 1e6)"), /no sign of life in 3 s/],
  ];
  for (const [workerSource, reason] of cases) {
    const { port, kernels, reason: kept } = await climb({ version: "1.2.3", workerSource, makeGo }, wanted(), await fakeParts());
    assert.equal(port.mode, "main");
    assert.equal(kernels, "portable");
    assert.match(kept ?? "", reason);
    port.terminate();
  }
});

test("the ladder: a worker that holds is taken, a workerURL before all, and worker: false asks for none", async () => {
  const makeGo = fakeGo(new FakeBridge());
  const good = worker("p.postMessage({ type: 'hello', version: '1.2.3' }); p.on('message', () => p.postMessage({ type: 'ready', kernels: 'simd' }))");
  const assets = { version: "1.2.3", workerSource: good, makeGo };
  const first = await climb(assets, wanted(), await fakeParts());
  assert.deepEqual([first.port.mode, first.kernels, first.reason], ["worker", "simd", undefined]);
  first.port.terminate();
  const second = await climb(assets, wanted({ workerURL: "file:///nowhere/worker.js" }), await fakeParts());
  assert.equal(second.port.mode, "worker");
  assert.match(second.reason ?? "", /worker file:\/\/\/nowhere\/worker\.js: /);
  second.port.terminate();
  const third = await climb(assets, wanted({ worker: false }), await fakeParts());
  assert.deepEqual([third.port.mode, third.reason], ["main", undefined]);
  third.port.terminate();
});

test("the ladder: when nothing holds, every reason is told", async () => {
  const makeGo = fakeGo(new FakeBridge(), (go) => go.exit(5));
  const silent = fakeGo(new FakeBridge());
  const noReady: typeof silent = (scope) => {
    scope.unfold = { ready: () => {} };
    return makeGo(scope);
  };
  await assert.rejects(climb({ version: "1", workerSource: worker("throw new Error('first')"), makeGo: noReady }, wanted(), await fakeParts()), {
    code: "BOOT",
    message: /could not be started: worker thread: .*first.*; this thread: .*code 5/s,
  });
});

test("the registry shares one runtime by options, frees it with the last lease, and forgets a failed boot", async () => {
  let boots = 0;
  const assets = { version: "1", workerSource: "", makeGo: fakeGo(new FakeBridge(), () => boots++) };
  const registry = new Registry(assets, { kind: "beside", url: () => new URL("http://127.0.0.1:1/") }, small, () => Promise.reject(new TypeError("there is no such file")));
  const { engine } = await fakeParts();
  const options = { worker: false, wasmModule: engine };
  const [a, b] = await Promise.all([registry.lease(options), registry.lease(options)]);
  assert.equal(a.runtime, b.runtime);
  await assert.rejects(a.analysis(), { code: "BOOT", message: /analysis\.js beside the package's script, cannot be loaded .*no such file/ });
  assert.equal(boots, 1);
  const c = await registry.lease({ ...options, deterministic: true });
  assert.notEqual(c.runtime, a.runtime);
  assert.equal(boots, 2);
  a.release();
  a.release();
  assert.equal(b.runtime.dead, false);
  b.release();
  assert.equal(b.runtime.dead, true);
  const d = await registry.lease(options);
  assert.equal(boots, 3);
  assert.equal(d.runtime.dead, false);
  d.release();
  c.release();
  await assert.rejects(registry.lease({ worker: false }), { code: "BOOT" });
  await assert.rejects(registry.lease({ worker: false, wasmBytes: new Uint8Array(3) }), { code: "BOOT" });
  const e = await registry.lease(options);
  assert.equal(boots, 4);
  e.release();
});
