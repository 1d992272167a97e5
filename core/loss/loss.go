// Package loss turns a readout's outputs and the targets into a number and its gradient.
//
// Every loss is a weighted mean over rows, one row a step, or a sequence where there is one output a sequence:
//
//	L = Σ_r w_r ℓ_r      with Σ_r w_r = 1
//
// A row of weight 0 is not looked at: its gradient is zero whatever it holds. Gradients are with respect to what the
// readout gives, before softmax or sigmoid, and overwrite it. For [CTC] a row is a whole sequence, and the weights are as
// the caller wants them.
package loss

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Targets is what outputs are compared with: ids, one a row, or vectors [rows, O], or for [CTC] the labels of each of B
// sequences with the number of its steps.
type Targets struct {
	IDs    []int32
	Values []float32
	Labels [][]int32
	Steps  []int
}

// Loss is one kind of output.
type Loss interface {
	// Gradient overwrites outputs [rows, n] with ∂L/∂outputs and returns L.
	Gradient(outputs []float32, targets Targets, weights []float32, n int) float64
	// Activate turns outputs [rows, n] into what a user sees: probabilities or values.
	Activate(outputs []float32, rows, n int)
	// ActivateBack adds to do the gradient dy on activated outputs y, [rows, n] each.
	ActivateBack(do, dy, y []float32, rows, n int)
}

// CrossEntropy is softmax with cross-entropy, ŷ = softmax o:
//
//	ℓ = -log ŷ[y]      do = w (ŷ - onehot y)
//
// in nats. The exponentials are float32; each row's logarithm and the sum over rows are float64.
type CrossEntropy struct{ denominators, margins []float32 }

// Gradient implements [Loss].
func (c *CrossEntropy) Gradient(logits []float32, targets Targets, weights []float32, n int) float64 {
	rows := len(weights)
	c.denominators = tensor.Grow(c.denominators, rows)
	c.margins = tensor.Grow(c.margins, rows)
	kernel.SoftmaxCrossEntropy(logits, n, targets.IDs[:rows], weights, c.denominators, c.margins, n)
	var total float64
	for r, w := range weights {
		if w != 0 {
			total += float64(w) * (math.Log(float64(c.denominators[r])) - float64(c.margins[r]))
		}
	}
	return total
}

// Activate implements [Loss].
func (c *CrossEntropy) Activate(logits []float32, rows, n int) { kernel.Softmax(logits, n, rows, n) }

// ActivateBack implements [Loss].
func (c *CrossEntropy) ActivateBack(do, dy, y []float32, rows, n int) {
	softmaxBack(do, dy, y, rows, n)
}

// softmaxBack is do += (dy - Σ dy ⊙ ŷ) ⊙ ŷ.
func softmaxBack(do, dy, y []float32, rows, n int) {
	for r := range rows {
		d, p := dy[r*n:(r+1)*n], y[r*n:(r+1)*n]
		var along float32
		for j := range d {
			along += float32(d[j] * p[j])
		}
		for j := range d {
			do[r*n+j] += float32((d[j] - along) * p[j])
		}
	}
}

// SquaredError is the mean squared error of torch.nn.MSELoss: ℓ = Σ_j (o_j - t_j)² / n, do = 2 w (o - t) / n.
type SquaredError struct{ losses []float32 }

// Gradient implements [Loss].
func (s *SquaredError) Gradient(outputs []float32, targets Targets, weights []float32, n int) float64 {
	s.losses = tensor.Grow(s.losses, len(weights))
	kernel.SquaredError(outputs, n, targets.Values, n, weights, s.losses, n)
	return weighted(s.losses, weights)
}

// Activate implements [Loss]: values are shown as they are.
func (s *SquaredError) Activate([]float32, int, int) {}

// ActivateBack implements [Loss].
func (s *SquaredError) ActivateBack(do, dy, _ []float32, rows, n int) {
	kernel.Add(do[:rows*n], dy[:rows*n])
}

// BinaryCrossEntropy is one yes-or-no a label, torch.nn.BCEWithLogitsLoss, ŷ = σ(o):
//
//	ℓ = -Σ_j [t_j log ŷ_j + (1-t_j) log(1-ŷ_j)] / n      do = w (ŷ - t) / n
type BinaryCrossEntropy struct{ losses, scratch []float32 }

// Gradient implements [Loss].
func (b *BinaryCrossEntropy) Gradient(logits []float32, targets Targets, weights []float32, n int) float64 {
	b.losses = tensor.Grow(b.losses, len(weights))
	kernel.BinaryCrossEntropy(logits, n, targets.Values, n, weights, b.losses, n)
	return weighted(b.losses, weights)
}

// Activate implements [Loss].
func (b *BinaryCrossEntropy) Activate(logits []float32, rows, n int) {
	kernel.Sigmoid(logits[:rows*n], logits[:rows*n])
}

// ActivateBack implements [Loss]: do += dy ⊙ ŷ (1-ŷ).
func (b *BinaryCrossEntropy) ActivateBack(do, dy, y []float32, rows, n int) {
	b.scratch = tensor.Grow(b.scratch, rows*n)
	kernel.SigmoidBackward(b.scratch, y[:rows*n], dy[:rows*n])
	kernel.Add(do[:rows*n], b.scratch)
}

// weighted is Σ w ℓ over the rows that count.
func weighted(losses, weights []float32) (total float64) {
	for r, w := range weights {
		if w != 0 {
			total += float64(w) * float64(losses[r])
		}
	}
	return total
}
