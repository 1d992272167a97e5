package cell

import "github.com/unfold-rnn/unfold/core/kernel"

// Elman is the simple recurrent layer, torch.nn.RNN with tanh or relu:
//
//	a(t) = b_ih + b_hh + U x(t) + W h(t-1)        U [H, I], W [H, H], biases [H]
//	h(t) = tanh a(t)        or max(0, a(t))
//
// and backward, with D(t) = diag(1 - h(t)²), or for relu diag(h(t) > 0):
//
//	dh(t) = ∂L/∂h(t) from above + Wᵀ da(t+1)      da(t) = D(t) dh(t)
//	db = Σ da(t)    dW = Σ da(t) h(t-1)ᵀ    dU = Σ da(t) x(t)ᵀ    dx(t) = Uᵀ da(t)
//
// J. L. Elman, Finding structure in time, Cognitive Science 14 (1990).
type Elman struct {
	gated
	relu           bool
	activate       func(dst, src []float32)
	activateBackTo func(da, h, dh []float32)
}

// ElmanGates is G of the Elman cell.
const ElmanGates = 1

// NewElman binds a layer to its parameters. Tokens says that the inputs are ids below inputs.
func NewElman(inputs, hidden int, tokens, normed, relu bool, bind Binding) *Elman {
	l := &Elman{newGated(ElmanGates, inputs, hidden, tokens, normed, bind), relu, kernel.Tanh, kernel.TanhBackward}
	if relu {
		l.activate, l.activateBackTo = kernel.Relu, kernel.ReluBackward
	}
	return l
}

// Begin implements [Layer].
func (l *Elman) Begin(e Extent) { l.begin(e) }

// Forward implements [Layer].
func (l *Elman) Forward(x Input) {
	l.projection.forward(l.a, x, l.extent.Rows())
	if !l.norm.on() {
		kernel.ElmanScan(l.a, l.h, &l.forwardW, l.active, l.extent.Batch, l.hidden, l.relu)
		return
	}
	for t := range l.extent.Steps {
		rows := l.extent.At(t)
		l.recur(t)
		l.activate(l.at(l.h, t+1, l.hidden, rows), l.at(l.a, t, l.hidden, rows))
		l.hold(l.h, t)
	}
}

// Backward implements [Layer].
func (l *Elman) Backward(x Input, dh, dx []float32) {
	l.begunBack(dh)
	if !l.norm.on() {
		kernel.ElmanScanBackward(l.a, l.h, dh, l.dhInitial, &l.backwardW, l.active, l.extent.Batch, l.hidden, l.relu)
		l.weightGradients(x, l.a, dx)
		return
	}
	for t := l.extent.Steps - 1; t >= 0; t-- {
		rows := l.extent.At(t)
		da := l.at(l.a, t, l.hidden, rows) // a(t) is not needed any more: h(t) says all about it
		l.activateBackTo(da, l.at(l.h, t+1, l.hidden, rows), l.at(dh, t, l.hidden, rows))
		l.recurBack(dh, l.a, t)
	}
	l.weightGradients(x, l.a, dx)
}
