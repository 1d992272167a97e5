package core

import (
	"math"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
)

// shares tells for every parameter how much of its gradient each step contributes, dW = Σ_t dW(t): ⟨dW(t), dW⟩ / ‖dW‖² and ‖dW(t)‖.
// Shares of a gradient that is zero are zero.
func (v *view) shares(terms []cell.Term) (shares, norms []Tensor) {
	m := v.model
	steps := m.run.extent.Steps
	for _, e := range m.gradients.Entries() {
		var own []cell.Term
		for _, term := range terms {
			if term.Parameter == e.Name {
				own = append(own, term)
			}
		}
		whole := m.gradients.Of(e)
		total := kernel.SumSquares(whole)
		share, size := make([]float32, steps), make([]float32, steps)
		part := make([]float32, e.Len)
		for t := range steps {
			clear(part)
			for _, term := range own {
				v.addStep(part, term, t)
			}
			var along float64
			for i, d := range part {
				along += float64(d) * float64(whole[i])
			}
			size[t] = float32(math.Sqrt(kernel.SumSquares(part)))
			if total > 0 {
				share[t] = float32(along / total)
			}
		}
		shares = append(shares, Tensor{e.Name, []int{steps}, share})
		norms = append(norms, Tensor{e.Name, []int{steps}, size})
	}
	return shares, norms
}

// addStep adds what step t gives to a parameter's gradient: the sum over the sequences of left(t) right(t)ᵀ, in the rows that left's
// columns stand for.
func (v *view) addStep(dst []float32, term cell.Term, step int) {
	left, right := term.Left, term.Right
	columns := 1
	switch {
	case right.Values != nil:
		columns = right.Width
	case term.Tokens != nil:
		columns = v.model.config.Input.Tokens
	}
	v.rows(term, step, func(row int) {
		if left.Values == nil { // one-hot: a row of the parameter gains right
			add(dst[int(term.Tokens[row])*columns:][:columns], right, row, 1)
			return
		}
		for i, d := range left.Values[row*left.Stride+left.First:][:left.Width] {
			to := dst[(left.First+i)*columns:][:columns]
			switch {
			case right.Values != nil:
				add(to, right, row, d)
			case term.Tokens != nil:
				to[term.Tokens[row]] += d
			default:
				to[0] += d
			}
		}
	})
}

// add adds d times a row of a quantity.
func add(to []float32, q cell.Quantity, row int, d float32) {
	for j, x := range q.Values[row*q.Stride+q.First:][:q.Width] {
		to[j] += d * x
	}
}

// rows visits the rows of a term that stand for a step: those of the sequences that have it; or, where there is one a sequence, of the
// sequences whose last step it is, or whose first.
func (v *view) rows(term cell.Term, step int, body func(row int)) {
	r := &v.model.run
	for i := range r.extent.Batch {
		length := r.extent.Length(i)
		if step >= length {
			continue
		}
		if term.Once || term.Begins {
			stands := length - 1
			if term.Begins != term.Reverse {
				stands = 0
			}
			if step == stands {
				body(i)
			}
			continue
		}
		own := step
		if term.Reverse {
			own = length - 1 - step
		}
		body(own*r.extent.Batch + i)
	}
}

// jacobians are ∂s(t)/∂s(t-1) of every direction of every layer: a run of one step, as many times side by side as s has elements, goes
// back from one element each.
func (v *view) jacobians() []Tensor {
	m := v.model
	s := m.network.(*recurrent).stack
	var list []Tensor
	type place struct {
		layer   cell.Layer
		suffix  string
		reverse bool
		states  []Tensor // aligned, before each step: [B, T, H]
		inputs  Tensor
		tokens  []int32
		size    int
	}
	var places []place
	for k, layer := range s.layers {
		for direction, one := range cell.Directions(layer) {
			p := place{layer: one, suffix: s.suffixes[k][direction], reverse: direction == 1}
			for _, c := range s.held {
				if c.Suffix == p.suffix {
					p.states = append(p.states, v.before(c, p.reverse))
					p.size += c.Hidden
				}
			}
			if x := s.inputs[k]; x.Tokens != nil {
				p.tokens = x.Tokens
			} else {
				width := len(x.Values) / m.run.extent.Rows()
				p.inputs = v.aligned(cell.Quantity{Width: width, Stride: width, Values: append([]float32(nil), x.Values...)})
			}
			places = append(places, p)
		}
	}
	tokens := map[[2]int]int32{}
	e := m.run.extent
	v.visit(false, func(i, b, t, own int) {
		if m.config.Input.Tokens > 0 {
			tokens[[2]int{b, t}] = m.run.inputs[own]
		}
	})
	lengths := make([]int, e.Batch)
	for i := range e.Batch {
		lengths[m.run.place(i)] = m.run.extent.Length(i)
	}
	for _, p := range places {
		size := p.size
		data := make([]float32, e.Rows()*size*size)
		for b := range e.Batch {
			for t := range lengths[b] {
				x := cell.Input{}
				if p.tokens != nil {
					x.Tokens = repeated([]int32{tokens[[2]int{b, t}]}, size)
				} else {
					width := p.inputs.Shape[2]
					x.Values = repeated(p.inputs.Data[(b*e.Steps+t)*width:][:width], size)
				}
				at := (b*e.Steps + t) * size * size
				oneStep(data[at:at+size*size], p.layer, x, p.states, b*e.Steps+t)
			}
		}
		list = append(list, Tensor{"s" + p.suffix, []int{e.Batch, e.Steps, size, size}, data})
	}
	clear(m.gradients.Data)
	return list
}

// before is a carry as it was before every step, [B, T, H].
func (v *view) before(c cell.Carry, reverse bool) Tensor {
	return v.aligned(cell.Quantity{Width: c.Hidden, Stride: c.Hidden, Reverse: reverse, Values: append([]float32(nil), c.Values...)})
}

// oneStep fills the Jacobian [S, S] of one step of a layer from the states in row of [·, H] tensors.
func oneStep(jacobian []float32, layer cell.Layer, x cell.Input, states []Tensor, row int) {
	size := 0
	for _, s := range states {
		size += s.Shape[2]
	}
	layer.Begin(cell.Extent{Batch: size, Steps: 1})
	first := 0
	for k, c := range layer.Carries() {
		state := states[k].Data[row*c.Hidden:][:c.Hidden]
		copy(c.Values, repeated(state, size))
		for j := range c.Hidden {
			c.Gradient[(first+j)*c.Hidden+j] = 1 // sequence number first + j goes back from element j of this carry
		}
		first += c.Hidden
	}
	layer.Forward(x)
	layer.Backward(x, make([]float32, size*layer.Width()), nil)
	first = 0
	for _, c := range layer.Carries() {
		for i := range size {
			copy(jacobian[i*size+first:][:c.Hidden], c.Gradient[i*c.Hidden:])
		}
		first += c.Hidden
	}
}

func repeated[E any](row []E, times int) []E {
	list := make([]E, 0, len(row)*times)
	for range times {
		list = append(list, row...)
	}
	return list
}
