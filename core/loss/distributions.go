package loss

import (
	"math"
	"slices"

	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Distributions are ŷ(1) … ŷ(T) of one sequence among several that lie time-major, in logarithms:
//
//	log ŷ(t)[k] = o(t)[k] - norm(t)      norm(t) = max o(t) + log Σ exp(o(t) - max o(t))
//
// They are a view of the logits, which must stay as they are. The sum is float32, in four lanes; the rest is float64.
type Distributions struct {
	logits                 []float32
	stride, steps, classes int
	norms                  []float64 // [T]
	row                    []float32 // [O]
}

// Read takes steps rows of n logits, stride apart.
func (d *Distributions) Read(logits []float32, stride, steps, n int) {
	d.logits, d.stride, d.steps, d.classes = logits, stride, steps, n
	d.norms = slices.Grow(d.norms[:0], steps)[:steps]
	d.row = tensor.Grow(d.row, n)
	for t := range steps {
		row, top := d.at(t), 0
		for k, o := range row {
			if o > row[top] {
				top = k
			}
		}
		copy(d.row, row)
		kernel.Softmax(d.row, n, 1, n)
		d.norms[t] = float64(row[top]) - math.Log(float64(d.row[top])) // ŷ of the largest is one by the sum
	}
}

// at gives o(t+1).
func (d *Distributions) at(t int) []float32 { return d.logits[t*d.stride:][:d.classes] }

// Steps is T.
func (d *Distributions) Steps() int { return d.steps }

// Log is log ŷ of a class, t counted from 0.
func (d *Distributions) Log(t int, class int32) float64 {
	return float64(d.logits[t*d.stride+int(class)]) - d.norms[t]
}

// Best is the likeliest class at t, the first of equals.
func (d *Distributions) Best(t int) (class int32) {
	row := d.at(t)
	for k, o := range row {
		if o > row[class] {
			class = int32(k)
		}
	}
	return class
}
