package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func exactSquaredError(p, t float64) (gradient, loss float64) { return 2 * (p - t), (p - t) * (p - t) }

func exactBinaryCrossEntropy(x, t float64) (gradient, loss float64) {
	return exactSigmoid(x) - t, math.Max(x, 0) - x*t + math.Log1p(math.Exp(-math.Abs(x)))
}

var elementLosses = []struct {
	name  string
	apply func(predictions []float32, ld int, targets []float32, ldt int, weights, losses []float32, n int)
	exact func(p, t float64) (gradient, loss float64)
}{{"SquaredError", SquaredError, exactSquaredError}, {"BinaryCrossEntropy", BinaryCrossEntropy, exactBinaryCrossEntropy}}

func TestElementLosses(t *testing.T) {
	for _, f := range elementLosses {
		t.Run(f.name, func(t *testing.T) {
			for n := 1; n < 68; n++ {
				g := newGenerator(uint64(n), false)
				rows := 4
				ld, ldt := g.wider(n), g.wider(n)
				predictions, targets, weights, losses := g.matrix(rows, n, ld), g.matrix(rows, n, ldt), g.floats(rows), g.empty(rows)
				raw := append([]float32(nil), predictions.data...)
				f.apply(predictions.data, ld, targets.data, ldt, weights.data, losses.data, n)
				for r := range rows {
					total, size := 0.0, 0.0
					weight := float64(weights.data[r]) / float64(n)
					for j := range n {
						p, target := float64(raw[r*ld+j]), float64(targets.data[r*ldt+j])
						gradient, loss := f.exact(p, target)
						total += loss
						size += math.Abs(loss) + math.Abs(p*target) + 1
						near(t, weight*gradient, predictions.data[r*ld+j], 8*unit*math.Abs(weight)*(1+math.Abs(p)+math.Abs(target)), "gradient %d of %d", j, n)
					}
					near(t, total/float64(n), losses.data[r], unit*float64(n+8)*size/float64(n), "loss of %d", n)
				}
				intact(t, predictions, targets, weights, losses)
			}
		})
	}
}

// TestConfidentLosses has predictions that are right beyond doubt: what is left of the loss keeps its relative accuracy.
func TestConfidentLosses(t *testing.T) {
	for _, x := range []float32{-100, -87.5, -30, -17, -5, 5, 17, 30, 87.5, 100} {
		target, losses := []float32{0}, []float32{float32(math.NaN())}
		if x > 0 {
			target[0] = 1
		}
		BinaryCrossEntropy([]float32{x}, 1, target, 1, []float32{1}, losses, 1)
		if off := ulpsOff(losses[0], math.Log1p(math.Exp(-math.Abs(float64(x))))); !(off <= maxUlps+1) {
			assert.Fail(t, "not accurate", "x = %g: %g is %g ulp off", x, losses[0], off)
		}
	}
}

// TestPaddingIsNotLookedAt: rows of weight 0 may hold anything, targets included.
func TestPaddingIsNotLookedAt(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for n := 1; n < 12; n++ {
		g := newGenerator(uint64(n), false)
		padding := func() *buffer {
			b := g.matrix(3, n, n)
			for j := range n {
				b.data[j], b.data[2*n+j] = []float32{nan, inf, -inf}[j%3], nan
			}
			return b
		}
		weights := []float32{0, 1, float32(math.Copysign(0, -1))}
		zeros := make([]float32, n)
		for _, f := range elementLosses {
			predictions, targets, losses := padding(), padding(), g.empty(3)
			f.apply(predictions.data, n, targets.data, n, weights, losses.data, n)
			assert.Equal(t, zeros, predictions.data[:n], f.name)
			assert.Equal(t, zeros, predictions.data[2*n:], f.name)
			assert.Equal(t, []float32{0, 0}, []float32{losses.data[0], losses.data[2]}, f.name)
			assert.NotZero(t, losses.data[1], f.name)
		}
		logits, denominators, margins := padding(), g.empty(3), g.empty(3)
		SoftmaxCrossEntropy(logits.data, n, []int32{-7, int32(n - 1), math.MaxInt32}, weights, denominators.data, margins.data, n)
		assert.Equal(t, zeros, logits.data[:n])
		assert.Equal(t, zeros, logits.data[2*n:])
		assert.Equal(t, []float32{1, 1, 0, 0}, []float32{denominators.data[0], denominators.data[2], margins.data[0], margins.data[2]})
		assert.GreaterOrEqual(t, denominators.data[1], float32(1))
	}
}

func TestLossesOfNaN(t *testing.T) {
	nan := float32(math.NaN())
	for _, f := range elementLosses {
		predictions, losses := []float32{1, nan, 2, 3, 4}, []float32{0}
		f.apply(predictions, 5, make([]float32, 5), 5, []float32{1}, losses, 5)
		assert.True(t, losses[0] != losses[0] && predictions[1] != predictions[1], f.name)
		predictions = []float32{1, 2, 2, 3, 4}
		f.apply(predictions, 5, make([]float32, 5), 5, []float32{nan}, losses, 5)
		assert.True(t, predictions[0] != predictions[0], "%s: a weight that is NaN is not 0", f.name)
	}
}

// TestLog1pUlps walks over [0, 1], all exponents and denormals, with a prime stride.
func TestLog1pUlps(t *testing.T) {
	var worst float64
	var at float32
	for bits := uint32(0); bits <= math.Float32bits(1); bits += 97 {
		e := math.Float32frombits(bits)
		if off := ulpsOff(log1p32(e), math.Log1p(float64(e))); !(off <= worst) {
			worst, at = off, e
		}
	}
	for e := float32(0); e < 0x1p-140; e = math.Nextafter32(e, 1) {
		if off := ulpsOff(log1p32(e), math.Log1p(float64(e))); !(off <= worst) {
			worst, at = off, e
		}
	}
	t.Logf("log(1 + e) is at most %.2f ulp off, at %g", worst, at)
	if !(worst <= maxUlps) {
		assert.Fail(t, "not within the bound", "%g ulp at %g, want %d", worst, at, maxUlps)
	}
	assert.True(t, math.IsNaN(float64(log1p32(float32(math.NaN())))))
}
