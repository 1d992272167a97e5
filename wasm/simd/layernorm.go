package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

// mean is the sum of lanes over a count, an f32.
func (k *code) mean(lanes, count variable) variable {
	return k.letFloat(apply(asm.F32Div, sumOfLanes(lanes), count))
}

func layerNorm(k *code) {
	y, x, n := k.param("y"), k.param("x"), k.param("n")
	means, inverses := k.param("means"), k.param("inverses")
	ldy, ldx := k.letInt(bytes(k.param("ldy"))), k.letInt(bytes(k.param("ldx")))
	width := k.letFloat(apply(asm.F32ConvertI32S, n))
	k.repeat(k.param("rows"), func() {
		sum := k.let(all(0))
		row := k.letInt(x)
		k.quads(k.letInt(n), []variable{row}, func(q quad) { k.set(sum, add(sum, q.load(row))) })
		mean := k.mean(sum, width)
		k.storeFloat(means, 0, mean)

		centre := k.let(splat(mean))
		k.set(sum, all(0))
		k.set(row, x)
		k.quads(k.letInt(n), []variable{row}, func(q quad) {
			centred := k.let(q.only(sub(q.load(row), centre), all(0)))
			k.set(sum, multiplyAdd(centred, centred, sum))
		})
		deviation := apply(asm.F32Sqrt, apply(asm.F32Add, k.mean(sum, width), k.param("epsilon")))
		inverse := k.letFloat(apply(asm.F32Div, float(1), deviation))
		k.storeFloat(inverses, 0, inverse)

		factor := k.let(splat(inverse))
		k.set(row, x)
		out, gamma, beta := k.letInt(y), k.letInt(k.param("gamma")), k.letInt(k.param("beta"))
		k.quads(k.letInt(n), []variable{row, out, gamma, beta}, func(q quad) {
			normal := mul(sub(q.load(row), centre), factor)
			q.store(out, multiplyAdd(q.load(gamma), normal, q.load(beta)))
		})
		k.set(x, plus(x, ldx))
		k.set(y, plus(y, ldy))
		k.advance(4, means, inverses)
	})
}

func layerNormBackward(k *code) {
	dx, dy, x, n := k.param("dx"), k.param("dy"), k.param("x"), k.param("n")
	means, inverses := k.param("means"), k.param("inverses")
	lddx, lddy, ldx := k.letInt(bytes(k.param("lddx"))), k.letInt(bytes(k.param("lddy"))), k.letInt(bytes(k.param("ldx")))
	width := k.letFloat(apply(asm.F32ConvertI32S, n))
	k.repeat(k.param("rows"), func() {
		centre, factor := k.let(loadSplat(means, 0)), k.let(loadSplat(inverses, 0))
		row, d, gamma := k.letInt(x), k.letInt(dy), k.letInt(k.param("gamma"))
		dgamma, dbeta := k.letInt(k.param("dgamma")), k.letInt(k.param("dbeta"))
		sums, products := k.let(all(0)), k.let(all(0))
		k.quads(k.letInt(n), []variable{row, d, gamma, dgamma, dbeta}, func(q quad) {
			normal := k.let(mul(sub(q.load(row), centre), factor))
			gradient := k.let(q.load(d))
			q.store(dgamma, multiplyAdd(gradient, normal, q.load(dgamma)))
			q.store(dbeta, add(q.load(dbeta), gradient))
			g := k.let(mul(gradient, q.load(gamma)))
			k.set(sums, add(sums, g))
			k.set(products, add(products, q.only(mul(g, normal), all(0))))
		})
		average, slope := k.let(splat(k.mean(sums, width))), k.let(splat(k.mean(products, width)))

		k.set(row, x)
		k.set(d, dy)
		k.set(gamma, k.param("gamma"))
		out := k.letInt(dx)
		k.quads(k.letInt(n), []variable{row, d, gamma, out}, func(q quad) {
			normal := mul(sub(q.load(row), centre), factor)
			g := mul(q.load(d), q.load(gamma))
			q.store(out, mul(factor, subtractProduct(sub(g, average), normal, slope)))
		})
		k.set(dx, plus(dx, lddx))
		k.set(dy, plus(dy, lddy))
		k.set(x, plus(x, ldx))
		k.advance(4, means, inverses)
	})
}
