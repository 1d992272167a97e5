package cell

import "github.com/unfold-rnn/unfold/core/kernel"

// Elman is the simple recurrent layer, torch.nn.RNN with tanh:
//
//	a(t) = b_ih + b_hh + U x(t) + W h(t-1)        U [H, I], W [H, H], biases [H]
//	h(t) = tanh a(t)
//
// and backward, with D(t) = diag(1 - h(t)²):
//
//	dh(t) = ∂L/∂h(t) from above + Wᵀ da(t+1)      da(t) = D(t) dh(t)
//	db = Σ da(t)    dW = Σ da(t) h(t-1)ᵀ    dU = Σ da(t) x(t)ᵀ    dx(t) = Uᵀ da(t)
//
// J. L. Elman, Finding structure in time, Cognitive Science 14 (1990).
type Elman struct{ gated }

// ElmanGates is G of the Elman cell.
const ElmanGates = 1

// NewElman binds a layer to its parameters. Tokens says that the inputs are ids below inputs.
func NewElman(inputs, hidden int, tokens bool, bind Binding) *Elman {
	return &Elman{newGated(ElmanGates, inputs, hidden, tokens, bind)}
}

// Begin implements [Layer].
func (l *Elman) Begin(e Extent) { l.begin(e) }

// Forward implements [Layer].
func (l *Elman) Forward(x Input) {
	l.projection.forward(l.a, x, l.extent.Rows())
	for t := range l.extent.Steps {
		l.recur(t)
		kernel.Tanh(l.at(l.h, t+1, l.hidden), l.at(l.a, t, l.hidden))
	}
}

// Backward implements [Layer].
func (l *Elman) Backward(x Input, dh, dx []float32) {
	clear(l.dhInitial)
	for t := l.extent.Steps - 1; t >= 0; t-- {
		da := l.at(l.a, t, l.hidden) // a(t) is not needed any more: h(t) says all about it
		kernel.TanhBackward(da, l.at(l.h, t+1, l.hidden), l.at(dh, t, l.hidden))
		before := l.dhInitial
		if t > 0 {
			before = l.at(dh, t-1, l.hidden)
		}
		l.recurBack(before, t)
	}
	l.weightGradients(x, dx)
}
