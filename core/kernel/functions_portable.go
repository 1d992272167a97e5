package kernel

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel/table"
)

// The float32 conversions below forbid the compiler to fuse a product with the sum around it.

// The method and its constants are at core/kernel/table/constants.go.

// reduced32 splits x = n·ln 2 + r and gives n in the low bits of shifted, on top of the bits of shift.
func reduced32(x, shift float32) (r, shifted float32) {
	shifted = float32(x*table.Log2E) + shift
	n := shifted - shift
	r = x - float32(n*table.Ln2High)
	return r - float32(n*table.Ln2Low), shifted
}

// expm1Near0 is e^r - 1 for |r| ≤ 0.3469.
func expm1Near0(r float32) float32 {
	square := float32(r * r)
	low := float32(table.Expm3*r) + table.Expm2
	high := float32(table.Expm6*square) + (float32(table.Expm5*r) + table.Expm4)
	q := float32(high*square) + low
	return float32(q*square) + r
}

// exp32 is eˣ.
func exp32(x float32) float32 {
	if table.ExpHigh < x {
		x = table.ExpHigh
	}
	if x < table.ExpLow {
		x = table.ExpLow
	}
	r, shifted := reduced32(x, table.RoundingShift)
	exponent := int32(math.Float32bits(shifted)) - table.RoundingBits
	half := exponent >> 1
	scaled := (1 + expm1Near0(r)) * powerOfTwo(half)
	return scaled * powerOfTwo(exponent-half)
}

// powerOfTwo is 2ⁿ for n in [-126, 127], by its bits; for the n that a NaN leads to it is anything.
func powerOfTwo(n int32) float32 {
	return math.Float32frombits(uint32(n+table.ExponentBias) << 23)
}

// expBelow0 is eˣ for x ≤ 0.
func expBelow0(x float32) float32 {
	if x < table.ExpLow {
		x = table.ExpLow
	}
	r, shifted := reduced32(x, table.RoundingShift+table.ExponentBias+table.DenormalGuard)
	scaled := (1 + expm1Near0(r)) * math.Float32frombits(math.Float32bits(shifted)<<23)
	return scaled * table.DenormalScale
}

// sigmoid32 is 1/(1 + e⁻ˣ).
func sigmoid32(x float32) float32 {
	return logistic32(x, expBelow0(math.Float32frombits(math.Float32bits(x)|signBit)))
}

// logistic32 is the sigmoid of x, given e = e^-|x|, which is never large, and keeps relative accuracy on both sides: for
// x < 0 the value is e/(1+e), else 1/(1+e).
func logistic32(x, e float32) float32 {
	numerator := float32(1)
	if x < 0 {
		numerator = e
	}
	return numerator / (1 + e)
}

// tanh32 is tanh x.
func tanh32(x float32) float32 {
	bits := math.Float32bits(x)
	magnitude := math.Float32frombits(bits &^ signBit)
	if table.TanhHigh < magnitude {
		magnitude = table.TanhHigh
	}
	r, shifted := reduced32(-2*magnitude, table.RoundingShift+table.ExponentBias)
	power := math.Float32frombits(math.Float32bits(shifted) << 23)
	m := float32(expm1Near0(r)*power) + (power - 1)
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

func sigmoidBackwardPortable(da, y, dy []float32, n int) {
	y, dy = y[:n], dy[:n]
	for i, v := range y {
		da[i] = dy[i] * float32(v*(1-v))
	}
}

// relu32 is 0 for x below 0, else x.
func relu32(x float32) float32 {
	if x < 0 {
		return 0
	}
	return x
}

func reluPortable(dst, src []float32, n int) {
	for i, x := range src[:n] {
		dst[i] = relu32(x)
	}
}

func reluBackwardPortable(da, h, dh []float32, n int) {
	h, dh = h[:n], dh[:n]
	for i, y := range h {
		gradient := float32(0)
		if y > 0 {
			gradient = dh[i]
		}
		da[i] = gradient
	}
}
