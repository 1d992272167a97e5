package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Embedding gives every token a vector, torch.nn.Embedding: x(t) = E[token(t), :], E [V, I].
type Embedding struct {
	width           int
	weight, dweight []float32
	x               []float32
}

// NewEmbedding binds an embedding to its parameter, named weight.
func NewEmbedding(width int, bind Binding) *Embedding {
	return &Embedding{width: width, weight: bind.values("weight"), dweight: bind.gradients("weight")}
}

// Width is the number of values of a vector.
func (e *Embedding) Width() int { return e.width }

// Forward gives the vectors [T, B, I], valid until the next call.
func (e *Embedding) Forward(tokens []int32) []float32 {
	e.x = tensor.Grow(e.x, len(tokens)*e.width)
	kernel.GatherRows(e.x, e.width, e.weight, e.width, tokens, e.width)
	return e.x
}

// Backward adds to the gradient of E.
func (e *Embedding) Backward(tokens []int32, dx []float32) {
	kernel.ScatterAddRows(e.dweight, e.width, tokens, dx, e.width, e.width)
}
