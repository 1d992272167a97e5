package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// GRUResetBefore is the gated recurrent unit as its paper has it, the reset before the recurrent product (Keras with
// reset_after=False; torch.nn.GRU cannot express it). Gates packed r, z, n:
//
//	x' = U x(t) + b_ih + b_hh                          W split in W_r, W_z, W_n, each [H, H]
//	r = σ(x'r + W_r h(t-1))    z = σ(x'z + W_z h(t-1))    n = tanh(x'n + W_n (r ⊙ h(t-1)))
//	h(t) = (1 - z) ⊙ n + z ⊙ h(t-1)
//
// and backward:
//
//	dx'n = dh ⊙ (1-z) ⊙ (1-n²)    dx'z = dh ⊙ (h(t-1) - n) ⊙ z(1-z)    d(r⊙h) = W_nᵀ dx'n
//	dx'r = d(r⊙h) ⊙ h(t-1) ⊙ r(1-r)    dh(t-1) = dh ⊙ z + d(r⊙h) ⊙ r + W_rᵀ dx'r + W_zᵀ dx'z
//
// K. Cho et al., Learning phrase representations using RNN encoder–decoder, EMNLP 2014.
type GRUResetBefore struct {
	gated
	forwardRZ, forwardN   kernel.Panels
	backwardRZ, backwardN kernel.Panels
	resetH                []float32 // [T, B, H]: r ⊙ h(t-1)
	dresetH               []float32 // [B, H]
}

// NewGRUResetBefore binds a layer to its parameters. Tokens says that the inputs are ids below inputs.
func NewGRUResetBefore(inputs, hidden int, tokens bool, bind Binding) *GRUResetBefore {
	return &GRUResetBefore{gated: newGated(GRUGates, inputs, hidden, tokens, false, bind)}
}

// Refresh implements [Layer].
func (l *GRUResetBefore) Refresh() {
	l.projection.refresh()
	n := l.hidden
	rz, last := l.recurrent[:2*n*n], l.recurrent[2*n*n:]
	l.forwardRZ.PackTransposed(rz, 2*n, n, n)
	l.forwardN.PackTransposed(last, n, n, n)
	l.backwardRZ.Pack(rz, 2*n, n, n)
	l.backwardN.Pack(last, n, n, n)
}

// Begin implements [Layer].
func (l *GRUResetBefore) Begin(e Extent) {
	l.begin(e)
	l.resetH = tensor.Grow(l.resetH, e.Rows()*l.hidden)
	l.dresetH = tensor.Grow(l.dresetH, e.Batch*l.hidden)
}

// Forward implements [Layer].
func (l *GRUResetBefore) Forward(x Input) {
	n, width := l.hidden, GRUGates*l.hidden
	l.projection.forward(l.a, x, l.extent.Rows())
	for t := range l.extent.Steps {
		rows := l.extent.At(t)
		if rows > 0 {
			a, before, reset := l.at(l.a, t, width, rows), l.at(l.h, t, n, rows), l.at(l.resetH, t, n, rows)
			kernel.Product(a, width, before, n, &l.forwardRZ, rows, true)
			kernel.GRUGates(a, before, reset, rows, n)
			kernel.Product(a[2*n:], width, reset, n, &l.forwardN, rows, true)
			kernel.GRUOutput(a, before, l.at(l.h, t+1, n, rows), n, rows, n)
		}
		clear(l.rest(l.resetH, t, n))
		l.hold(l.h, t)
	}
}

// Backward implements [Layer].
func (l *GRUResetBefore) Backward(x Input, dh, dx []float32) {
	n, width := l.hidden, GRUGates*l.hidden
	l.begunBack(dh)
	for t := l.extent.Steps - 1; t >= 0; t-- {
		rows := l.extent.At(t)
		l.passBy(dh, t)
		clear(l.rest(l.a, t, width))
		if rows == 0 {
			continue
		}
		da, h := l.at(l.a, t, width, rows), l.at(l.h, t, n, rows)
		before, dreset := l.before(dh, t)[:rows*n], l.dresetH[:rows*n]
		kernel.GRUOutputBackward(da, h, l.at(dh, t, n, rows), n, before, rows, n)
		kernel.Product(dreset, n, da[2*n:], width, &l.backwardN, rows, false)
		kernel.GRUGatesBackward(da, h, dreset, before, rows, n)
		kernel.Product(before, n, da, width, &l.backwardRZ, rows, true)
	}
	rows := l.extent.Rows()
	l.scratch.ProductTA(l.drecurrent, n, l.a, width, l.h, n, 2*n, n, rows)
	l.scratch.ProductTA(l.drecurrent[2*n*n:], n, l.a[2*n:], width, l.resetH, n, n, n, rows)
	l.projection.backward(&l.scratch, x, l.a, dx, rows)
}
