package cell

// What a layer computed stays in its workspace until the next Begin: gates until Backward turns them into their gradients, the
// factors of the weights' gradients behind it. Who wants to look copies in between; nothing is kept for it, so training pays nothing.

// Quantity is what a layer has for every step: columns of a time-major matrix.
type Quantity struct {
	Name    string    // "h", "c"; of gates "i", "f", "g", "o", or "r", "z", "n"; "a" for pre-activations
	Suffix  string    // which layer and direction: for who holds the layers to fill in
	Reverse bool      // of the direction that reads from the end: row t·B + b is its own step t
	Width   int       // columns
	First   int       // the first of them
	Stride  int       // columns of the matrix
	Values  []float32 // [T, B, Stride]
}

// Term is how a parameter's gradient comes about, behind Backward: dW = Σ_t left(t)ᵀ right(t), the rows of a step summed over the
// sequences. Where one of the two has no values it is the one-hot vector of the token or, where there are no tokens, 1.
type Term struct {
	Parameter   string // "weight_ih", without the layer's number
	Suffix      string
	Reverse     bool
	Once        bool // a row a sequence, which its last step stands for
	Begins      bool // a row a sequence, which the first step that reads it stands for
	Left, Right Quantity
	Tokens      []int32 // [T, B]
}

// whole is a matrix as one quantity.
func whole(name string, width int, values []float32) Quantity {
	return Quantity{Name: name, Width: width, Stride: width, Values: values}
}

// gatesNamed cuts the gates out of a.
func (g *gated) gatesNamed(names ...string) []Quantity {
	var list []Quantity
	for i, name := range names {
		list = append(list, Quantity{Name: name, Width: g.hidden, First: i * g.hidden, Stride: g.gates * g.hidden, Values: g.a})
	}
	return list
}

// StateGradients implements [Layer].
func (g *gated) StateGradients(dh []float32) []Quantity {
	return []Quantity{whole("h", g.hidden, dh)}
}

// terms are those of the layer, half [T, B, G·H] being the gradient on what W h(t-1) gave, normalised where the layer is: the last two
// are those of the weights' recurrent half and its normalisation.
func (g *gated) terms(x Input, half []float32) []Term {
	width, rows := g.gates*g.hidden, g.extent.Rows()
	dw := whole("", width, half)
	list := append(g.projection.terms(x, g.a, rows), Term{Parameter: "bias_ih", Left: whole("", width, g.a)}, Term{Parameter: "bias_hh", Left: dw})
	if g.norm.on() {
		list = append(list, normTerms("hh", width, g.norm.scaled(half, rows, nil), half)...)
		dw.Values = g.dhalf
	}
	return append(list, Term{Parameter: "weight_hh", Left: dw, Right: whole("", g.hidden, g.h)})
}

// terms are those of U and of its normalisation, da [rows, G·H] being what backward was given.
func (p *projection) terms(x Input, da []float32, rows int) []Term {
	left := whole("", p.outputs, da)
	var list []Term
	if p.norm.on() {
		list = normTerms("ih", p.outputs, p.norm.scaled(da, rows, x.Tokens), da)
		left.Values = p.norm.behind(da, rows, x.Tokens)
	}
	input := Term{Parameter: "weight_ih", Left: left, Tokens: x.Tokens}
	if x.Tokens == nil {
		input.Right = whole("", p.inputs, x.Values)
	}
	return append(list, input)
}

// normTerms are those of γ and β: dγ = Σ dy ⊙ x̂ and dβ = Σ dy, given dy ⊙ x̂ and dy.
func normTerms(half string, width int, scaled, dy []float32) []Term {
	return []Term{
		{Parameter: "ln_weight_" + half, Left: whole("", width, scaled)},
		{Parameter: "ln_bias_" + half, Left: whole("", width, dy)},
	}
}

// normalised is x̂ of the row that was normalised for row b of a run: that of its token, or its own.
func (n *norm) normalised(b int, tokens []int32) (hat []float64, inverse float64) {
	if tokens != nil {
		b = int(tokens[b])
	}
	hat = make([]float64, n.width)
	for j, x := range n.x[b*n.width:][:n.width] {
		hat[j] = (float64(x) - float64(n.means[b])) * float64(n.inverses[b])
	}
	return hat, float64(n.inverses[b])
}

// scaled is dy ⊙ x̂ of every row.
func (n *norm) scaled(dy []float32, rows int, tokens []int32) []float32 {
	list := make([]float32, rows*n.width)
	for b := range rows {
		hat, _ := n.normalised(b, tokens)
		for j, x := range hat {
			list[b*n.width+j] = dy[b*n.width+j] * float32(x)
		}
	}
	return list
}

// behind is the gradient on what was normalised, of every row:
//
//	dx = (g - mean g - x̂ mean(g ⊙ x̂)) / √(var x + ε)        g = γ ⊙ dy
func (n *norm) behind(dy []float32, rows int, tokens []int32) []float32 {
	list, g := make([]float32, rows*n.width), make([]float64, n.width)
	for b := range rows {
		hat, inverse := n.normalised(b, tokens)
		var mean, along float64
		for j := range g {
			g[j] = float64(n.gamma[j] * dy[b*n.width+j])
			mean += g[j]
			along += g[j] * hat[j]
		}
		for j := range g {
			list[b*n.width+j] = float32((g[j] - (mean+hat[j]*along)/float64(n.width)) * inverse)
		}
	}
	return list
}

