package core

import (
	"math"

	"github.com/unfold-rnn/unfold/core/cell"
)

// backward goes back through the run and keeps what was asked for.
func (v *view) backward(outputs []float32, gradients, shares bool, seen *Inspected) {
	m := v.model
	slopes := v.cellSlopes() // before gates become their gradients
	seen.Loss = m.lossAndGradient(m.run.extent, outputs)
	if !gradients && !shares {
		return
	}
	var list []Tensor
	v.network.watch(func(found []cell.Quantity) { list = append(list, v.quantities(found)...) })
	m.back(outputs)
	v.network.watch(nil)
	if gradients {
		if x, ok := v.oneHotGradient(); ok {
			list = append(list, x)
		}
		seen.Gradients = append(list, slopes.gradients(list)...)
	}
	if shares {
		seen.Shares, seen.Norms = v.shares(v.network.terms(outputs))
	}
}

// cellSlope holds, for one direction of an LSTM layer, what ∂L/∂c(t) is made of beside ∂L/∂h(t).
type cellSlope struct {
	suffix  string
	reverse bool
	o, f, c Tensor // [B, T, H]
}

type cellSlopes struct {
	view   *view
	slopes []cellSlope
}

func (v *view) cellSlopes() cellSlopes {
	found := cellSlopes{view: v}
	gates, states := v.network.gates(), v.network.states()
	for _, s := range states {
		if s.Name != "c" {
			continue
		}
		slope := cellSlope{suffix: s.Suffix, reverse: s.Reverse, c: v.aligned(s)}
		for _, g := range gates {
			switch {
			case g.Suffix != s.Suffix:
			case g.Name == "o":
				slope.o = v.aligned(g)
			case g.Name == "f":
				slope.f = v.aligned(g)
			}
		}
		found.slopes = append(found.slopes, slope)
	}
	return found
}

// gradients are ∂L/∂c(t) of the LSTM layers, whose ∂L/∂h(t) is among the given tensors:
//
//	dc(t) = dc(t+1) ⊙ f(t+1) + dh(t) ⊙ o ⊙ (1 - tanh² c(t))        each direction in its own time
func (s cellSlopes) gradients(states []Tensor) (list []Tensor) {
	for _, slope := range s.slopes {
		for _, dh := range states {
			if dh.Name == "h"+slope.suffix {
				list = append(list, s.view.cellGradient(slope, dh))
			}
		}
	}
	return list
}

func (v *view) cellGradient(s cellSlope, dh Tensor) Tensor {
	r, steps, hidden := &v.model.run, dh.Shape[1], dh.Shape[2]
	data := make([]float32, len(dh.Data))
	for i := range r.extent.Batch {
		b, length := r.place(i), r.extent.Length(i)
		beyond := make([]float32, hidden) // dc(t+1) ⊙ f(t+1)
		for own := length - 1; own >= 0; own-- {
			t := own
			if s.reverse {
				t = length - 1 - own
			}
			for j := range hidden {
				at := (b*steps+t)*hidden + j
				squashed := float32(math.Tanh(float64(s.c.Data[at])))
				data[at] = beyond[j] + dh.Data[at]*s.o.Data[at]*(1-squashed*squashed)
				beyond[j] = data[at] * s.f.Data[at]
			}
		}
	}
	return Tensor{"c" + s.suffix, dh.Shape, data}
}

// oneHotGradient is ∂L/∂x(t) = Uᵀ da(t) for tokens that select columns of U, summed over the directions of the bottom layer.
func (v *view) oneHotGradient() (Tensor, bool) {
	m := v.model
	vocabulary := m.config.Input.Tokens
	if vocabulary == 0 || m.config.Embedding > 0 {
		return Tensor{}, false
	}
	e := m.run.extent
	x := Tensor{"x", []int{e.Batch, e.Steps, vocabulary}, make([]float32, e.Rows()*vocabulary)}
	for _, term := range v.network.terms(nil) {
		if term.Tokens == nil || term.Left.Values == nil {
			continue
		}
		u, left := m.weights.Named(term.Parameter), term.Left
		v.visit(term.Reverse, func(_, b, t, own int) {
			row := x.Data[(b*e.Steps+t)*vocabulary:][:vocabulary]
			for i, d := range left.Values[own*left.Stride+left.First:][:left.Width] {
				for j, w := range u[(left.First+i)*vocabulary:][:vocabulary] {
					row[j] += d * w
				}
			}
		})
	}
	return x, true
}

// lag goes back from the loss of single steps.
func (v *view) lag(at []int32) []Tensor {
	m := v.model
	e := m.run.extent
	turns := max(1, len(at))
	norms := map[string]*Tensor{}
	var names []string
	for turn := range turns {
		v.again()
		outputs := m.whole(false)
		steps := v.weighOnly(at, turn)
		m.lossAndGradient(m.run.extent, outputs)
		v.network.watch(func(found []cell.Quantity) {
			for _, q := range found {
				v.addNorms(q, steps, turn, turns, norms, &names)
			}
		})
		m.back(outputs)
		v.network.watch(nil)
		if x, ok := v.oneHotGradient(); ok {
			// Its steps are the sequence's own, batch first: brought back to time-major as the others are.
			v.addNorms(v.timeMajor(x), steps, turn, turns, norms, &names)
		}
	}
	var list []Tensor
	for _, name := range names {
		list = append(list, Tensor{name, []int{e.Batch, turns, e.Steps}, norms[name].Data})
	}
	return list
}

// weighOnly makes the loss that of one step of each sequence, and tells which by the sequence's place; -1 where it has none.
func (v *view) weighOnly(at []int32, turn int) (steps []int) {
	m := v.model
	r := &m.run
	clear(r.weights)
	for i := range r.extent.Batch {
		t := r.extent.Length(i) - 1
		if at != nil {
			t = int(at[turn])
		}
		if t < 0 || t >= r.extent.Length(i) {
			steps = append(steps, -1)
			continue
		}
		steps = append(steps, t)
		row := t*r.extent.Batch + i
		if m.config.Readout == Last {
			row = i
		}
		r.weights[row] = 1
	}
	return steps
}

// addNorms notes the norm of every row of a gradient, by its distance from the step whose loss it is of.
func (v *view) addNorms(q cell.Quantity, steps []int, turn, turns int, norms map[string]*Tensor, names *[]string) {
	e := v.model.run.extent
	name := q.Name + q.Suffix
	if norms[name] == nil {
		norms[name] = &Tensor{Data: make([]float32, e.Batch*turns*e.Steps)}
		*names = append(*names, name)
	}
	data := norms[name].Data
	v.visit(q.Reverse, func(i, b, t, own int) {
		k := steps[i] - t
		if q.Reverse {
			k = -k
		}
		if steps[i] < 0 || k < 0 {
			return
		}
		data[(b*turns+turn)*e.Steps+k] = float32(length(q.Values[own*q.Stride+q.First:][:q.Width]))
	})
}

// timeMajor brings [B, T, W] into the run's order, as a quantity.
func (v *view) timeMajor(t Tensor) cell.Quantity {
	width := t.Shape[2]
	q := cell.Quantity{Name: t.Name, Width: width, Stride: width, Values: make([]float32, len(t.Data))}
	arrange(&v.model.run.arrangement, q.Values, t.Data, width)
	return q
}

func length(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

// back fills the gradients of all parameters from that on the outputs of a whole run.
func (m *Model) back(do []float32) {
	clear(m.gradients.Data)
	m.network.backward(do)
}
