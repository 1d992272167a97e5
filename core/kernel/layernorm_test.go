package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// exactLayerNorm normalises one row in float64.
func exactLayerNorm(x, gamma, beta []float64, epsilon float64) (y []float64, mean, inverse float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	variance := 0.0
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	inverse = 1 / math.Sqrt(variance+epsilon)
	for j, v := range x {
		y = append(y, gamma[j]*(v-mean)*inverse+beta[j])
	}
	return y, mean, inverse
}

func wide(list []float32) []float64 {
	var all []float64
	for _, x := range list {
		all = append(all, float64(x))
	}
	return all
}

// TestLayerNorm holds the gradient against central differences of Σ dy·y in float64.
func TestLayerNorm(t *testing.T) {
	const rows, epsilon = 3, 1e-3
	for n := 1; n < 68; n++ {
		g := newGenerator(uint64(n), false)
		ldx, ldy, lddx, lddy := g.wider(n), g.wider(n), g.wider(n), g.wider(n)
		x, y, gamma, beta := g.matrix(rows, n, ldx), g.empty(rows*ldy), g.floats(n), g.floats(n)
		means, inverses := g.empty(rows), g.empty(rows)
		LayerNorm(y.data, ldy, x.data, ldx, gamma.data, beta.data, means.data, inverses.data, rows, n, epsilon)
		dy, dx, dgamma, dbeta := g.matrix(rows, n, lddy), g.empty(rows*lddx), g.floats(n), g.floats(n)
		wantGamma, wantBeta := wide(dgamma.data), wide(dbeta.data)
		LayerNormBackward(dx.data, lddx, dy.data, lddy, x.data, ldx, gamma.data, means.data, inverses.data, dgamma.data, dbeta.data, rows, n)
		for r := range rows {
			row, d := wide(x.data[r*ldx:][:n]), wide(dy.data[r*lddy:][:n])
			want, mean, inverse := exactLayerNorm(row, wide(gamma.data), wide(beta.data), epsilon)
			near(t, mean, means.data[r], 1e-5, "mean")
			near(t, inverse, inverses.data[r], 1e-5*inverse, "inverse deviation")
			for j := range n {
				near(t, want[j], y.data[r*ldy+j], 1e-5*(1+math.Abs(want[j]))*(1+inverse), "y of %d", n)
				slope := difference(row[j], func(v float64) float64 {
					moved := append([]float64(nil), row...)
					moved[j] = v
					y, _, _ := exactLayerNorm(moved, wide(gamma.data), wide(beta.data), epsilon)
					sum := 0.0
					for i, v := range y {
						sum += d[i] * v
					}
					return sum
				})
				near(t, slope, dx.data[r*lddx+j], 2e-5*(1+inverse)*(1+math.Abs(d[j])), "dx of %d", n)
				wantGamma[j] += d[j] * (row[j] - mean) * inverse
				wantBeta[j] += d[j]
			}
		}
		for j := range n {
			near(t, wantGamma[j], dgamma.data[j], 2e-5*(1+math.Abs(wantGamma[j])), "dgamma of %d", n)
			near(t, wantBeta[j], dbeta.data[j], 1e-6*(8+math.Abs(wantBeta[j])), "dbeta of %d", n)
		}
		intact(t, x, y, gamma, beta, means, inverses, dx, dy, dgamma, dbeta)
		if t.Failed() {
			return
		}
	}
}

func TestLayerNormInPlace(t *testing.T) {
	g := newGenerator(3, false)
	const rows, n = 4, 11
	x, gamma, beta := g.floats(rows*n), g.floats(n), g.floats(n)
	apart, means, inverses := g.empty(rows*n), g.empty(rows), g.empty(rows)
	LayerNorm(apart.data, n, x.data, n, gamma.data, beta.data, means.data, inverses.data, rows, n, 1e-5)
	dy, dgamma, dbeta, dx := g.floats(rows*n), make([]float32, n), make([]float32, n), g.empty(rows*n)
	LayerNormBackward(dx.data, n, dy.data, n, x.data, n, gamma.data, means.data, inverses.data, dgamma, dbeta, rows, n)
	LayerNormBackward(dy.data, n, dy.data, n, x.data, n, gamma.data, means.data, inverses.data, dgamma, dbeta, rows, n)
	assert.Equal(t, dx.data, dy.data)
	LayerNorm(x.data, n, x.data, n, gamma.data, beta.data, means.data, inverses.data, rows, n, 1e-5)
	assert.Equal(t, apart.data, x.data)
}

// TestConstantRows: a row without variance normalises to β, and ε keeps the factor finite.
func TestConstantRows(t *testing.T) {
	for n := 1; n < 20; n++ {
		x, y := make([]float32, n), make([]float32, n)
		gamma, beta := make([]float32, n), make([]float32, n)
		for j := range x {
			x[j], gamma[j], beta[j] = 0.75, 3, float32(j)
		}
		inverses := []float32{0}
		LayerNorm(y, n, x, n, gamma, beta, []float32{0}, inverses, 1, n, 1e-6)
		assert.Equal(t, beta, y)
		assert.InEpsilon(t, 1e3, inverses[0], 1e-6)
	}
}
