package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Score says how [Attention] judges a vector k(s) of the memory by a query h(t).
type Score string

const (
	Additive       Score = "additive"       // vᵀ tanh(Q h(t) + K k(s))        Q [A, H], K [A, S], v [A]
	Multiplicative Score = "multiplicative" // h(t)ᵀ W k(s)                    W [H, S]
)

func (s Score) String() string { return string(s) }

// score is one kind. Whatever depends on the memory alone, the keys, is computed once for all queries. A glance is all
// steps of one sequence of queries, looking at the whole source of one memory.
type score interface {
	refresh()
	// remember derives the keys from a memory of so many rows, and begin takes the queries h [T·B, H].
	remember(memory []float32, rows int)
	begin(h []float32, e Extent)
	// forward writes the scores e [steps, length] of a glance, lde apart.
	forward(e []float32, lde int, g glance)
	// clearGradients comes before backward, which takes de [steps, length] of one glance after another, dense.
	clearGradients(rows int)
	backward(de []float32, dh []float32, g glance)
	// finish fills the parameters' gradients and adds the gradients on queries and memory that backward has not added.
	finish(scratch *kernel.Scratch, memory, dmemory, dh []float32, rows int)
}

// glance is one sequence of queries and its source.
type glance struct {
	place, steps int // queries: rows place, place+B, … of [T·B, ·], so many
	first, count int // memory: rows first … first+count-1 of [B·N, ·]
}

// additive is vᵀ tanh(Q h + K k). The rows u = tanh(Q h(t) + K k(s)), A values for every pair of a step and a source
// step, are computed anew on the way back: kept, they would be by far the largest part of the workspace.
//
//	dv = Σ de(t,s) u(t,s)    da(t,s) = de(t,s) v ⊙ (1 - u²)    dq(t) = Σ_s da(t,s)    dkey(s) = Σ_t da(t,s)
//	dQ = Σ dq(t) h(t)ᵀ    dK = Σ dkey(s) k(s)ᵀ    dh(t) += Qᵀ dq(t)    dk(s) += Kᵀ dkey(s)
type additive struct {
	units           int // A
	query, key      linear
	weight, dweight []float32     // v
	column, row     kernel.Panels // v as [A, 1] and as [1, A]
	extent          Extent
	h               []float32 // [T·B, H]
	q, dq           []float32 // [T·B, A]
	keys, dkeys     []float32 // [B·N, A]
	u, da           []float32 // [N, A] of one query
	scratch         kernel.Scratch
}

func newAdditive(query, memory, units int, bind func(name string) Binding) *additive {
	v := bind("score.")
	return &additive{
		units: units, query: newLinear(query, units, bind("query.")), key: newLinear(memory, units, bind("key.")),
		weight: v.values("weight"), dweight: v.gradients("weight"),
	}
}

func (a *additive) refresh() {
	a.query.refresh()
	a.key.refresh()
	a.column.Pack(a.weight, a.units, 1, 1)
	a.row.Pack(a.weight, 1, a.units, a.units)
}

func (a *additive) remember(memory []float32, rows int) {
	a.keys = tensor.Grow(a.keys, rows*a.units)
	a.key.into(a.keys, memory, rows)
}

func (a *additive) begin(h []float32, e Extent) {
	a.h, a.extent = h, e
	a.q = tensor.Grow(a.q, e.Rows()*a.units)
	a.query.into(a.q, h, e.Rows())
}

// mix writes u of query t of a glance.
func (a *additive) mix(t int, g glance) []float32 {
	n := g.count * a.units
	a.u = tensor.Grow(a.u, n)
	copy(a.u, a.keys[g.first*a.units:])
	kernel.AddRow(a.u, a.units, a.rowOf(a.q, t, g), g.count)
	kernel.Tanh(a.u, a.u)
	return a.u
}

func (a *additive) rowOf(x []float32, t int, g glance) []float32 {
	return x[(t*a.extent.Batch+g.place)*a.units:][:a.units]
}

