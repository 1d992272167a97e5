package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

// sumSquares keeps lanes 0 and 1 in one vector of doubles, 2 and 3 in another.
func sumSquares(k *code) {
	x := k.param("x")
	zero := emitted(func(k *code) asm.Value { return k.V128([16]byte{}) })
	low, high := k.let(zero), k.let(zero)
	k.quads(k.param("n"), []variable{x}, func(q quad) {
		v := k.let(q.load(x))
		for _, half := range []struct {
			sum   variable
			lanes expr
		}{{low, v}, {high, shuffle(v, 2, 3, 2, 3)}} {
			wide := k.let(apply(asm.F64x2PromoteLowF32x4, half.lanes))
			k.set(half.sum, apply(asm.F64x2Add, half.sum, apply(asm.F64x2Mul, wide, wide)))
		}
	})
	total := k.let(apply(asm.F64x2Add, low, high))
	k.Op(asm.F64Add, k.Lane(asm.F64x2ExtractLane, 0, total.emit(k)), k.Lane(asm.F64x2ExtractLane, 1, total.emit(k)))
}

func scale(k *code) {
	x := k.param("x")
	by := k.let(splat(k.param("by")))
	k.quads(k.param("n"), []variable{x}, func(q quad) {
		q.store(x, mul(q.load(x), by))
	})
}

// splats are f32 parameters, in every lane.
func (k *code) splats(names ...string) []variable {
	list := k.params(names...)
	for i, p := range list {
		list[i] = k.let(splat(p))
	}
	return list
}

func adam(k *code) {
	w, g, m, v := k.param("w"), k.param("g"), k.param("m"), k.param("v")
	c := k.splats("step", "rest1", "beta2", "rest2", "correction", "epsilon", "gradScale", "decay")
	step, rest1, beta2, rest2, correction, epsilon, gradScale, decay := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
	k.quads(k.param("n"), []variable{w, g, m, v}, func(q quad) {
		weight := k.let(q.load(w))
		gradient := k.let(multiplyAdd(decay, weight, mul(q.load(g), gradScale)))
		before := k.let(q.load(m))
		first := k.let(multiplyAdd(rest1, sub(gradient, before), before))
		q.store(m, first)
		second := k.let(multiplyAdd(mul(rest2, gradient), gradient, mul(beta2, q.load(v))))
		q.store(v, second)
		q.store(w, sub(weight, div(mul(step, first), multiplyAdd(sqrt(second), correction, epsilon))))
	})
}

func adagrad(k *code) {
	w, g, s := k.param("w"), k.param("g"), k.param("s")
	c := k.splats("learningRate", "epsilon", "gradScale", "decay")
	learningRate, epsilon, gradScale, decay := c[0], c[1], c[2], c[3]
	k.quads(k.param("n"), []variable{w, g, s}, func(q quad) {
		weight := k.let(q.load(w))
		gradient := k.let(multiplyAdd(decay, weight, mul(q.load(g), gradScale)))
		sum := k.let(multiplyAdd(gradient, gradient, q.load(s)))
		q.store(s, sum)
		q.store(w, sub(weight, div(mul(learningRate, gradient), add(sqrt(sum), epsilon))))
	})
}
