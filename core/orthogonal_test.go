package core

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/unfold-rnn/unfold/core/analysis"
	"github.com/unfold-rnn/unfold/core/random"
)

func TestOrthogonalIsWhatLAPACKGives(t *testing.T) {
	for _, n := range []int{1, 2, 3, 17, 64} {
		want, got := make([]float32, n*n), make([]float32, n*n)
		analysis.Orthogonal(want, n, random.New(uint64(n), random.Initialisation))
		orthogonal(got, n, random.New(uint64(n), random.Initialisation))
		for i := range want {
			assert.InDelta(t, want[i], got[i], 2e-6, "n = %d, element %d", n, i)
		}
	}
}
