package analysis

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// wheel draws normal numbers by a fixed formula, Box and Muller's.
type wheel struct{ n float64 }

func (w *wheel) Normal() float64 {
	w.n++
	u, v := math.Mod(w.n*0.754877666, 1), math.Mod(w.n*0.569840296, 1)
	return math.Sqrt(-2*math.Log(u+1e-9)) * math.Cos(2*math.Pi*v)
}

func TestOrthogonalIsOrthogonal(t *testing.T) {
	const n = 24
	w := make([]float32, n*n)
	Orthogonal(w, n, &wheel{})
	for i := range n {
		for j := range n {
			var dot float64
			for k := range n {
				dot += float64(w[i*n+k]) * float64(w[j*n+k])
			}
			want := 0.0
			if i == j {
				want = 1
			}
			assert.InDelta(t, want, dot, 1e-6)
		}
	}
	other := make([]float32, n*n)
	Orthogonal(other, n, &wheel{n: 7})
	assert.NotEqual(t, w, other)
}
