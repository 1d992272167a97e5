package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// GRU is the gated recurrent unit with the reset behind the recurrent product, torch.nn.GRU and Keras' default, gates
// packed r, z, n:
//
//	x' = U x(t) + b_ih    h' = W h(t-1) + b_hh        U [3H, I], W [3H, H], biases [3H], each split in r, z, n
//	r = σ(x'r + h'r)    z = σ(x'z + h'z)    n = tanh(x'n + r ⊙ h'n)
//	h(t) = (1 - z) ⊙ n + z ⊙ h(t-1)
//
// and backward:
//
//	dx'n = dh ⊙ (1-z) ⊙ (1-n²)    dx'z = dh ⊙ (h(t-1) - n) ⊙ z(1-z)    dx'r = dx'n ⊙ h'n ⊙ r(1-r)
//	dh' = (dx'r, dx'z, dx'n ⊙ r)  dh(t-1) = dh ⊙ z + Wᵀ dh'
//
// K. Cho et al., Learning phrase representations using RNN encoder–decoder, EMNLP 2014; the reset's place is that of
// cuDNN.
type GRU struct {
	gated
	biasHH  []float32 // b_hh stays apart from b_ih: the reset multiplies its third
	dbiasHH []float32
	whole   []float32 // [B, 3H]: h' of one step
	halfN   []float32 // [T, B, H]: h'n, then its gradient
	dwhole  []float32 // [T, B, 3H]: dh'
}

// GRUGates is G of the GRU.
const GRUGates = 3

// NewGRU binds a layer to its parameters. Tokens says that the inputs are ids below inputs.
func NewGRU(inputs, hidden int, tokens, normed bool, bind Binding) *GRU {
	l := &GRU{
		gated:  newGated(GRUGates, inputs, hidden, tokens, normed, bind),
		biasHH: bind.values("bias_hh"), dbiasHH: bind.gradients("bias_hh"),
	}
	l.projection.biases, l.projection.dbiases = l.projection.biases[:1], l.projection.dbiases[:1]
	return l
}

// Begin implements [Layer].
func (l *GRU) Begin(e Extent) {
	l.begin(e)
	l.whole = tensor.Grow(l.whole, e.Batch*GRUGates*l.hidden)
	l.halfN = tensor.Grow(l.halfN, e.Rows()*l.hidden)
	l.dwhole = tensor.Grow(l.dwhole, e.Rows()*GRUGates*l.hidden)
}

// Forward implements [Layer].
func (l *GRU) Forward(x Input) {
	width := GRUGates * l.hidden
	l.projection.forward(l.a, x, l.extent.Rows())
	if !l.norm.on() {
		kernel.GRUScan(l.a, l.whole, l.halfN, l.h, l.biasHH, &l.forwardW, l.active, l.extent.Batch, l.hidden)
		return
	}
	for t := range l.extent.Steps {
		rows := l.extent.At(t)
		before := l.at(l.h, t, l.hidden, rows)
		l.normedHalf(l.whole, t)
		kernel.AddRow(l.whole, width, l.biasHH, rows)
		kernel.GRUForward(l.at(l.a, t, width, rows), l.whole[:rows*width], before,
			l.at(l.halfN, t, l.hidden, rows), l.at(l.h, t+1, l.hidden, rows), l.hidden, rows, l.hidden)
		l.hold(l.h, t)
	}
}

// Backward implements [Layer].
func (l *GRU) Backward(x Input, dh, dx []float32) {
	width := GRUGates * l.hidden
	l.begunBack(dh)
	if l.norm.on() {
		l.normedBack(dh)
	} else {
		kernel.GRUScanBackward(l.a, l.h, l.halfN, l.dwhole, dh, l.dhInitial, &l.backwardW, l.active, l.extent.Batch, l.hidden)
	}
	kernel.ColumnSums(l.dbiasHH, l.dwhole, width, l.extent.Rows(), width)
	l.weightGradients(x, l.dwhole, dx)
}

// normedBack is the scan backwards where W h(t-1) is normalised.
func (l *GRU) normedBack(dh []float32) {
	width := GRUGates * l.hidden
	for t := l.extent.Steps - 1; t >= 0; t-- {
		rows := l.extent.At(t)
		da, halfN := l.at(l.a, t, width, rows), l.at(l.halfN, t, l.hidden, rows)
		kernel.GRUBackward(da, l.at(l.h, t, l.hidden, rows), halfN, l.at(dh, t, l.hidden, rows), l.hidden,
			l.before(dh, t)[:rows*l.hidden], rows, l.hidden)
		dwhole := l.at(l.dwhole, t, width, rows)
		copy(dwhole, da)
		for b := range rows {
			copy(dwhole[b*width+2*l.hidden:][:l.hidden], halfN[b*l.hidden:])
		}
		clear(l.rest(l.dwhole, t, width))
		l.recurBack(dh, l.dwhole, t)
	}
}
