// Speed of the kernels alone, in Node: GFLOP/s and share of the peak that the same run measures, interleaved, medians.
//
//   go run ./wasm/simd/gen -out build/wasm && node wasm/simd/bench.mjs [--relaxed] [name filter]
//
// Machines wander: compare shares within one run, not GFLOP/s between runs.

import fs from "node:fs"
import { performance } from "node:perf_hooks"
import v8 from "node:v8"

const options = process.argv.slice(2)
const relaxed = options.includes("--relaxed")
const filter = options.find((option) => !option.startsWith("--")) ?? ""
if (relaxed) v8.setFlagsFromString("--experimental-wasm-relaxed-simd")

const compile = (name) => new WebAssembly.Module(fs.readFileSync(new URL(`../../build/wasm/${name}${relaxed ? "-relaxed" : ""}.wasm`, import.meta.url)))
const memory = new WebAssembly.Memory({ initial: 1024 })
const table = new WebAssembly.Table({ element: "anyfunc", initial: 64 })
const kernels = new WebAssembly.Instance(compile("kernels"), { go: { mem: memory }, shim: { table } }).exports
const peak = new WebAssembly.Instance(compile("peak")).exports

let free = 64
function floats(count, fill = () => Math.random() - 0.5) {
  const address = free
  new Float32Array(memory.buffer, address, count).forEach((_, i, all) => (all[i] = fill(i)))
  free = (free + 4 * count + 63) & ~63
  return address
}
const ids = (count, limit) => {
  const address = floats(count)
  new Int32Array(memory.buffer, address, count).forEach((_, i, all) => (all[i] = Math.floor(Math.random() * limit)))
  return address
}

// Each workload is a name, its operations a call (floating-point, or elements) and the call.

// As core/kernel's Product does it: the left factor is packed in every call, the right one was packed before.
function product(m, k, n) {
  const [a, b, panels, c] = [floats(m * k), floats(k * n), floats(k * (n + 3 & ~3)), floats(m * n)]
  const rowBlock = 32, left = floats(rowBlock * k)
  kernels.pack_rows(panels, b, k, n, n)
  return {
    name: `product [${m} ${k}]·[${k} ${n}]`,
    flop: 2 * m * k * n,
    call() {
      for (let i = 0; i < m; i += m < 4 ? 1 : rowBlock) {
        const rows = m < 4 ? 1 : Math.min(m - i, rowBlock)
        if (m >= 4) kernels.pack_left(left, a + 4 * i * k, rows, k, k)
        kernels.product(c + 4 * i * n, n, m < 4 ? a + 4 * i * k : left, panels, rows, n, k, 0)
      }
    },
  }
}

// As core/kernel's ProductTA does it, packing included.
function productTA(m, n, k, block = 256) {
  const [a, b, c] = [floats(k * m), floats(k * n), floats(m * n)]
  const [left, panels] = [floats(m * block), floats(block * (n + 3 & ~3))]
  return {
    name: `productTA [${m} ${k}ᵀ]·[${k} ${n}]`,
    flop: 2 * m * k * n,
    call() {
      for (let first = 0; first < k; first += block) {
        const depth = Math.min(block, k - first)
        kernels.pack_rows(panels, b + 4 * first * n, depth, n, n)
        kernels.pack_left_transposed(left, a + 4 * first * m, depth, m, m)
        kernels.product(c, n, left, panels, m, n, depth, 1)
      }
    },
  }
}

function packing(k, n) {
  const [b, panels] = [floats(k * n), floats(k * (n + 3 & ~3))]
  return [
    { name: `pack_rows [${k} ${n}]`, elements: k * n, call: () => kernels.pack_rows(panels, b, k, n, n) },
    { name: `pack_columns [${n} ${k}]`, elements: k * n, call: () => kernels.pack_columns(panels, b, n, k, k) },
    { name: `pack_left [${k} ${n}]`, elements: k * n, call: () => kernels.pack_left(panels, b, k, n, n) },
    { name: `pack_left_transposed [${k} ${n}]`, elements: k * n, call: () => kernels.pack_left_transposed(panels, b, k, n, n) },
    { name: `transpose [${k} ${n}]`, elements: k * n, call: () => kernels.transpose(panels, k, b, n, k, n) },
  ]
}

