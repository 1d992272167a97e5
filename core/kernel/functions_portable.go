package kernel

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel/table"
)

// The float32 conversions below forbid the compiler to fuse a product with the sum around it.

// exp32 is eˣ: the method and its constants are at [table.Exp].
func exp32(x float32) float32 {
	if table.ExpHigh < x {
		x = table.ExpHigh
	}
	if x < table.ExpLow {
		x = table.ExpLow
	}
	shifted := float32(x*table.Log2E) + table.RoundingShift
	n := shifted - table.RoundingShift
	r := x - float32(n*table.Ln2High)
	r -= float32(n * table.Ln2Low)
	p := float32(float32(table.Exp6)*r) + table.Exp5
	p = float32(p*r) + table.Exp4
	p = float32(p*r) + table.Exp3
	p = float32(p*r) + table.Exp2
	p = float32(p*r) + 1
	p = float32(p*r) + 1
	// 2ⁿ in two factors: n goes down to -150, and no float32 is that small.
	exponent := int32(math.Float32bits(shifted)) - table.RoundingBits
	half := exponent >> 1
	p = p * powerOfTwo(half)
	return p * powerOfTwo(exponent-half)
}

// powerOfTwo is 2ⁿ for n in [-126, 127], by its bits; for the n that a NaN leads to it is anything.
func powerOfTwo(n int32) float32 {
	return math.Float32frombits(uint32(n+127) << 23)
}

// sigmoid32 takes e^-|x|, which is never large, and keeps relative accuracy on both sides: for x < 0 the value is
// e/(1+e), else 1/(1+e).
func sigmoid32(x float32) float32 {
	e := exp32(math.Float32frombits(math.Float32bits(x) | signBit))
	numerator := float32(1)
	if x < 0 {
		numerator = e
	}
	return numerator / (1 + e)
}

// tanh32 is (1 - e^-2|x|)/(1 + e^-2|x|) with the sign of x: the method and its constants are at [table.Tanh].
func tanh32(x float32) float32 {
	bits := math.Float32bits(x)
	magnitude := math.Float32frombits(bits &^ signBit)
	if table.TanhHigh < magnitude {
		magnitude = table.TanhHigh
	}
	y := -2 * magnitude
	shifted := float32(y*table.Log2E) + table.RoundingShift
	n := shifted - table.RoundingShift
	r := y - float32(n*table.Ln2High)
	r -= float32(n * table.Ln2Low)
	p := float32(float32(table.Expm16)*r) + table.Expm15
	p = float32(p*r) + table.Expm14
	p = float32(p*r) + table.Expm13
	p = float32(p*r) + table.Expm12
	p = float32(float32(p*r)*r) + r
	scale := powerOfTwo(int32(math.Float32bits(shifted)) - table.RoundingBits)
	m := float32(p*scale) + (scale - 1)
	t := m / (m + 2)
	return math.Float32frombits(math.Float32bits(t)&^signBit | bits&signBit)
}

const signBit = 1 << 31

func expPortable(dst, src []float32, n int) {
	for i, x := range src[:n] {
		dst[i] = exp32(x)
	}
}

func tanhPortable(dst, src []float32, n int) {
	for i, x := range src[:n] {
		dst[i] = tanh32(x)
	}
}

func sigmoidPortable(dst, src []float32, n int) {
	for i, x := range src[:n] {
		dst[i] = sigmoid32(x)
	}
}

func tanhBackwardPortable(da, h, dh []float32, n int) {
	h, dh = h[:n], dh[:n]
	for i := range h {
		da[i] = dh[i] * (1 - float32(h[i]*h[i]))
	}
}
