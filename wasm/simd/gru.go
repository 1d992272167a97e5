package simd

import "slices"

// gruRows walks over the rows of a batch. body gets the number of a row's hidden units and the addresses of its gates r, z, n;
// it leaves the other matrices behind the row. The next row of one of them, apart, lies ld away.
func (k *code) gruRows(gates, apart variable, ld string, body func(n variable, rows []variable)) {
	hidden := k.param("hidden")
	width := k.letInt(bytes(hidden))
	skip := k.letInt(bytes(minus(k.param(ld), hidden)))
	k.repeat(k.param("batch"), func() {
		rows := k.gateRows(k.letInt(gates), width, 3)
		body(k.letInt(hidden), rows)
		k.set(gates, plus(gates, plus(shifted(width, 1), width)))
		k.set(apart, plus(apart, skip))
	})
}

// mixed is the new state (1-z)·n + z·hPrev.
func mixed(z, n, hPrev expr) expr { return multiplyAdd(z, hPrev, mul(sub(all(1), z), n)) }

func gruForward(k *code) {
	x, recurrent, h := k.param("x"), k.param("recurrent"), k.param("h")
	hPrev, recurrentN := k.param("hPrev"), k.param("recurrentN")
	width := k.letInt(bytes(k.param("hidden")))
	k.gruRows(x, h, "ldh", func(n variable, rows []variable) {
		others := k.gateRows(recurrent, width, 3)
		reset, update := k.letInt(rows[0]), k.letInt(rows[1])
		k.quads(k.letInt(n), append(rows[:2:2], others[:2]...), func(q quad) {
			q.store(rows[0], logistic(k, add(q.load(rows[0]), q.load(others[0]))))
			q.store(rows[1], logistic(k, add(q.load(rows[1]), q.load(others[1]))))
		})
		k.quads(n, []variable{reset, update, rows[2], others[2], hPrev, recurrentN, h}, func(q quad) {
			un := k.let(q.load(others[2]))
			q.store(recurrentN, un)
			n := k.let(tangent(k, multiplyAdd(q.load(reset), un, q.load(rows[2]))))
			q.store(rows[2], n)
			q.store(h, mixed(k.let(q.load(update)), n, q.load(hPrev)))
		})
		k.set(recurrent, others[2])
	})
}

func gruBackward(k *code) {
	gates, dh, dhPrev := k.param("gates"), k.param("dh"), k.param("dhPrev")
	hPrev, recurrentN := k.param("hPrev"), k.param("recurrentN")
	k.gruRows(gates, dh, "lddh", func(n variable, rows []variable) {
		k.quads(n, slices.Concat(rows, []variable{hPrev, recurrentN, dh, dhPrev}), func(q quad) {
			dn := k.outputSlopes(q, rows, hPrev, dh, dhPrev)
			r := k.let(q.load(rows[0]))
			q.store(rows[0], mul(mul(dn, q.load(recurrentN)), slope(r)))
			q.store(recurrentN, mul(dn, r))
		})
	})
}

// outputSlopes stores the gradients on the pre-activations of z and n and adds what goes straight to the state before. It is the
// gradient of n.
func (k *code) outputSlopes(q quad, rows []variable, hPrev, dh, dhPrev variable) variable {
	z, n, d := k.let(q.load(rows[1])), k.let(q.load(rows[2])), k.let(q.load(dh))
	dn := k.let(mul(mul(d, sub(all(1), z)), subtractProduct(all(1), n, n)))
	q.store(rows[1], mul(mul(d, sub(q.load(hPrev), n)), slope(z)))
	q.store(rows[2], dn)
	q.store(dhPrev, multiplyAdd(d, z, q.load(dhPrev)))
	return dn
}

func gruGates(k *code) {
	x, hPrev, resetH := k.param("x"), k.param("hPrev"), k.param("resetH")
	k.gruRows(x, resetH, "hidden", func(n variable, rows []variable) {
		k.quads(n, slices.Concat(rows[:2], []variable{hPrev, resetH}), func(q quad) {
			r := k.let(logistic(k, q.load(rows[0])))
			q.store(rows[0], r)
			q.store(rows[1], logistic(k, q.load(rows[1])))
			q.store(resetH, mul(r, q.load(hPrev)))
		})
	})
}

func gruOutput(k *code) {
	x, hPrev, h := k.param("x"), k.param("hPrev"), k.param("h")
	k.gruRows(x, h, "ldh", func(n variable, rows []variable) {
		k.quads(n, slices.Concat(rows[1:], []variable{hPrev, h}), func(q quad) {
			n := k.let(tangent(k, q.load(rows[2])))
			q.store(rows[2], n)
			q.store(h, mixed(k.let(q.load(rows[1])), n, q.load(hPrev)))
		})
	})
}

func gruOutputBackward(k *code) {
	gates, hPrev, dh, dhPrev := k.param("gates"), k.param("hPrev"), k.param("dh"), k.param("dhPrev")
	k.gruRows(gates, dh, "lddh", func(n variable, rows []variable) {
		k.quads(n, slices.Concat(rows[1:], []variable{hPrev, dh, dhPrev}), func(q quad) {
			k.outputSlopes(q, rows, hPrev, dh, dhPrev)
		})
	})
}

func gruGatesBackward(k *code) {
	gates, hPrev, dResetH, dhPrev := k.param("gates"), k.param("hPrev"), k.param("dResetH"), k.param("dhPrev")
	k.gruRows(gates, dResetH, "hidden", func(n variable, rows []variable) {
		k.quads(n, slices.Concat(rows[:1], []variable{hPrev, dResetH, dhPrev}), func(q quad) {
			r, d := k.let(q.load(rows[0])), k.let(q.load(dResetH))
			q.store(rows[0], mul(mul(d, q.load(hPrev)), slope(r)))
			q.store(dhPrev, multiplyAdd(d, r, q.load(dhPrev)))
		})
	})
}
