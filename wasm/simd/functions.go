package simd

import (
	"github.com/unfold-rnn/unfold/core/kernel/table"
	"github.com/unfold-rnn/unfold/wasm/asm"
)

// The methods and constants stand in core/kernel/table/constants.go, the order of operations in the portable bodies.

// pointwise makes a kernel that applies a function to each float.
func pointwise(function func(*code, expr) expr) func(*code) {
	return func(k *code) {
		dst, src := k.param("dst"), k.param("src")
		k.quads(k.param("n"), []variable{dst, src}, func(q quad) {
			x := k.let(q.load(src))
			q.store(dst, function(k, x))
		})
	}
}

// reduce splits x = n·ln 2 + r; n stands in the low bits of shifted, on top of the bits of shift.
func (k *code) reduce(x variable, shift float32) (r, shifted variable) {
	shifted = k.let(multiplyAdd(x, all(table.Log2E), all(shift)))
	n := k.let(sub(shifted, all(shift)))
	r = k.let(subtractProduct(x, n, all(table.Ln2High)))
	return k.let(subtractProduct(r, n, all(table.Ln2Low))), shifted
}

// expm1Near0 is e^r - 1 for |r| ≤ 0.3469.
func (k *code) expm1Near0(r variable) expr {
	square := k.let(mul(r, r))
	low := k.let(multiplyAdd(all(table.Expm3), r, all(table.Expm2)))
	high := k.let(multiplyAdd(all(table.Expm6), square, multiplyAdd(all(table.Expm5), r, all(table.Expm4))))
	q := k.let(multiplyAdd(high, square, low))
	return multiplyAdd(q, square, r)
}

// powerOfTwo is 2ⁿ by its bits.
func powerOfTwo(n expr) expr {
	return exponentBits(apply(asm.I32x4Add, n, bits(table.ExponentBias)))
}

func exponentBits(x expr) expr { return apply(asm.I32x4Shl, x, number(23)) }

func exponential(k *code, argument expr) expr {
	x := k.let(atLeast(atMost(argument, all(table.ExpHigh)), all(table.ExpLow)))
	r, shifted := k.reduce(x, table.RoundingShift)
	exponent := k.let(apply(asm.I32x4Sub, shifted, bits(table.RoundingBits)))
	half := k.let(apply(asm.I32x4ShrS, exponent, number(1)))
	scaled := mul(add(all(1), k.expm1Near0(r)), powerOfTwo(half))
	return mul(scaled, powerOfTwo(apply(asm.I32x4Sub, exponent, half)))
}

// exponentialBelow0 is eˣ for x ≤ 0.
func (k *code) exponentialBelow0(argument expr) expr {
	x := k.let(atLeast(argument, all(table.ExpLow)))
	r, shifted := k.reduce(x, table.RoundingShift+table.ExponentBias+table.DenormalGuard)
	return mul(mul(add(all(1), k.expm1Near0(r)), exponentBits(shifted)), all(table.DenormalScale))
}

const signBit = 1 << 31

func logistic(k *code, argument expr) expr {
	x := k.let(argument)
	return logisticOf(x, k.let(k.exponentialBelow0(or(x, bits(signBit)))))
}

// logisticOf is the sigmoid of x, given e = e^-|x|.
func logisticOf(x, e variable) expr {
	numerator := choose(e, all(1), apply(asm.F32x4Lt, x, all(0)))
	return div(numerator, add(all(1), e))
}

func tangent(k *code, argument expr) expr {
	x := k.let(argument)
	y := k.let(mul(all(-2), atMost(without(x, bits(signBit)), all(table.TanhHigh))))
	r, shifted := k.reduce(y, table.RoundingShift+table.ExponentBias)
	power := k.let(exponentBits(shifted))
	m := k.let(multiplyAdd(k.expm1Near0(r), power, sub(power, all(1))))
	t := div(m, add(m, all(2)))
	return choose(x, t, bits(signBit))
}
