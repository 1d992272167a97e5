// Package loss turns a readout's outputs and the targets into a number and its gradient.
package loss

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// CrossEntropy is softmax with cross-entropy over rows of logits:
//
//	ŷ = softmax o      L = -Σ_r w_r log ŷ_r[y_r]      do_r = w_r (ŷ_r - onehot y_r)
//
// in nats. The exponentials are float32; each row's logarithm and the sum over rows are float64.
type CrossEntropy struct{ denominators, margins []float32 }

// Gradient overwrites logits [rows, n] with do and returns L. Targets are ids below n, weights one a row.
func (c *CrossEntropy) Gradient(logits []float32, targets []int32, weights []float32, n int) float64 {
	rows := len(targets)
	c.denominators = tensor.Grow(c.denominators, rows)
	c.margins = tensor.Grow(c.margins, rows)
	kernel.SoftmaxCrossEntropy(logits, n, targets, weights, c.denominators, c.margins, n)
	var total float64
	for r, w := range weights {
		total += float64(w) * (math.Log(float64(c.denominators[r])) - float64(c.margins[r]))
	}
	return total
}
