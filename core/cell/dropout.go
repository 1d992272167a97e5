package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Dropout multiplies outputs by a mask that is 0 with probability p and 1/(1-p) otherwise, drawn anew for every run, and
// gradients by the same mask; torch.nn.Dropout. It acts while training only.
//
// N. Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, JMLR 15 (2014).
type Dropout struct {
	p    float64
	mask []float32
	y    []float32
}

// NewDropout makes one of probability p in [0, 1).
func NewDropout(p float64) *Dropout { return &Dropout{p: p} }

// Uniform draws from [0, 1).
type Uniform interface{ Float64() float64 }

// Masks gives every step of a run draws of its own, the same whenever it is asked: a run in pieces, and one that is read
// twice, drop what the whole run drops.
type Masks interface {
	// Step gives the draws of step t, valid until the next call.
	Step(t int) Uniform
}

// Forward draws a mask for x, steps of width values from step first on, and gives x ⊙ mask, valid until the next call.
func (d *Dropout) Forward(x []float32, first, width int, masks Masks) []float32 {
	d.mask, d.y = tensor.Grow(d.mask, len(x)), tensor.Grow(d.y, len(x))
	kept := float32(1 / (1 - d.p))
	for at, t := 0, first; at < len(x); at, t = at+width, t+1 {
		draws := masks.Step(t)
		row := d.mask[at:][:width]
		for i := range row {
			row[i] = kept
			if draws.Float64() < d.p {
				row[i] = 0
			}
		}
	}
	kernel.Multiply(d.y, x, d.mask)
	return d.y
}

// Backward turns the gradient on the result into that on x, in place.
func (d *Dropout) Backward(dy []float32) { kernel.Multiply(dy, dy, d.mask[:len(dy)]) }
