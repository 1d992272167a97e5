package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

// overlay makes a kernel that stores, number by number, a value of its operands into the first of them. The names are those of
// the operands; value gets what they hold.
func overlay(value func(k *code, x []expr) expr, names ...string) func(*code) {
	return func(k *code) {
		addresses := k.params(names...)
		k.quads(k.param("n"), addresses, func(q quad) {
			var x []expr
			for _, address := range addresses {
				x = append(x, q.load(address))
			}
			q.store(addresses[0], value(k, x))
		})
	}
}

var (
	tanhBackward = overlay(func(k *code, x []expr) expr {
		h := k.let(x[1])
		return mul(x[2], subtractProduct(all(1), h, h))
	}, "da", "h", "dh")
	sigmoidBackward = overlay(func(k *code, x []expr) expr { return mul(x[2], slope(k.let(x[1]))) }, "da", "y", "dy")
	reluBackward    = overlay(func(_ *code, x []expr) expr {
		return apply(asm.V128And, x[2], apply(asm.F32x4Gt, x[1], all(0)))
	}, "da", "h", "dh")
	addTo      = overlay(func(_ *code, x []expr) expr { return add(x[0], x[1]) }, "dst", "src")
	multiply   = overlay(func(_ *code, x []expr) expr { return mul(x[1], x[2]) }, "dst", "a", "b")
	addProduct = overlay(func(_ *code, x []expr) expr { return multiplyAdd(x[1], x[2], x[0]) }, "dst", "a", "b")
)

// slope is y(1-y), the derivative of the sigmoid where it is y.
func slope(y variable) expr { return mul(y, sub(all(1), y)) }

func relu(_ *code, x expr) expr { return atLeast(x, all(0)) }

func scale(k *code) {
	by := k.splats("by")[0]
	overlay(func(_ *code, x []expr) expr { return mul(x[0], by) }, "x")(k)
}

func clampValues(k *code) {
	limit := k.splats("limit")[0]
	negative := k.let(apply(asm.F32x4Neg, limit))
	overlay(func(_ *code, x []expr) expr { return atLeast(atMost(x[0], limit), negative) }, "x")(k)
}
