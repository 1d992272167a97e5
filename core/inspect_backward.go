package core

import (
	"math"
	"slices"
	"strings"

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
		list = append(list, slopes.gradients(list)...)
		seen.Gradients = append(list, v.answer("logits", outputs))
	}
	if shares {
		seen.Shares, seen.Norms = v.shares(append(v.network.terms(outputs), m.start.terms(m.network.carries())...))
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
	l := lags{view: v, turns: 1, both: slices.ContainsFunc(m.config.Layers, func(l Layer) bool { return l.Bidirectional })}
	if at != nil {
		l.turns = len(at)
	}
	for turn := range l.turns {
		v.again()
		outputs := m.whole(false)
		l.turn, l.steps = turn, v.weighOnly(at, turn)
		slopes := v.cellSlopes()
		m.lossAndGradient(m.run.extent, outputs)
		var states []Tensor
		v.network.watch(func(found []cell.Quantity) {
			for _, q := range found {
				states = append(states, v.aligned(q))
				l.add(states[len(states)-1], q.Reverse)
			}
		})
		m.back(outputs)
		v.network.watch(nil)
		for _, c := range slopes.gradients(states) {
			l.add(c, strings.HasSuffix(c.Name, "_reverse"))
		}
		if x, ok := v.oneHotGradient(); ok {
			l.add(x, false)
		}
	}
	return l.norms
}

// weighOnly makes the loss that of one step of each sequence, and tells which by the sequence's place; -1 where the loss counts none.
func (v *view) weighOnly(at []int32, turn int) (steps []int) {
	m := v.model
	r := &m.run
	row := func(i, t int) int {
		if m.config.Readout == Last {
			return i
		}
		return t*r.extent.Batch + i
	}
	for i := range r.extent.Batch {
		t := r.extent.Length(i) - 1
		if at != nil {
			t = min(int(at[turn]), t+1)
		} else if m.config.Readout != Last {
			for t >= 0 && r.weights[row(i, t)] == 0 {
				t--
			}
		}
		if t < 0 || t == r.extent.Length(i) || r.weights[row(i, t)] == 0 {
			t = -1
		}
		steps = append(steps, t)
	}
	clear(r.weights)
	for i, t := range steps {
		if t >= 0 {
			r.weights[row(i, t)] = 1
		}
	}
	return steps
}

// lags gathers norms of gradients by their distance from the step whose loss they are of.
type lags struct {
	view  *view
	turns int
	both  bool // some layer reads from the end: gradients reach both sides
	turn  int
	steps []int // by the sequence's place
	norms []Tensor
}

// add notes the norms of a gradient [B, T, W] behind the step, or, of a direction that reads from the end, ahead of it; and where there are
// layers of both directions those of the other side too.
func (l *lags) add(d Tensor, reverse bool) {
	l.addSide(d, d.Name, reverse)
	if l.both {
		l.addSide(d, d.Name+otherSide(reverse), !reverse)
	}
}

func otherSide(reverse bool) string {
	if reverse {
		return "_behind"
	}
	return "_ahead"
}

func (l *lags) addSide(d Tensor, name string, ahead bool) {
	r, steps := &l.view.model.run, d.Shape[1]
	at := slices.IndexFunc(l.norms, func(t Tensor) bool { return t.Name == name })
	if at < 0 {
		at = len(l.norms)
		l.norms = append(l.norms, Tensor{name, []int{r.extent.Batch, l.turns, steps}, make([]float32, r.extent.Batch*l.turns*steps)})
	}
	for i, step := range l.steps {
		if step < 0 {
			continue
		}
		b := r.place(i)
		to := l.norms[at].Data[(b*l.turns+l.turn)*steps:][:steps]
		for t := range r.extent.Length(i) {
			k := step - t
			if ahead {
				k = -k
			}
			if k >= 0 {
				to[k] = float32(length(d.Data[(b*steps+t)*d.Shape[2]:][:d.Shape[2]]))
			}
		}
	}
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
	m.start.backward(m.network.carries(), m.run.extent.Batch)
}