// Gates implements [Layer]: a(t).
func (l *Elman) Gates() []Quantity { return l.gatesNamed("a") }

// Terms implements [Layer].
func (l *Elman) Terms(x Input) []Term { return l.terms(x, l.a) }

// Gates implements [Layer]: i, f, g, o.
func (l *LSTM) Gates() []Quantity { return l.gatesNamed("i", "f", "g", "o") }

// Terms implements [Layer].
func (l *LSTM) Terms(x Input) []Term { return l.terms(x, l.a) }

// Gates implements [Layer]: r, z, n.
func (l *GRU) Gates() []Quantity { return l.gatesNamed("r", "z", "n") }

// Terms implements [Layer].
func (l *GRU) Terms(x Input) []Term { return l.terms(x, l.dwhole) }

// Gates implements [Layer]: r, z, n.
func (l *GRUResetBefore) Gates() []Quantity { return l.gatesNamed("r", "z", "n") }

// Terms implements [Layer]. The rows of weight_hh that make the candidate meet r ⊙ h(t-1), the others h(t-1): two terms, each of a half
// that is normalised by itself.
func (l *GRUResetBefore) Terms(x Input) []Term {
	width, rows := GRUGates*l.hidden, l.extent.Rows()
	list := l.terms(x, l.a)
	rz := list[len(list)-1]
	list = list[:len(list)-1]
	if l.rz.norm.on() {
		scaled, behind := make([]float32, rows*width), make([]float32, rows*width)
		for b := range rows {
			l.rz.trace(scaled, behind, l.a, b, b*width)
			l.n.trace(scaled, behind, l.a, b, b*width+2*l.hidden)
		}
		list = append(list, normTerms("hh", width, scaled, l.a)...)
		rz.Left.Values = behind
	}
	n := rz
	rz.Left.Width = 2 * l.hidden
	n.Left.First, n.Left.Width = 2*l.hidden, l.hidden
	n.Right = whole("", l.hidden, l.resetH)
	return append(list, rz, n)
}

// trace puts dy ⊙ x̂ of row b, and the gradient on what was normalised, where dy of it stands.
func (p *half) trace(scaled, behind, dy []float32, b, at int) {
	hat, _ := p.norm.normalised(b, nil)
	for j, x := range hat {
		scaled[at+j] = dy[at+j] * float32(x)
	}
	copy(behind[at:], p.d[b*p.rows:][:p.rows])
}

// Gates implements [Layer]: those of both directions.
func (l *Bidirectional) Gates() []Quantity {
	return both(l.forward.Gates(), l.reverse.Gates(), func(q *Quantity) { q.Reverse = true })
}

// StateGradients implements [Layer].
func (l *Bidirectional) StateGradients([]float32) []Quantity {
	return both(l.forward.StateGradients(l.dforward), l.reverse.StateGradients(l.dturned), func(q *Quantity) { q.Reverse = true })
}

// Terms implements [Layer].
func (l *Bidirectional) Terms(x Input) []Term {
	l.turnInput(x) // Backward has used the room
	return both(l.forward.Terms(x), l.reverse.Terms(l.turned), func(t *Term) { t.Reverse = true })
}

func both[E any](forward, reverse []E, mark func(*E)) []E {
	list := append([]E(nil), forward...)
	for _, e := range reverse {
		mark(&e)
		list = append(list, e)
	}
	return list
}

// Hidden is what pattern 2 has beside its carry: h(t).
func (l *Jordan) Hidden() Quantity { return whole("h", l.hidden, l.h) }

// Gates are the pre-activations a(t).
func (l *Jordan) Gates() []Quantity { return []Quantity{whole("a", l.hidden, l.a)} }

// StateGradients is ∂L/∂h(t), behind Backward.
func (l *Jordan) StateGradients() []Quantity { return []Quantity{whole("h", l.hidden, l.dh)} }

// Terms are those of [Layer]; do is what Backward left of it.
func (l *Jordan) Terms(x Input) []Term {
	da := whole("", l.hidden, l.a)
	input := Term{Parameter: "weight_ih", Left: da, Tokens: x.Tokens}
	if x.Tokens == nil {
		input.Right = whole("", l.projection.inputs, x.Values)
	}
	return []Term{input, {Parameter: "weight_oh", Left: da, Right: whole("", l.outputs, l.fed)}, {Parameter: "bias_ih", Left: da}}
}

// ReadoutTerms are those of [Readout], do being what Backward left of it.
func (l *Jordan) ReadoutTerms(do []float32) []Term { return l.readout.Terms(l.h, do) }

// Term is that of the embedding, from the gradient on what it gave.
func (e *Embedding) Term(tokens []int32, dx []float32) Term {
	return Term{Parameter: "embedding.weight", Tokens: tokens, Right: whole("", e.width, dx)}
}

// Directions are a layer's layers of one direction: itself, or two.
func Directions(l Layer) []Layer {
	if b, ok := l.(*Bidirectional); ok {
		return []Layer{b.forward, b.reverse}
	}
	return []Layer{l}
}

// Terms are those of the readout, from what it read and the gradient on what it gave.
func (r *Readout) Terms(h, do []float32) []Term {
	left := whole("", r.outputs, do)
	return []Term{{Parameter: "head.weight", Left: left, Right: whole("", r.linear.inputs, h)}, {Parameter: "head.bias", Left: left}}
}
