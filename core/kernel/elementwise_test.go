package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestElementwise(t *testing.T) {
	for n := range 68 {
		g := newGenerator(uint64(n), false)
		a, b, dst := g.floats(n), g.floats(n), g.empty(n)
		start := slices.Clone(b.data)
		Multiply(dst.data, a.data, b.data)
		product := slices.Clone(dst.data)
		AddProduct(dst.data, a.data, b.data)
		twice := slices.Clone(dst.data)
		Add(dst.data, a.data)
		for i, x := range a.data {
			assert.Equal(t, x*b.data[i], product[i])
			near(t, 2*float64(x)*float64(b.data[i]), twice[i], 4*unit*math.Abs(float64(x)*float64(b.data[i])), "sum of products")
			assert.Equal(t, twice[i]+x, dst.data[i])
		}
		Multiply(b.data, a.data, b.data)
		assert.Equal(t, product, b.data, "in place on the second factor")
		Add(a.data, a.data)
		copy(b.data, start)
		Multiply(b.data, b.data, b.data)
		for i, x := range start {
			assert.Equal(t, x*x, b.data[i])
		}
		intact(t, a, b, dst)
	}
}

// TestSlopes holds what the backward functions make of the activation against the derivative.
func TestSlopes(t *testing.T) {
	for n := range 68 {
		g := newGenerator(uint64(n), false)
		a, dy, y, da := g.floats(n), g.floats(n), g.empty(n), g.empty(n)
		Sigmoid(y.data, a.data)
		SigmoidBackward(da.data, y.data, dy.data)
		for i, x := range a.data {
			d := float64(dy.data[i])
			near(t, d*difference(float64(x), exactSigmoid), da.data[i], 2e-6*math.Abs(d)+1e-12, "sigmoid at %g", x)
		}
		dh := slices.Clone(dy.data)
		SigmoidBackward(dh, y.data, dh)
		assert.Equal(t, da.data, dh, "in place")

		Relu(y.data, a.data)
		ReluBackward(da.data, y.data, dy.data)
		for i, x := range a.data {
			value, slope := float32(0), float32(0)
			if x > 0 {
				value, slope = x, dy.data[i]
			}
			assert.Equal(t, value, y.data[i])
			assert.Equal(t, slope, da.data[i])
		}
		ReluBackward(dy.data, y.data, dy.data)
		assert.Equal(t, da.data, dy.data, "in place")
		Relu(a.data, a.data)
		assert.Equal(t, y.data, a.data, "in place")
		intact(t, a, dy, y, da)
	}
}

func TestReluAtItsEnds(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	x := []float32{-inf, inf, nan, 0, -1e-45, 1e-45}
	Relu(x, x)
	assert.True(t, x[2] != x[2], "NaN stays")
	x[2] = 0
	assert.Equal(t, []float32{0, inf, 0, 0, 0, 1e-45}, x)
	dh := []float32{nan, 1, nan, inf, 2, 3}
	ReluBackward(dh, x, dh)
	assert.Equal(t, []float32{0, 1, 0, 0, 0, 3}, dh, "no gradient where the unit is off, whatever came")
}
