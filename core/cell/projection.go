package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// projection is the input half of a cell for all steps at once:
//
//	a = b_ih + b_hh + U x        a [T·B, G·H]
//
// Token inputs never become one-hot vectors: U's columns are the rows of a derived table [V, G·H] that has the
// biases in it already, and a step's a(t) is a gathered row. On the way back rows are scattered into the
// table's gradient.
type projection struct {
	inputs, outputs           int // I (or V) and G·H
	tokens                    bool
	weight, biasIH, biasHH    []float32 // U [G·H, I], [G·H], [G·H]
	dweight, dbiasIH, dbiasHH []float32

	bias     []float32 // b_ih + b_hh
	table    []float32 // tokens: Uᵀ + bias, [V, G·H]
	dtable   []float32 // tokens: the table's gradient, [V, G·H]
	dbias    []float32
	forwardU kernel.Panels // values: Uᵀ
	backU    kernel.Panels // values: U
}

func (p *projection) refresh() {
	p.bias = tensor.Grow(p.bias, p.outputs)
	for j := range p.bias {
		p.bias[j] = p.biasIH[j] + p.biasHH[j]
	}
	if !p.tokens {
		p.forwardU.PackTransposed(p.weight, p.outputs, p.inputs, p.inputs)
		p.backU.Pack(p.weight, p.outputs, p.inputs, p.inputs)
		return
	}
	p.table = tensor.Grow(p.table, p.inputs*p.outputs)
	kernel.Transpose(p.table, p.weight, p.outputs, p.inputs)
	kernel.AddRow(p.table, p.outputs, p.bias, p.inputs)
}

// forward writes a [rows, G·H].
func (p *projection) forward(a []float32, x Input, rows int) {
	if p.tokens {
		kernel.GatherRows(a, p.outputs, p.table, p.outputs, x.Tokens[:rows], p.outputs)
		return
	}
	kernel.Product(a, p.outputs, x.Values, p.inputs, &p.forwardU, rows, false)
	kernel.AddRow(a, p.outputs, p.bias, rows)
}

// backward fills the gradients of U and the biases, zero before, from da [rows, G·H] and writes dx = da U unless
// dx is nil.
func (p *projection) backward(scratch *kernel.Scratch, x Input, da, dx []float32, rows int) {
	p.dbias = tensor.Grow(p.dbias, p.outputs)
	clear(p.dbias)
	kernel.ColumnSums(p.dbias, da, p.outputs, rows, p.outputs)
	for j, d := range p.dbias {
		p.dbiasIH[j] += d
		p.dbiasHH[j] += d
	}
	if !p.tokens {
		scratch.ProductTA(p.dweight, p.inputs, da, p.outputs, x.Values, p.inputs, p.outputs, p.inputs, rows)
		if dx != nil {
			kernel.Product(dx, p.inputs, da, p.outputs, &p.backU, rows, false)
		}
		return
	}
	p.dtable = tensor.Grow(p.dtable, p.inputs*p.outputs)
	clear(p.dtable)
	kernel.ScatterAddRows(p.dtable, p.outputs, x.Tokens[:rows], da, p.outputs, p.outputs)
	kernel.Transpose(p.dweight, p.dtable, p.inputs, p.outputs)
}
