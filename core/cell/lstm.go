package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// LSTM is the long short-term memory, torch.nn.LSTM, gates packed i, f, g, o:
//
//	a(t) = b_ih + b_hh + U x(t) + W h(t-1)        U [4H, I], W [4H, H], biases [4H]
//	i = σ(ai)  f = σ(af)  g = tanh(ag)  o = σ(ao)
//	c(t) = f ⊙ c(t-1) + i ⊙ g
//	h(t) = o ⊙ tanh c(t)
//
// and backward, from dh(t) = ∂L/∂h(t) from above + Wᵀ da(t+1) and dc(t+1):
//
//	dc(t) = dc(t+1) ⊙ f(t+1) + dh(t) ⊙ o ⊙ (1 - tanh² c(t))
//	dai = dc ⊙ g ⊙ i(1-i)    daf = dc ⊙ c(t-1) ⊙ f(1-f)    dag = dc ⊙ i ⊙ (1-g²)    dao = dh ⊙ tanh c ⊙ o(1-o)
//	db = Σ da(t)    dW = Σ da(t) h(t-1)ᵀ    dU = Σ da(t) x(t)ᵀ    dx(t) = Uᵀ da(t)
//
// S. Hochreiter, J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997); the forget gate is of
// F. Gers, J. Schmidhuber, F. Cummins, Learning to forget, Neural Computation 12 (2000).
type LSTM struct {
	gated
	c     []float32 // [T+1, B, H]
	tanhC []float32 // [T, B, H]
	dc    []float32 // [B, H]: gradient on c(t), in the end on the initial state
}

// LSTMGates is G of the LSTM.
const LSTMGates = 4

// NewLSTM binds a layer to its parameters. Tokens says that the inputs are ids below inputs.
func NewLSTM(inputs, hidden int, tokens, normed bool, bind Binding) *LSTM {
	return &LSTM{gated: newGated(LSTMGates, inputs, hidden, tokens, normed, bind)}
}

// Begin implements [Layer].
func (l *LSTM) Begin(e Extent) {
	l.begin(e)
	l.c = tensor.Grow(l.c, (e.Rows()+e.Batch)*l.hidden)
	l.tanhC = tensor.Grow(l.tanhC, e.Rows()*l.hidden)
	l.dc = tensor.Grow(l.dc, e.Batch*l.hidden)
	clear(l.dc)
	l.carries = append(l.carries, Carry{Name: "c", Hidden: l.hidden, Values: l.c, Gradient: l.dc})
}

// Forward implements [Layer].
func (l *LSTM) Forward(x Input) {
	l.projection.forward(l.a, x, l.extent.Rows())
	if !l.norm.on() {
		kernel.LSTMScan(l.a, l.c, l.tanhC, l.h, &l.forwardW, l.active, l.extent.Batch, l.hidden)
		return
	}
	for t := range l.extent.Steps {
		rows := l.extent.At(t)
		l.recur(t)
		kernel.LSTMForward(l.at(l.a, t, LSTMGates*l.hidden, rows), l.at(l.c, t, l.hidden, rows), l.at(l.c, t+1, l.hidden, rows),
			l.at(l.tanhC, t, l.hidden, rows), l.at(l.h, t+1, l.hidden, rows), l.hidden, rows, l.hidden)
		l.hold(l.h, t)
		l.hold(l.c, t)
	}
}

// Backward implements [Layer]. The gradient on c of a sequence that has ended waits in dc until its last valid step.
func (l *LSTM) Backward(x Input, dh, dx []float32) {
	l.begunBack(dh)
	if !l.norm.on() {
		kernel.LSTMScanBackward(l.a, l.c, l.tanhC, dh, l.dc, l.dhInitial, &l.backwardW, l.active, l.extent.Batch, l.hidden)
		l.weightGradients(x, l.a, dx)
		return
	}
	for t := l.extent.Steps - 1; t >= 0; t-- {
		rows := l.extent.At(t)
		kernel.LSTMBackward(l.at(l.a, t, LSTMGates*l.hidden, rows), l.at(l.c, t, l.hidden, rows), l.at(l.tanhC, t, l.hidden, rows),
			l.at(dh, t, l.hidden, rows), l.hidden, l.dc[:rows*l.hidden], rows, l.hidden)
		l.recurBack(dh, l.a, t)
	}
	l.weightGradients(x, l.a, dx)
}
