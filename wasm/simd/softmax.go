package simd

import (
	"math"

	"github.com/unfold-rnn/unfold/wasm/asm"
)

// rowMaximum is a row's largest float, in every lane.
func (k *code) rowMaximum(row, n expr) variable {
	lowest := all(float32(math.Inf(-1)))
	top := k.let(lowest)
	address, count := k.letInt(row), k.letInt(n)
	k.quads(count, []variable{address}, func(q quad) {
		k.set(top, apply(asm.F32x4Max, top, q.only(q.load(address), lowest)))
	})
	k.set(top, apply(asm.F32x4Max, top, shuffle(top, 2, 3, 0, 1)))
	k.set(top, apply(asm.F32x4Max, top, shuffle(top, 1, 0, 3, 2)))
	return top
}

// exponentials replaces a row by exp(x - top) and is the sum, an f32.
func (k *code) exponentials(row, n expr, top variable) variable {
	sum := k.let(all(0))
	address, count := k.letInt(row), k.letInt(n)
	k.quads(count, []variable{address}, func(q quad) {
		e := k.let(k.exponentialBelow0(sub(q.load(address), top)))
		q.store(address, e)
		k.set(sum, add(sum, q.only(e, all(0))))
	})
	return k.letFloat(sumOfLanes(sum))
}

// inverse is 1/x in every lane, for an f32.
func inverse(x expr) expr { return div(all(1), splat(x)) }

func softmax(k *code) {
	x, n := k.param("x"), k.param("n")
	stride := k.letInt(bytes(k.param("ld")))
	k.repeat(k.param("rows"), func() {
		factor := k.let(inverse(k.exponentials(x, n, k.rowMaximum(x, n))))
		address, count := k.letInt(x), k.letInt(n)
		k.quads(count, []variable{address}, func(q quad) {
			q.store(address, mul(q.load(address), factor))
		})
		k.set(x, plus(x, stride))
	})
}

func softmaxCrossEntropy(k *code) {
	logits, n, targets := k.param("logits"), k.param("n"), k.param("targets")
	weights, denominators, margins := k.param("weights"), k.param("denominators"), k.param("margins")
	stride := k.letInt(bytes(k.param("ld")))
	k.repeat(k.param("rows"), func() {
		k.unlessPadding(weights, logits, n, func(weight variable) {
			target := k.letInt(plus(logits, bytes(loadInteger(targets, 0))))
			top := k.rowMaximum(logits, n)
			k.storeFloat(margins, 0, apply(asm.F32Sub, loadFloat(target, 0), lane(top, 0)))
			sum := k.exponentials(logits, n, top)
			k.storeFloat(denominators, 0, sum)
			factor := k.let(inverse(sum))
			probability := apply(asm.F32Mul, loadFloat(target, 0), lane(factor, 0))
			atTarget := k.letFloat(apply(asm.F32Mul, apply(asm.F32Sub, probability, float(1)), weight))
			everywhere := k.let(splat(weight))
			address, count := k.letInt(logits), k.letInt(n)
			k.quads(count, []variable{address}, func(q quad) {
				q.store(address, mul(mul(q.load(address), factor), everywhere))
			})
			k.storeFloat(target, 0, atTarget)
		}, func() {
			k.storeFloat(denominators, 0, float(1))
			k.storeFloat(margins, 0, float(0))
		})
		k.set(logits, plus(logits, stride))
		k.advance(4, targets, weights, denominators, margins)
	})
}
