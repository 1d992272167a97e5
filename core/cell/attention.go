package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Attention lets every step of a decoder look at all that an encoder put out, k(1) … k(N), vectors of length S:
//
//	e(t,s) = score(h(t), k(s))        vᵀ tanh(Q h(t) + K k(s)), or h(t)ᵀ W k(s)
//	α(t)   = softmax e(t)             over the source's own steps; past its end α is 0
//	z(t)   = Σ_s α(t,s) k(s)          the context; zeros where the source is empty
//	h̃(t)   = tanh(W_c [z(t); h(t)])   W_c [H, S+H]
//
// and backward, from dh̃(t):
//
//	da(t) = dh̃(t) ⊙ (1 - h̃(t)²)    dW_c = Σ da(t) [z(t); h(t)]ᵀ    [dz(t); dh(t)] = W_cᵀ da(t)
//	dα(t,s) = dz(t)ᵀ k(s)    de(t) = α(t) ⊙ (dα(t) - α(t)ᵀ dα(t))    dk(s) = Σ_t α(t,s) dz(t), and what the score gives
//
// It looks with h(t) and hands nothing to the recurrence, so all steps of a target are looked at in a few products. The
// memory lies sequence by sequence, [B, N, S]; several sequences of queries may look at the same one.
//
// D. Bahdanau, K. Cho, Y. Bengio, Neural machine translation by jointly learning to align and translate (2015): the
// additive score. M.-T. Luong, H. Pham, C. D. Manning, Effective approaches to attention-based neural machine
// translation (2015): the multiplicative score, which they call general, and h̃.
type Attention struct {
	score        score
	combine      linear
	hidden, size int    // H and S
	source       Extent // of the memory
	extent       Extent // of the queries
	from         []int32
	memory       []float32 // [B, N, S]
	dmemory      []float32
	alpha        []float32 // [T, B, N]
	both, dboth  []float32 // [T·B, S+H]: z and h
	out          []float32 // [T·B, H]: h̃
	dalpha       []float32 // [T, N] of one sequence
	panels       kernel.Panels
	scratch      kernel.Scratch
}

// AttentionParameters adds a score's tensors and combine.weight to a table: attention.query.weight [A, H],
// attention.key.weight [A, S] and attention.score.weight [A], or attention.weight [H, S].
func AttentionParameters(table *tensor.Table, kind Score, hidden, size, units int) {
	if kind == Additive {
		table.Add("attention.query.weight", units, hidden)
		table.Add("attention.key.weight", units, size)
		table.Add("attention.score.weight", units)
	} else {
		table.Add("attention.weight", hidden, size)
	}
	table.Add("combine.weight", hidden, size+hidden)
}

// NewAttention binds an attention of queries of length H to a memory of vectors of length S, through A units where the
// score is additive.
func NewAttention(kind Score, hidden, size, units int, bind func(prefix string) Binding) *Attention {
	a := &Attention{hidden: hidden, size: size, combine: newLinear(size+hidden, hidden, bind("combine."))}
	bindScore := func(name string) Binding { return bind("attention." + name) }
	if kind == Additive {
		a.score = newAdditive(hidden, size, units, bindScore)
	} else {
		a.score = newMultiplicative(hidden, size, bindScore)
	}
	return a
}

// Refresh derives the packed weights after a change of the weights.
func (a *Attention) Refresh() {
	a.score.refresh()
	a.combine.refresh()
}

// Remember takes k, time-major [N, B, S], to be looked at until the next call.
func (a *Attention) Remember(k []float32, source Extent) {
	a.source = source
	a.memory = tensor.Grow(a.memory, source.Rows()*a.size)
	clear(a.memory)
	a.eachStep(func(row, step int) { copy(a.memory[row*a.size:(row+1)*a.size], k[step*a.size:]) })
	a.score.remember(a.memory, source.Rows())
}

// eachStep visits every valid step of the memory: its row in [B, N, ·] and in [N, B, ·].
func (a *Attention) eachStep(visit func(row, step int)) {
	for b := range a.source.Batch {
		for s := range a.source.Length(b) {
			visit(b*a.source.Steps+s, s*a.source.Batch+b)
		}
	}
}

// eachGlance visits every sequence of queries that has steps and a source that is not empty.
func (a *Attention) eachGlance(visit func(g glance)) {
	for place := range a.extent.Batch {
		b := int(a.from[place])
		g := glance{place, a.extent.Length(place), b * a.source.Steps, a.source.Length(b)}
		if g.steps > 0 && g.count > 0 {
			visit(g)
		}
	}
}

