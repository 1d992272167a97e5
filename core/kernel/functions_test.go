package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// maxUlps is the bound that Exp, Tanh and Sigmoid promise.
const maxUlps = 4

// ulpsOff is how far a float32 is from an exact value, in units of the last place of a float32 there.
func ulpsOff(got float32, exact float64) float64 {
	if math.IsNaN(exact) || math.IsInf(exact, 0) {
		if float64(got) == exact || got != got && exact != exact {
			return 0
		}
		return math.Inf(1)
	}
	_, exponent := math.Frexp(exact)
	unit := math.Ldexp(1, max(exponent-24, -149))
	if math.IsInf(float64(got), 0) { // as if the format had the next exponent too
		got64 := math.Copysign(0x1p128, float64(got))
		return math.Abs(got64-exact) / unit
	}
	return math.Abs(float64(got)-exact) / unit
}

func exactSigmoid(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

var functions = []struct {
	name   string
	apply  func(dst, src []float32)
	scalar func(float32) float32
	exact  func(float64) float64
}{
	{"exp", Exp, exp32, func(x float64) float64 {
		if y := math.Exp(x); !(y >= 0x1p128) {
			return y
		}
		return math.Inf(1)
	}},
	{"tanh", Tanh, tanh32, math.Tanh},
	{"sigmoid", Sigmoid, sigmoid32, exactSigmoid},
}

// TestUlps walks over all exponents, signs, denormals, infinities and NaNs with a prime stride.
func TestUlps(t *testing.T) {
	const block = 4096
	stride := uint64(251)
	if testing.Short() {
		stride = 25013
	}
	src, dst := make([]float32, block), make([]float32, block)
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			var worst float64
			var at float32
			for bits := uint64(0); bits < 1<<32; {
				for i := range src {
					src[i] = math.Float32frombits(uint32(min(bits, 1<<32-1)))
					bits += stride
				}
				f.apply(dst, src)
				for i, x := range src {
					if off := ulpsOff(dst[i], f.exact(float64(x))); !(off <= worst) {
						worst, at = off, x
					}
				}
			}
			t.Logf("%s is at most %.2f ulp off, at %g (%d values)", f.name, worst, at, (1<<32)/stride)
			if !(worst <= maxUlps) {
				assert.Fail(t, "not within the bound", "%g ulp at %g, want %d", worst, at, maxUlps)
			}
		})
	}
}

// TestUlpsDensely takes every float of the intervals where the methods change: around 0, at the ends of the range and where results
// become denormal.
func TestUlpsDensely(t *testing.T) {
	for _, f := range functions {
		for _, span := range [][2]float32{{-104.1, -103.9}, {-88, -87}, {88.7, 88.75}, {-0.36, -0.34}, {0.17, 0.18}, {0.34, 0.36}, {9.99, 10.01}, {-17.4, -17.2}} {
			var worst float64
			for x := span[0]; x < span[1]; x = math.Nextafter32(x, span[1]) {
				if off := ulpsOff(f.scalar(x), f.exact(float64(x))); !(off <= worst) {
					worst = off
				}
			}
			if !(worst <= maxUlps) {
				assert.Fail(t, "not within the bound", "%s on %v: %g ulp", f.name, span, worst)
			}
		}
	}
}

func TestFunctionsAtTheirEnds(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	negativeZero := math.Float32frombits(1 << 31)
	denormal := float32(math.SmallestNonzeroFloat32)
	cases := []struct {
		name     string
		f        func(dst, src []float32)
		in, want float32
	}{
		{"exp", Exp, inf, inf}, {"exp", Exp, -inf, 0}, {"exp", Exp, nan, nan}, {"exp", Exp, 0, 1}, {"exp", Exp, negativeZero, 1},
		{"exp", Exp, 1000, inf}, {"exp", Exp, -1000, 0}, {"exp", Exp, -103.5, denormal}, {"exp", Exp, 89, inf}, {"exp", Exp, denormal, 1},
		{"tanh", Tanh, inf, 1}, {"tanh", Tanh, -inf, -1}, {"tanh", Tanh, nan, nan}, {"tanh", Tanh, 0, 0}, {"tanh", Tanh, negativeZero, negativeZero},
		{"tanh", Tanh, denormal, denormal}, {"tanh", Tanh, -denormal, -denormal}, {"tanh", Tanh, 40, 1},
		{"sigmoid", Sigmoid, inf, 1}, {"sigmoid", Sigmoid, -inf, 0}, {"sigmoid", Sigmoid, nan, nan}, {"sigmoid", Sigmoid, 0, 0.5},
		{"sigmoid", Sigmoid, negativeZero, 0.5}, {"sigmoid", Sigmoid, -103.5, denormal}, {"sigmoid", Sigmoid, 50, 1},
	}
	for _, c := range cases {
		// Five, so that the linked kernels meet it in a whole vector and in a rest.
		x := []float32{c.in, c.in, c.in, c.in, c.in}
		c.f(x, x)
		for _, got := range x {
			assert.True(t, math.Float32bits(got) == math.Float32bits(c.want) || got != got && c.want != c.want,
				"%s(%g) = %g, want %g", c.name, c.in, got, c.want)
		}
	}
}
