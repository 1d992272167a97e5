package analysis

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSpectralRadius(t *testing.T) {
	for _, c := range []struct {
		name string
		a    []float32
		n    int
		want float64
	}{
		{"nothing", nil, 0, 0},
		{"one", []float32{-3}, 1, 3},
		{"diagonal", []float32{0.5, 0, 0, -2}, 2, 2},
		{"triangle", []float32{1, 100, 0, 0.25}, 2, 1},
		{"rotation of 0.9", []float32{0, -0.9, 0.9, 0}, 2, 0.9},
		{"nilpotent", []float32{0, 1, 0, 0}, 2, 0},
		{"not finite", []float32{0, float32(math.NaN()), 0, 0}, 2, math.NaN()},
	} {
		got := SpectralRadius(c.a, c.n)
		if math.IsNaN(c.want) {
			assert.True(t, math.IsNaN(got), c.name)
			continue
		}
		assert.InDelta(t, c.want, got, 1e-7, c.name)
	}
	w := make([]float32, 30*30)
	Orthogonal(w, 30, &wheel{})
	assert.InDelta(t, 1, SpectralRadius(w, 30), 1e-6, "an orthogonal matrix turns, and no more")
}

func TestPrincipalComponents(t *testing.T) {
	// Points along (3, 4)/5 with spread 10, along (-4, 3)/5 with spread 1, around (7, -2).
	var x []float32
	for i := range 40 {
		along, across := 10*math.Sin(float64(i)*2*math.Pi/40), math.Cos(float64(i)*2*math.Pi/40)
		x = append(x, float32(7+along*0.6-across*0.8), float32(-2+along*0.8+across*0.6))
	}
	c, err := PrincipalComponents(x, 2, 2)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{7, -2}, c.Mean, 1e-6)
	assert.InDeltaSlice(t, []float64{0.6, 0.8, 0.8, -0.6}, c.Directions, 1e-5)
	assert.InDeltaSlice(t, []float64{100 * 20.0 / 39, 20.0 / 39}, c.Variance, 1e-4)
	for i := range 40 {
		assert.InDelta(t, 10*math.Sin(float64(i)*2*math.Pi/40), c.Projected[2*i], 1e-4)
	}
	one, err := PrincipalComponents(x, 2, 1)
	require.NoError(t, err)
	assert.InDeltaSlice(t, c.Directions[:2], one.Directions, 1e-12)
	_, err = PrincipalComponents(x[:2], 2, 1)
	assert.ErrorContains(t, err, "two rows")
	_, err = PrincipalComponents(x, 2, 3)
	assert.ErrorContains(t, err, "more directions")
}