// Forward gives h̃ [T·B, H] for h [T·B, H], valid until the next call. Sequence b of the queries looks at sequence from[b]
// of the memory.
func (a *Attention) Forward(h []float32, e Extent, from []int32) []float32 {
	a.extent, a.from = e, from
	rows, n, width := e.Rows(), a.source.Steps, a.size+a.hidden
	a.alpha, a.both = tensor.Grow(a.alpha, rows*n), tensor.Grow(a.both, rows*width)
	a.out = tensor.Grow(a.out, rows*a.hidden)
	clear(a.alpha)
	clear(a.both)
	for r := range rows {
		copy(a.both[r*width+a.size:(r+1)*width], h[r*a.hidden:])
	}
	a.score.begin(h, e)
	apart := e.Batch * n // of α(t) and α(t+1)
	a.eachGlance(func(g glance) {
		alpha := a.alpha[g.place*n:]
		a.score.forward(alpha, apart, g)
		kernel.Softmax(alpha, apart, g.steps, g.count)
		a.panels.Pack(a.memory[g.first*a.size:], g.count, a.size, a.size)
		kernel.Product(a.both[g.place*width:], e.Batch*width, alpha, apart, &a.panels, g.steps, false)
	})
	a.combine.into(a.out, a.both, rows)
	kernel.Tanh(a.out, a.out)
	return a.out
}

// Backward turns dout = ∂L/∂h̃ [T·B, H], which it overwrites and which is zero past a sequence's end, into dh and fills
// the parameters' gradients, zero before. [Attention.MemoryGradient] has the rest.
func (a *Attention) Backward(dout, dh []float32) {
	e, rows, n, width := a.extent, a.extent.Rows(), a.source.Steps, a.size+a.hidden
	a.dboth = tensor.Grow(a.dboth, rows*width)
	kernel.TanhBackward(dout[:len(a.out)], a.out, dout[:len(a.out)])
	a.combine.weightGradients(&a.scratch, a.both, dout, rows)
	a.combine.backInto(a.dboth, dout, rows, false)
	for r := range rows {
		copy(dh[r*a.hidden:(r+1)*a.hidden], a.dboth[r*width+a.size:])
	}
	a.dmemory = tensor.Grow(a.dmemory, len(a.memory))
	clear(a.dmemory)
	a.score.clearGradients(a.source.Rows())
	a.eachGlance(func(g glance) {
		alpha, dz := a.alpha[g.place*n:], a.dboth[g.place*width:]
		a.dalpha = tensor.Grow(a.dalpha, g.steps*g.count)
		a.panels.PackTransposed(a.memory[g.first*a.size:], g.count, a.size, a.size)
		kernel.Product(a.dalpha, g.count, dz, e.Batch*width, &a.panels, g.steps, false)
		a.scratch.ProductTA(a.dmemory[g.first*a.size:], a.size, alpha, e.Batch*n, dz, e.Batch*width, g.count, a.size, g.steps)
		softmaxBackward(a.dalpha, alpha, e.Batch*n, g.steps, g.count)
		a.score.backward(a.dalpha, dh, g)
	})
	a.score.finish(&a.scratch, a.memory, a.dmemory, dh, a.source.Rows())
}

// softmaxBackward turns dα [rows, n] into de = α ⊙ (dα - αᵀ dα), in place; rows of α lie apart.
func softmaxBackward(dalpha, alpha []float32, apart, rows, n int) {
	for r := range rows {
		d, p := dalpha[r*n:][:n], alpha[r*apart:][:n]
		var along float32
		for s := range d {
			along += float32(d[s] * p[s])
		}
		for s := range d {
			d[s] = float32((d[s] - along) * p[s])
		}
	}
}

// MemoryGradient writes ∂L/∂k, time-major [N, B, S], zero past a source's end.
func (a *Attention) MemoryGradient(dk []float32) {
	clear(dk[:a.source.Rows()*a.size])
	a.eachStep(func(row, step int) { copy(dk[step*a.size:(step+1)*a.size], a.dmemory[row*a.size:]) })
}

// Weights is α [T, B, N], zero past a source's end and past a target's.
func (a *Attention) Weights() []float32 { return a.alpha }
