package core

import (
	"math"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/loss"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// AutoRecompute is the segment length that is chosen for the run: about √T.
const AutoRecompute = -1

// plan says how a run is walked through.
type plan struct {
	segment int // steps that are unfolded at a time; 0: all
	kept    int // the state that the run leaves behind is that behind so many steps; 0: all
}

// walk is what a run that is cut in segments remembers beside its workspace, which is that of one segment. The way back
// needs every step's activations, but given the state at a segment's left border they can be computed once more:
//
//	forward   segment after segment, keeping s(0), s(L), s(2L) …
//	backward  from the last segment to the first: forward again from the kept state, then back, and the gradient on the
//	          segment's initial state goes to the segment before it
//
// So T steps cost two forward passes and one backward pass, and the memory of L steps and T/L states. With L = √T both
// are of the order of √T.
//
// T. Chen, B. Xu, C. Zhang, C. Guestrin, Training deep nets with sublinear memory cost (2016); A. Gruslys, R. Munos,
// I. Danihelka, M. Lanctot, A. Graves, Memory-efficient backpropagation through time, NIPS 2016.
type walk struct {
	plan
	lengths   []int       // of the sequences within the segment at hand
	borders   [][]float32 // a carry each: s(0), s(L), s(2L) …, [·, B, H]
	left      [][]float32 // a carry each: the state that the run leaves behind, [B, H]
	dstate    [][]float32 // a carry each: the gradient on the state at a segment's right border, [B, H]
	gradients []float32   // of the parameters, from the segments that are done
}

// length is the number of steps that are unfolded at a time.
func (p plan) length(steps int) int {
	length := p.segment
	if length == AutoRecompute {
		length = int(math.Ceil(math.Sqrt(float64(steps))))
	}
	if length == 0 {
		return steps
	}
	return min(length, steps)
}

// cut says whether the run at hand has more than one segment.
func (m *Model) cut() bool { return m.walk.length(m.run.extent.Steps) < m.run.extent.Steps }

func (m *Model) segments() int {
	length := m.walk.length(m.run.extent.Steps)
	return (m.run.extent.Steps + length - 1) / length
}

// segment is the k-th piece of the run, as a run of its own.
func (m *Model) segment(k int) cell.Extent {
	e := m.run.extent
	if !m.cut() {
		return e
	}
	length := m.walk.length(e.Steps)
	first := k * length
	piece := cell.Extent{Batch: e.Batch, Steps: min(length, e.Steps-first), First: first}
	if e.Lengths != nil {
		m.walk.lengths = m.walk.lengths[:0]
		for _, n := range e.Lengths {
			m.walk.lengths = append(m.walk.lengths, min(max(n-first, 0), piece.Steps))
		}
		piece.Lengths, piece.Active = m.walk.lengths, e.Active[first:first+piece.Steps]
	}
	return piece
}

// forward runs all segments from the first to the last and shows what the readout gives for each: [·, O] for its steps,
// or, where the network answers once, [B, O] that mean something behind the last segment only.
func (m *Model) forward(training bool, show func(e cell.Extent, outputs []float32)) {
	w, count := &m.walk, m.segments()
	for k := range count {
		e := m.segment(k)
		if k > 0 {
			m.network.begin(e)
			m.enter(k)
		} else if m.cut() {
			m.reserveBorders(count)
		}
		show(e, m.network.forward(m.input(e), training))
		if kept := w.kept - e.First; m.cut() && (w.kept == 0 && k == count-1 || kept > 0 && kept <= e.Steps) {
			m.leave(&w.left, m.slotBehind(e))
		}
		if k+1 < count {
			for i, c := range m.network.carries() {
				copy(w.border(i, k+1, e.Batch*c.Hidden), c.Last(e))
			}
		}
	}
}

// slotBehind is the slot of a carry that holds the state which the run leaves behind, in the segment where it lies.
func (m *Model) slotBehind(e cell.Extent) int {
	if m.walk.kept == 0 {
		return e.Steps
	}
	return m.walk.kept - e.First
}

// reserveBorders makes room, and keeps the state that the run begins with.
func (m *Model) reserveBorders(count int) {
	w := &m.walk
	for i, c := range m.network.carries() {
		if i == len(w.borders) {
			w.borders = append(w.borders, nil)
		}
		initial := c.Initial(m.run.extent)
		w.borders[i] = tensor.Grow(w.borders[i], count*len(initial))
		copy(w.borders[i], initial)
	}
}

func (w *walk) border(carry, k, n int) []float32 { return w.borders[carry][k*n:][:n] }

// enter puts the state at the left border of segment k, which has begun, into the initial slots.
func (m *Model) enter(k int) {
	for i, c := range m.network.carries() {
		initial := c.Initial(m.run.extent)
		copy(initial, m.walk.border(i, k, len(initial)))
	}
}

// leave copies a slot of every carry; it allocates only the first time.
func (m *Model) leave(into *[][]float32, slot int) {
	for i, c := range m.network.carries() {
		if i == len(*into) {
			*into = append(*into, nil)
		}
		n := m.run.extent.Batch * c.Hidden
		(*into)[i] = append((*into)[i][:0], c.Values[slot*n:][:n]...)
	}
}

// input is what the network reads of a segment.
func (m *Model) input(e cell.Extent) cell.Input {
	first, rows := e.First*e.Batch, e.Rows()
	if n := m.config.Input.Features; n > 0 {
		return cell.Input{Values: m.run.values[first*n:][:rows*n]}
	}
	return cell.Input{Tokens: m.run.inputs[first:][:rows]}
}

// lossAndGradient turns a segment's outputs into the gradient on them and returns its part of the loss.
func (m *Model) lossAndGradient(e cell.Extent, outputs []float32) float64 {
	r, width := &m.run, m.config.Output.width()
	if m.config.ownTargets() {
		return m.loss.Gradient(outputs, loss.Targets{IDs: r.ids, Labels: r.labels, Steps: r.steps}, r.weights, width)
	}
	first, rows := e.First*e.Batch, e.Rows()
	if m.config.Readout == Last {
		if e.First+e.Steps < r.extent.Steps {
			clear(outputs)
			return 0
		}
		first, rows = 0, e.Batch
	}
	var t loss.Targets
	if m.config.Output.Classes > 0 {
		t.IDs = r.ids[first:][:rows]
	} else {
		t.Values = r.targets[first*width:][:rows*width]
	}
	return m.loss.Gradient(outputs, t, r.weights[first:][:rows], width)
}

// onlyLoss runs forward and gives the loss.
func (m *Model) onlyLoss() (total float64) {
	m.forward(false, func(e cell.Extent, outputs []float32) { total += m.lossAndGradient(e, outputs) })
	return total
}

// lossAndGradients runs forward and back and fills the gradients of all parameters, and those on the initial state in
// the carries. When the loss is not finite it does not go back.
func (m *Model) lossAndGradients(training bool) (total float64) {
	var do []float32
	m.forward(training, func(e cell.Extent, outputs []float32) {
		total += m.lossAndGradient(e, outputs)
		do = outputs
	})
	if !finite(total) {
		return total
	}
	clear(m.gradients.Data)
	m.network.backward(do)
	if m.cut() {
		m.backThroughSegments(training)
	}
	m.start.backward(m.network.carries(), m.run.extent.Batch)
	return total
}

// backThroughSegments goes on from the last segment, whose way back has been gone, to the first.
func (m *Model) backThroughSegments(training bool) {
	w := &m.walk
	w.gradients = append(w.gradients[:0], m.gradients.Data...)
	for k := m.segments() - 2; k >= 0; k-- {
		for i, c := range m.network.carries() {
			if i == len(w.dstate) {
				w.dstate = append(w.dstate, nil)
			}
			w.dstate[i] = append(w.dstate[i][:0], c.Gradient...)
		}
		e := m.segment(k)
		m.network.begin(e)
		m.enter(k)
		do := m.network.forward(m.input(e), training)
		m.lossAndGradient(e, do)
		for i, c := range m.network.carries() {
			copy(c.Gradient, w.dstate[i])
		}
		clear(m.gradients.Data)
		m.network.backward(do)
		kernel.Add(w.gradients, m.gradients.Data)
	}
	copy(m.gradients.Data, w.gradients)
}

// checkRecompute refuses a cut that the network does not allow.
func (c Config) checkRecompute(where string, segment int) error {
	switch {
	case segment < AutoRecompute:
		return Errorf(CodeRange, "%s: recompute is %d, want the length of a segment, 1 or more, 0 for none, %d for about √steps", where, segment, AutoRecompute)
	case segment == 0:
	case c.bidirectional():
		return Errorf(CodeUnsupported, "%s: recompute cuts a run in time; a bidirectional layer reads from both ends, so no border has a state to go on from", where)
	case c.ownTargets():
		return Errorf(CodeUnsupported, "%s: recompute is not there for targets of their own length: the loss, or the decoder, looks at the whole source at once", where)
	case c.jordan():
		return Errorf(CodeUnsupported, "%s: recompute goes with recurrence %q alone", where, FromHidden)
	}
	return nil
}
