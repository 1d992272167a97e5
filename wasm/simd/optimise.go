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

// splats are f32 parameters, in every lane.
func (k *code) splats(names ...string) []variable {
	list := k.params(names...)
	for i, p := range list {
		list[i] = k.let(splat(p))
	}
	return list
}

// regularised is the gradient g·gradScale + decay·weight.
func regularised(g, weight, gradScale, decay expr) expr {
	return multiplyAdd(decay, weight, mul(g, gradScale))
}

func sgd(k *code) {
	w, g := k.param("w"), k.param("g")
	c := k.splats("learningRate", "gradScale", "decay")
	learningRate, gradScale, decay := c[0], c[1], c[2]
	k.quads(k.param("n"), []variable{w, g}, func(q quad) {
		weight := k.let(q.load(w))
		q.store(w, subtractProduct(weight, learningRate, regularised(q.load(g), weight, gradScale, decay)))
	})
}

// momentum makes the two kernels of gradient descent with momentum.
func momentum(nesterov bool) func(*code) {
	return func(k *code) {
		w, g, buf := k.param("w"), k.param("g"), k.param("buf")
		c := k.splats("learningRate", "momentum", "gain", "gradScale", "decay")
		learningRate, momentum, gain, gradScale, decay := c[0], c[1], c[2], c[3], c[4]
		k.quads(k.param("n"), []variable{w, g, buf}, func(q quad) {
			weight := k.let(q.load(w))
			gradient := k.let(regularised(q.load(g), weight, gradScale, decay))
			velocity := k.let(multiplyAdd(gain, gradient, mul(momentum, q.load(buf))))
			q.store(buf, velocity)
			direction := expr(velocity)
			if nesterov {
				direction = multiplyAdd(momentum, velocity, gradient)
			}
			q.store(w, subtractProduct(weight, learningRate, direction))
		})
	}
}

func rmsprop(k *code) {
	w, g, v := k.param("w"), k.param("g"), k.param("v")
	learningRate := k.splats("learningRate")[0]
	normal := k.normalise()
	k.quads(k.param("n"), []variable{w, g, v}, func(q quad) {
		weight := k.let(q.load(w))
		q.store(w, subtractProduct(weight, learningRate, normal(q, weight)))
	})
}

func rmspropMomentum(k *code) {
	w, g, v, buf := k.param("w"), k.param("g"), k.param("v"), k.param("buf")
	c := k.splats("learningRate", "momentum")
	learningRate, momentum := c[0], c[1]
	normal := k.normalise()
	k.quads(k.param("n"), []variable{w, g, v, buf}, func(q quad) {
		weight := k.let(q.load(w))
		velocity := k.let(multiplyAdd(momentum, q.load(buf), normal(q, weight)))
		q.store(buf, velocity)
		q.store(w, subtractProduct(weight, learningRate, velocity))
	})
}

// normalise is RMSProp's part with v: it stores the new v and is the gradient over its root.
func (k *code) normalise() func(q quad, weight variable) variable {
	g, v := k.param("g"), k.param("v")
	c := k.splats("alpha", "rest", "epsilon", "gradScale", "decay")
	alpha, rest, epsilon, gradScale, decay := c[0], c[1], c[2], c[3], c[4]
	return func(q quad, weight variable) variable {
		gradient := k.let(regularised(q.load(g), weight, gradScale, decay))
		square := k.let(multiplyAdd(mul(rest, gradient), gradient, mul(alpha, q.load(v))))
		q.store(v, square)
		return k.let(div(gradient, add(sqrt(square), epsilon)))
	}
}

func adam(k *code) {
	w, g, m, v := k.param("w"), k.param("g"), k.param("m"), k.param("v")
	c := k.splats("keep", "step", "rest1", "beta2", "rest2", "correction", "epsilon", "gradScale", "decay")
	keep, step, rest1, beta2, rest2, correction, epsilon, gradScale, decay := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]
	k.quads(k.param("n"), []variable{w, g, m, v}, func(q quad) {
		weight := k.let(mul(q.load(w), keep))
		gradient := k.let(regularised(q.load(g), weight, gradScale, decay))
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
		gradient := k.let(regularised(q.load(g), weight, gradScale, decay))
		sum := k.let(multiplyAdd(gradient, gradient, q.load(s)))
		q.store(s, sum)
		q.store(w, sub(weight, div(mul(learningRate, gradient), add(sqrt(sum), epsilon))))
	})
}
