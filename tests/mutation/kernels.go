package main

// kernels breaks the SIMD kernels in ways that their types and checks allow.
var kernels = []mutation{
	{"wasm/simd/functions.go", "apply(asm.F32x4Lt, x, all(0))", "apply(asm.F32x4Gt, x, all(0))", "sigmoid: the two signs exchanged"},
	{"wasm/simd/functions.go", "div(m, add(m, all(2)))", "div(m, add(m, all(1)))", "tanh: m/(m+1) for m/(m+2)"},
	{"wasm/simd/functions.go", "return multiplyAdd(q, square, r)", "return multiplyAdd(q, r, r)", "exp: the square of the polynomial is missing"},
	{"wasm/simd/quads.go", "k.while(less(number(3), n), func() {", "k.while(less(number(4), n), func() {", "every kernel: a row's last four floats are taken for a rest"},
	{"wasm/simd/product.go", "k.set(sums[r][v], multiplyAdd(left, x, sums[r][v]))", "k.set(sums[r][v], mul(left, x))", "product: only the last term is kept"},
	{"wasm/simd/product.go", "k.when(less(number(8), left), func() { k.set(columns, number(8)) })", "_ = columns", "product: the widths of all panels but the last are wrong"},
	{"wasm/simd/pack.go", "for i := range uint32(4) {\n\t\t\t\tk.storeFloat(left, 4*i", "for i := range uint32(3) {\n\t\t\t\tk.storeFloat(left, 4*i", "packing: the fourth row of a block's rest is forgotten"},
	{"wasm/simd/lstm.go", "q.store(dc, mul(dstate, f))", "q.store(dc, mul(dstate, i))", "LSTM: dc(t-1) takes i for f"},
	{"wasm/simd/gru.go", "multiplyAdd(z, hPrev, mul(sub(all(1), z), n))", "multiplyAdd(z, n, mul(sub(all(1), z), hPrev))", "GRU: z mixes the wrong way round"},
	{"wasm/simd/scan.go", "\t\ts.hold(h)\n\t\ts.hold(c)\n", "\t\ts.hold(h)\n", "LSTM scan: sequences that have ended lose c"},
	{"wasm/simd/softmax.go", "\tk.set(top, apply(asm.F32x4Max, top, shuffle(top, 1, 0, 3, 2)))\n", "", "softmax: the maximum of half the row"},
	{"wasm/simd/rows.go", "q.store(to, add(q.load(to), q.load(from)))\n\t\t})\n\t\tk.set(src", "q.store(to, q.load(from))\n\t\t})\n\t\tk.set(src", "scattered rows: the last one wins"},
	{"wasm/simd/layernorm.go", "q.only(mul(g, normal), all(0))", "mul(g, normal)", "layer norm: lanes beyond a row's rest count"},
	{"wasm/simd/optimise.go", "multiplyAdd(sqrt(second), correction, epsilon)", "mul(add(sqrt(second), epsilon), correction)", "Adam: ε inside the correction"},
}
