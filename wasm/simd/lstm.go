package simd

// gateRows are the addresses of the gates that stand side by side in a row.
func (k *code) gateRows(gates variable, width expr, count int) []variable {
	rows := []variable{gates}
	for len(rows) < count {
		rows = append(rows, k.letInt(plus(rows[len(rows)-1], width)))
	}
	return rows
}

// lstmForward goes over a row twice, first up to the cell state, then on to the output: the tangent of the state waits for all that
// is before it, and in one pass that chain of operations is longer than what a machine looks ahead.
func lstmForward(k *code) {
	gates, h := k.param("gates"), k.param("h")
	cPrev, c, tanhC := k.param("cPrev"), k.param("c"), k.param("tanhC")
	hidden := k.param("hidden")
	width := k.letInt(bytes(hidden))
	skip := k.letInt(bytes(minus(k.param("ldh"), hidden)))
	k.repeat(k.param("batch"), func() {
		rows := k.gateRows(gates, width, 4)
		state := k.letInt(c)
		k.quads(k.letInt(hidden), append(rows[:3:3], cPrev, c), func(q quad) {
			i := k.let(logistic(k, q.load(rows[0])))
			f := k.let(logistic(k, q.load(rows[1])))
			g := k.let(tangent(k, q.load(rows[2])))
			q.store(rows[0], i)
			q.store(rows[1], f)
			q.store(rows[2], g)
			q.store(c, multiplyAdd(f, q.load(cPrev), mul(i, g)))
		})
		k.quads(k.letInt(hidden), []variable{rows[3], state, tanhC, h}, func(q quad) {
			squashed := k.let(tangent(k, q.load(state)))
			q.store(tanhC, squashed)
			o := k.let(logistic(k, q.load(rows[3])))
			q.store(rows[3], o)
			q.store(h, mul(o, squashed))
		})
		k.set(gates, rows[3])
		k.set(h, plus(h, skip))
	})
}

func lstmBackward(k *code) {
	gates, dh, dc := k.param("gates"), k.param("dh"), k.param("dc")
	cPrev, tanhC := k.param("cPrev"), k.param("tanhC")
	hidden := k.param("hidden")
	width := k.letInt(bytes(hidden))
	skip := k.letInt(bytes(minus(k.param("lddh"), hidden)))
	k.repeat(k.param("batch"), func() {
		n := k.letInt(hidden)
		rows := k.gateRows(gates, width, 4)
		k.quads(n, append(rows, cPrev, tanhC, dh, dc), func(q quad) {
			i, f, g, o := k.let(q.load(rows[0])), k.let(q.load(rows[1])), k.let(q.load(rows[2])), k.let(q.load(rows[3]))
			squashed, dhidden := k.let(q.load(tanhC)), k.let(q.load(dh))
			dstate := k.let(multiplyAdd(mul(dhidden, o), subtractProduct(all(1), squashed, squashed), q.load(dc)))
			q.store(rows[0], mul(mul(dstate, g), slope(i)))
			q.store(rows[1], mul(mul(dstate, q.load(cPrev)), slope(f)))
			q.store(rows[2], mul(mul(dstate, i), subtractProduct(all(1), g, g)))
			q.store(rows[3], mul(mul(dhidden, squashed), slope(o)))
			q.store(dc, mul(dstate, f))
		})
		k.set(gates, rows[3])
		k.set(dh, plus(dh, skip))
	})
}
