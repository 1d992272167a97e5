package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// projection is the input half of a cell for all steps at once:
//
//	a = U x + bias        or, with layer normalisation,  a = LN(U x) + bias        a [T·B, G·H]
//
// Token inputs never become one-hot vectors: U's columns are the rows of a derived table [V, G·H] that has
// normalisation and biases in it already, and a step's a(t) is a gathered row. On the way back rows are scattered into
// the table's gradient.
type projection struct {
	inputs, outputs int // I (or V) and G·H
	tokens          bool
	weight, dweight []float32   // U [G·H, I]
	biases, dbiases [][]float32 // each [G·H]; their sum is the bias
	norm            norm

	bias     []float32
	table    []float32 // tokens: LN(Uᵀ) + bias, [V, G·H]
	dtable   []float32 // tokens: the table's gradient, [V, G·H]
	dbias    []float32
	dpre     []float32     // values with normalisation: the gradient behind it
	forwardU kernel.Panels // values: Uᵀ
	backU    kernel.Panels // values: U
}

func (p *projection) refresh() {
	p.bias = tensor.Grow(p.bias, p.outputs)
	clear(p.bias)
	for _, b := range p.biases {
		kernel.Add(p.bias, b)
	}
	if !p.tokens {
		p.forwardU.PackTransposed(p.weight, p.outputs, p.inputs, p.inputs)
		p.backU.Pack(p.weight, p.outputs, p.inputs, p.inputs)
		return
	}
	p.table = tensor.Grow(p.table, p.inputs*p.outputs)
	if p.norm.on() {
		p.norm.begin(p.inputs)
		kernel.Transpose(p.norm.x, p.weight, p.outputs, p.inputs)
		p.norm.forward(p.table, 0, p.inputs)
	} else {
		kernel.Transpose(p.table, p.weight, p.outputs, p.inputs)
	}
	kernel.AddRow(p.table, p.outputs, p.bias, p.inputs)
}

// forward writes a [rows, G·H].
func (p *projection) forward(a []float32, x Input, rows int) {
	if p.tokens {
		kernel.GatherRows(a, p.outputs, p.table, p.outputs, x.Tokens[:rows], p.outputs)
		return
	}
	if p.norm.on() {
		p.norm.begin(rows)
		kernel.Product(p.norm.x, p.outputs, x.Values, p.inputs, &p.forwardU, rows, false)
		p.norm.forward(a, 0, rows)
	} else {
		kernel.Product(a, p.outputs, x.Values, p.inputs, &p.forwardU, rows, false)
	}
	kernel.AddRow(a, p.outputs, p.bias, rows)
}

// backward fills the gradients of U and the biases, zero before, from da [rows, G·H] and writes dx = da U unless
// dx is nil.
func (p *projection) backward(scratch *kernel.Scratch, x Input, da, dx []float32, rows int) {
	p.dbias = tensor.Grow(p.dbias, p.outputs)
	clear(p.dbias)
	kernel.ColumnSums(p.dbias, da, p.outputs, rows, p.outputs)
	for _, d := range p.dbiases {
		kernel.Add(d, p.dbias)
	}
	if p.tokens {
		p.backwardTokens(x, da, rows)
		return
	}
	if p.norm.on() {
		p.dpre = tensor.Grow(p.dpre, rows*p.outputs)
		p.norm.backward(p.dpre, da, 0, rows)
		da = p.dpre
	}
	scratch.ProductTA(p.dweight, p.inputs, da, p.outputs, x.Values, p.inputs, p.outputs, p.inputs, rows)
	if dx != nil {
		kernel.Product(dx, p.inputs, da, p.outputs, &p.backU, rows, false)
	}
}

func (p *projection) backwardTokens(x Input, da []float32, rows int) {
	p.dtable = tensor.Grow(p.dtable, p.inputs*p.outputs)
	clear(p.dtable)
	kernel.ScatterAddRows(p.dtable, p.outputs, x.Tokens[:rows], da, p.outputs, p.outputs)
	if p.norm.on() {
		p.norm.backward(p.dtable, p.dtable, 0, p.inputs)
	}
	kernel.Transpose(p.dweight, p.dtable, p.inputs, p.outputs)
}
