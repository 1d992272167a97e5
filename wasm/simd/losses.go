package simd

import (
	"github.com/unfold-rnn/unfold/core/kernel/table"
	"github.com/unfold-rnn/unfold/wasm/asm"
)

// unlessPadding runs then with the row's weight, an f32, unless that is 0; else it clears the row and runs otherwise.
func (k *code) unlessPadding(weights, row, n variable, then func(weight variable), otherwise func()) {
	weight := k.letFloat(loadFloat(weights, 0))
	k.either(apply(asm.F32Ne, weight, float(0)), func() { then(weight) }, func() {
		address, count := k.letInt(row), k.letInt(n)
		k.quads(count, []variable{address}, func(q quad) { q.store(address, all(0)) })
		otherwise()
	})
}

// elementLosses walks over the rows of predictions and targets. each is the gradient, but for the row's factor scale·weight/n, and
// the loss of the elements p with the targets t.
func (k *code) elementLosses(predictions variable, scale float32, each func(p, t variable) (gradient, loss expr)) {
	targets, n := k.param("targets"), k.param("n")
	weights, losses := k.param("weights"), k.param("losses")
	ld, ldt := k.letInt(bytes(k.param("ld"))), k.letInt(bytes(k.param("ldt")))
	width := k.letFloat(apply(asm.F32ConvertI32S, n))
	k.repeat(k.param("rows"), func() {
		k.unlessPadding(weights, predictions, n, func(weight variable) {
			factor := k.let(splat(apply(asm.F32Div, apply(asm.F32Mul, weight, float(scale)), width)))
			sum := k.let(all(0))
			at, from, count := k.letInt(predictions), k.letInt(targets), k.letInt(n)
			k.quads(count, []variable{at, from}, func(q quad) {
				gradient, loss := each(k.let(q.load(at)), k.let(q.load(from)))
				q.store(at, mul(factor, gradient))
				k.set(sum, add(sum, q.only(loss, all(0))))
			})
			k.storeFloat(losses, 0, apply(asm.F32Div, sumOfLanes(sum), width))
		}, func() { k.storeFloat(losses, 0, float(0)) })
		k.set(predictions, plus(predictions, ld))
		k.set(targets, plus(targets, ldt))
		k.advance(4, weights, losses)
	})
}

func squaredError(k *code) {
	k.elementLosses(k.param("predictions"), 2, func(p, t variable) (gradient, loss expr) {
		off := k.let(sub(p, t))
		return off, mul(off, off)
	})
}

func binaryCrossEntropy(k *code) {
	k.elementLosses(k.param("logits"), 1, func(x, t variable) (gradient, loss expr) {
		e := k.let(k.exponentialBelow0(or(x, bits(signBit))))
		return sub(logisticOf(x, e), t), add(subtractProduct(relu(k, x), x, t), k.log1p(e))
	})
}

// log1p is log(1 + e) for e in [0, 1].
func (k *code) log1p(e variable) expr {
	y := k.let(div(add(e, e), add(e, all(2))))
	v := k.let(mul(y, y))
	low := k.let(multiplyAdd(all(table.Log1p2), v, all(table.Log1p1)))
	high := k.let(multiplyAdd(all(table.Log1p4), v, all(table.Log1p3)))
	q := k.let(multiplyAdd(high, mul(v, v), low))
	return multiplyAdd(mul(q, v), y, y)
}