function pointwise(n) {
  const [x, y, g, v] = [floats(n, () => 4 * (Math.random() - 0.5)), floats(n), floats(n), floats(n, Math.random)]
  const [w, dw, zeros] = [floats(n), floats(n), floats(n, () => 0)] // apart from x, which must stay in the range of the functions
  const [batch, hidden] = [32, 128]
  const [gates, a, b, c, h] = [floats(batch * hidden * 4), ...Array.from({ length: 4 }, () => floats(batch * hidden))]
  const fresh = floats(batch * hidden * 4)
  const [rows, classes] = [2048, 65]
  const [logits, fill, targets, perRow] = [floats(rows * classes), floats(rows * classes), ids(rows, classes), floats(rows)]
  const restore = (to, from, count) => new Float32Array(memory.buffer, to, count).set(new Float32Array(memory.buffer, from, count))
  const other = floats(batch * hidden * 3), wide = floats(rows * 128), [gamma, dbeta] = [floats(128), floats(128)], inverses = floats(rows, () => 1)
  const sums = floats(512), rowsOf = floats(2048 * 512), tokens = ids(2048, 65), small = floats(65 * 512)
  return [
    ...["exp", "tanh", "sigmoid", "relu"].map((name) => ({ name: `${name} ${n}`, elements: n, call: () => kernels[name](y, x, n) })),
    { name: `lstm_forward [${batch} ${hidden}]`, elements: batch * hidden, before: () => restore(gates, fresh, batch * hidden * 4), call: () => kernels.lstm_forward(gates, a, b, c, h, hidden, batch, hidden) },
    { name: `lstm_backward [${batch} ${hidden}]`, elements: batch * hidden, before: () => restore(gates, fresh, batch * hidden * 4), call: () => kernels.lstm_backward(gates, a, c, h, hidden, b, batch, hidden) },
    { name: `gru_forward [${batch} ${hidden}]`, elements: batch * hidden, before: () => restore(gates, fresh, batch * hidden * 3), call: () => kernels.gru_forward(gates, other, a, b, h, hidden, batch, hidden) },
    { name: `gru_backward [${batch} ${hidden}]`, elements: batch * hidden, before: () => restore(gates, fresh, batch * hidden * 3), call: () => kernels.gru_backward(gates, a, b, h, hidden, c, batch, hidden) },
    { name: `layer_norm [${rows} 128]`, elements: rows * 128, call: () => kernels.layer_norm(rowsOf, 128, wide, 128, gamma, gamma, perRow, inverses, rows, 128, 1e-5) },
    { name: `layer_norm_backward [${rows} 128]`, elements: rows * 128, call: () => kernels.layer_norm_backward(rowsOf, 128, wide, 128, wide, 128, gamma, perRow, inverses, sums, dbeta, rows, 128) },
    ...["squared_error", "binary_cross_entropy"].map((name) => ({ name: `${name} [${rows} ${classes}]`, elements: rows * classes, before: () => restore(logits, fill, rows * classes), call: () => kernels[name](logits, classes, fill, classes, inverses, perRow, rows, classes) })),
    { name: `softmax_cross_entropy [${rows} ${classes}]`, elements: rows * classes, before: () => restore(logits, fill, rows * classes), call: () => kernels.softmax_cross_entropy(logits, classes, targets, perRow, sums, sums, 1, classes) || kernels.softmax_cross_entropy(logits + 4 * classes, classes, targets, perRow, perRow, perRow, rows - 1, classes) },
    { name: `add ${n}`, elements: n, call: () => kernels.add(w, zeros, n) },
    ...["sgd_momentum", "sgd_nesterov"].map((name) => ({ name: `${name} ${n}`, elements: n, call: () => kernels[name](w, dw, g, n, 1e-3, 0.9, 1, 1, 0) })),
    { name: `rmsprop ${n}`, elements: n, call: () => kernels.rmsprop(w, dw, v, n, 1e-3, 0.99, 0.01, 1e-8, 1, 0) },
    { name: `adam ${n}`, elements: n, call: () => kernels.adam(w, dw, g, v, n, 1, 1e-3, 0.1, 0.999, 0.001, 1, 1e-8, 1, 0) },
    { name: `adagrad ${n}`, elements: n, call: () => kernels.adagrad(w, dw, v, n, 1e-3, 1e-8, 1, 0) },
    { name: `sum_squares ${n}`, elements: n, call: () => kernels.sum_squares(x, n) },
    { name: "column_sums [2048 512]", elements: 2048 * 512, call: () => kernels.column_sums(sums, rowsOf, 512, 2048, 512) },
    { name: "gather_rows [2048 512]", elements: 2048 * 512, call: () => kernels.gather_rows(rowsOf, 512, small, 512, tokens, 2048, 512) },
    { name: "scatter_add_rows [2048 512]", elements: 2048 * 512, call: () => kernels.scatter_add_rows(small, 512, tokens, rowsOf, 512, 2048, 512) },
  ]
}

