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
// With layer normalisation r must be known before the product with W_n exists, so the recurrent half is normalised in two
// parts: the 2H elements of W_r h(t-1), W_z h(t-1), and the H elements of W_n (r ⊙ h(t-1)).
//
// K. Cho et al., Learning phrase representations using RNN encoder–decoder, EMNLP 2014.
type GRUResetBefore struct {
	gated
	rz, n   half      // of the recurrent weights
	resetH  []float32 // [T, B, H]: r ⊙ h(t-1)
	dresetH []float32 // [B, H]
}

// half is the product of some rows of W [R, H] with a vector a step, normalised where the layer is.
type half struct {
	rows              int // R
	forward, backward kernel.Panels
	norm              norm
	y                 []float32 // [B, R]: one step, normalised
	d                 []float32 // [T, B, R]: gradients on what was normalised
}

func (p *half) begin(e Extent) {
	if p.norm.on() {
		p.norm.begin(e.Rows())
		p.y = tensor.Grow(p.y, e.Batch*p.rows)
		p.d = tensor.Grow(p.d, e.Rows()*p.rows)
	}
}

// add adds the product with x [count, H] to a, rows lda apart; the rows are those of a run from first on.
func (p *half) add(a []float32, lda int, x []float32, hidden, first, count int) {
	if !p.norm.on() {
		kernel.Product(a, lda, x, hidden, &p.forward, count, true)
		return
	}
	kernel.Product(p.norm.x[first*p.rows:], p.rows, x, hidden, &p.forward, count, false)
	p.norm.forward(p.y, first, count)
	for b := range count {
		kernel.Add(a[b*lda:][:p.rows], p.y[b*p.rows:][:p.rows])
	}
}

// addBack takes the gradient da of what add gave to dx, added where accumulate says so.
func (p *half) addBack(dx []float32, hidden int, da []float32, lda, first, count int, accumulate bool) {
	if p.norm.on() {
		d := p.d[first*p.rows:][:count*p.rows]
		p.norm.backwardFrom(d, da, lda, first, count)
		da, lda = d, p.rows
	}
	kernel.Product(dx, hidden, da, lda, &p.backward, count, accumulate)
}

// weightGradient adds Σ d xᵀ over all steps to dw [R, H].
func (p *half) weightGradient(scratch *kernel.Scratch, dw []float32, hidden int, da []float32, lda int, x []float32, rows int) {
	if p.norm.on() {
		da, lda = p.d, p.rows
	}
	scratch.ProductTA(dw, hidden, da, lda, x, hidden, p.rows, hidden, rows)
}

// NewGRUResetBefore binds a layer to its parameters. Tokens says that the inputs are ids below inputs.
func NewGRUResetBefore(inputs, hidden int, tokens, normed bool, bind Binding) *GRUResetBefore {
	l := &GRUResetBefore{
		gated: newGated(GRUGates, inputs, hidden, tokens, normed, bind),
		rz:    half{rows: 2 * hidden}, n: half{rows: hidden},
	}
	if normed {
		l.rz.norm, l.n.norm = l.norm.part(0, 2*hidden), l.norm.part(2*hidden, 3*hidden)
		l.norm = norm{}
	}
	return l
}

// Refresh implements [Layer].
func (l *GRUResetBefore) Refresh() {
	l.projection.refresh()
	n := l.hidden
	rz, last := l.recurrent[:2*n*n], l.recurrent[2*n*n:]
	l.rz.forward.PackTransposed(rz, 2*n, n, n)
	l.rz.backward.Pack(rz, 2*n, n, n)
	l.n.forward.PackTransposed(last, n, n, n)
	l.n.backward.Pack(last, n, n, n)
}

// Begin implements [Layer].
func (l *GRUResetBefore) Begin(e Extent) {
	l.begin(e)
	l.rz.begin(e)
	l.n.begin(e)
	l.resetH = tensor.Grow(l.resetH, e.Rows()*l.hidden)
	l.dresetH = tensor.Grow(l.dresetH, e.Batch*l.hidden)
}

// Forward implements [Layer].
func (l *GRUResetBefore) Forward(x Input) {
	n, width := l.hidden, GRUGates*l.hidden
	l.projection.forward(l.a, x, l.extent.Rows())
	for t := range l.extent.Steps {
		first, rows := t*l.extent.Batch, l.extent.At(t)
		if rows > 0 {
			a, before, reset := l.at(l.a, t, width, rows), l.at(l.h, t, n, rows), l.at(l.resetH, t, n, rows)
			l.rz.add(a, width, before, n, first, rows)
			kernel.GRUGates(a, before, reset, rows, n)
			l.n.add(a[2*n:], width, reset, n, first, rows)
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
		first, rows := t*l.extent.Batch, l.extent.At(t)
		l.passBy(dh, t)
		l.clearEnded(t)
		if rows == 0 {
			continue
		}
		da, h := l.at(l.a, t, width, rows), l.at(l.h, t, n, rows)
		before, dreset := l.before(dh, t)[:rows*n], l.dresetH[:rows*n]
		kernel.GRUOutputBackward(da, h, l.at(dh, t, n, rows), n, before, rows, n)
		l.n.addBack(dreset, n, da[2*n:], width, first, rows, false)
		kernel.GRUGatesBackward(da, h, dreset, before, rows, n)
		l.rz.addBack(before, n, da, width, first, rows, true)
	}
	rows := l.extent.Rows()
	l.rz.weightGradient(&l.scratch, l.drecurrent, n, l.a, width, l.h, rows)
	l.n.weightGradient(&l.scratch, l.drecurrent[2*n*n:], n, l.a[2*n:], width, l.resetH, rows)
	l.projection.backward(&l.scratch, x, l.a, dx, rows)
}

// clearEnded leaves no gradient on what the sequences that have ended did not compute at step t.
func (l *GRUResetBefore) clearEnded(t int) {
	clear(l.rest(l.a, t, GRUGates*l.hidden))
	if l.rz.norm.on() {
		clear(l.rest(l.rz.d, t, l.rz.rows))
		clear(l.rest(l.n.d, t, l.n.rows))
	}
}
