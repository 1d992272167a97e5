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

// terms are those of a layer without normalisation; half is the gradient on W h(t-1).
func (g *gated) terms(x Input, half []float32) []Term {
	if g.norm.on() {
		return nil
	}
	width := g.gates * g.hidden
	da, dw := whole("", width, g.a), whole("", width, half)
	input := Term{Parameter: "weight_ih", Left: da, Tokens: x.Tokens}
	if x.Tokens == nil {
		input.Right = whole("", g.projection.inputs, x.Values)
	}
	return []Term{
		input,
		{Parameter: "weight_hh", Left: dw, Right: whole("", g.hidden, g.h)},
		{Parameter: "bias_ih", Left: da},
		{Parameter: "bias_hh", Left: dw},
	}
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

// Terms implements [Layer]. The rows of weight_hh that make the candidate meet r ⊙ h(t-1), the others h(t-1): two terms.
func (l *GRUResetBefore) Terms(x Input) []Term {
	list := l.terms(x, l.a)
	if list == nil {
		return nil
	}
	rz, n := list[1], list[1]
	rz.Left.Width = 2 * l.hidden
	n.Left.First, n.Left.Width = 2*l.hidden, l.hidden
	n.Right = whole("", l.hidden, l.resetH)
	return []Term{list[0], rz, n, list[2], list[3]}
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