const workloads = [
  product(32, 256, 1024), product(32, 128, 512), product(32, 512, 128), product(32, 1024, 256), product(2048, 128, 65), product(2048, 65, 128),
  product(2048, 256, 1024), product(32, 64, 192), product(32, 192, 64), product(32, 256, 65), product(1, 128, 512), product(1, 256, 1024), product(1, 100, 100), product(1, 100, 65),
  product(2, 128, 512), product(3, 128, 512), product(5, 128, 512),
  productTA(512, 128, 2048), productTA(65, 128, 2048), productTA(1024, 256, 2048), productTA(100, 100, 25),
  ...packing(128, 512), ...pointwise(65536),
].filter((workload) => workload.name.includes(filter))

/** Seconds for a batch of calls. */
function time(workload, calls) {
  let total = 0
  for (let i = 0; i < calls; i++) {
    workload.before?.()
    const start = performance.now()
    for (let j = 0; j < workload.burst; j++) workload.call()
    total += performance.now() - start
  }
  return total / 1000
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1]
const peakWork = { flop: 20000 * peak.flop(), call: () => peak.peak(20000), burst: 1 }
for (const workload of workloads) {
  // Short calls are timed in bursts, long against the clock, unless each needs fresh input.
  workload.burst = 1
  for (let i = 0; i < 200; i++) workload.before?.(), workload.call()
  while (!workload.before && time(workload, 1) < 5e-4) workload.burst *= 2
}
time(peakWork, 20)

const rounds = 11
const rates = workloads.map(() => []), shares = workloads.map(() => []), peaks = []
for (let round = 0; round < rounds; round++) {
  workloads.forEach((workload, i) => {
    const limit = (4 * peakWork.flop) / time(peakWork, 4) / 1e9
    const calls = Math.max(3, Math.ceil(4e-3 / Math.max(1e-4, time(workload, 1))))
    const rate = ((workload.flop ?? workload.elements) * calls * workload.burst) / time(workload, calls) / 1e9
    peaks.push(limit)
    rates[i].push(rate)
    shares[i].push(rate / limit)
  })
}

console.log(`Node ${process.version}, ${relaxed ? "relaxed multiply-add" : "mul+add"} peak ${median(peaks).toFixed(1)} GFLOP/s (median of ${peaks.length})`)
workloads.forEach((workload, i) => {
  const rate = median(rates[i])
  console.log(workload.flop
    ? `${workload.name.padEnd(38)} ${rate.toFixed(1).padStart(7)} GFLOP/s ${(100 * median(shares[i])).toFixed(1).padStart(6)} % of peak`
    : `${workload.name.padEnd(38)} ${(1 / rate).toFixed(2).padStart(7)} ns an element`)
})