func (a *additive) forward(e []float32, lde int, g glance) {
	for t := range g.steps {
		kernel.Product(e[t*lde:], 1, a.mix(t, g), a.units, &a.column, g.count, false)
	}
}

func (a *additive) clearGradients(rows int) {
	a.dq, a.dkeys = tensor.Grow(a.dq, a.extent.Rows()*a.units), tensor.Grow(a.dkeys, rows*a.units)
	clear(a.dq)
	clear(a.dkeys)
}

func (a *additive) backward(de, _ []float32, g glance) {
	n := g.count * a.units
	a.da = tensor.Grow(a.da, n)
	dkeys := a.dkeys[g.first*a.units:][:n]
	for t := range g.steps {
		u, d := a.mix(t, g), de[t*g.count:][:g.count]
		a.scratch.ProductTA(a.dweight, a.units, d, 1, u, a.units, 1, a.units, g.count)
		kernel.Product(a.da, a.units, d, 1, &a.row, g.count, false)
		kernel.TanhBackward(a.da, u, a.da)
		kernel.ColumnSums(a.rowOf(a.dq, t, g), a.da, a.units, g.count, a.units)
		kernel.Add(dkeys, a.da)
	}
}

func (a *additive) finish(scratch *kernel.Scratch, memory, dmemory, dh []float32, rows int) {
	a.query.weightGradients(scratch, a.h, a.dq, a.extent.Rows())
	a.query.backInto(dh, a.dq, a.extent.Rows(), true)
	a.key.weightGradients(scratch, memory, a.dkeys, rows)
	a.key.backInto(dmemory, a.dkeys, rows, true)
}

// multiplicative is hᵀ W k: the keys are W k(s), so a glance is one product.
//
//	dh(t) += Σ_s de(t,s) W k(s)    dkey(s) = Σ_t de(t,s) h(t)    dW = Σ dkey(s) k(s)ᵀ    dk(s) += Wᵀ dkey(s)
type multiplicative struct {
	hidden      int // H
	key         linear
	extent      Extent
	h           []float32 // [T·B, H]
	keys, dkeys []float32 // [B·N, H]
	panels      kernel.Panels
	scratch     kernel.Scratch
}

func newMultiplicative(query, memory int, bind func(name string) Binding) *multiplicative {
	return &multiplicative{hidden: query, key: newLinear(memory, query, bind(""))}
}

func (m *multiplicative) refresh() { m.key.refresh() }

func (m *multiplicative) remember(memory []float32, rows int) {
	m.keys = tensor.Grow(m.keys, rows*m.hidden)
	m.key.into(m.keys, memory, rows)
}

func (m *multiplicative) begin(h []float32, e Extent) { m.h, m.extent = h, e }

func (m *multiplicative) forward(e []float32, lde int, g glance) {
	m.panels.PackTransposed(m.keys[g.first*m.hidden:], g.count, m.hidden, m.hidden)
	kernel.Product(e, lde, m.h[g.place*m.hidden:], m.extent.Batch*m.hidden, &m.panels, g.steps, false)
}

func (m *multiplicative) clearGradients(rows int) {
	m.dkeys = tensor.Grow(m.dkeys, rows*m.hidden)
	clear(m.dkeys)
}

func (m *multiplicative) backward(de, dh []float32, g glance) {
	apart := m.extent.Batch * m.hidden
	m.panels.Pack(m.keys[g.first*m.hidden:], g.count, m.hidden, m.hidden)
	kernel.Product(dh[g.place*m.hidden:], apart, de, g.count, &m.panels, g.steps, true)
	m.scratch.ProductTA(m.dkeys[g.first*m.hidden:], m.hidden, de, g.count, m.h[g.place*m.hidden:], apart, g.count, m.hidden, g.steps)
}

func (m *multiplicative) finish(scratch *kernel.Scratch, memory, dmemory, _ []float32, rows int) {
	m.key.weightGradients(scratch, memory, m.dkeys, rows)
	m.key.backInto(dmemory, m.dkeys, rows, true)
}
