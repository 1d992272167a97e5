package core

import (
	"math"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/loss"
	"github.com/unfold-rnn/unfold/core/optim"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/text"
)

// firstBad reads the run at hand once more and says which quantity is the first that is not finite: a state, an output, a
// part of the loss. It is for after a bad sign, and costs a forward pass and a look at everything.
func (m *Model) firstBad(training bool) (found string) {
	if m.cut() {
		m.network.begin(m.segment(0))
		m.enter(0)
	}
	m.forward(training, func(e cell.Extent, outputs []float32) {
		if found == "" {
			found = m.firstBadIn(e, outputs)
		}
	})
	if found == "" {
		found = "only a sum over the run is not finite"
	}
	return found
}

// firstBadIn is firstBad of one segment, "" where all in it is finite.
func (m *Model) firstBadIn(e cell.Extent, outputs []float32) string {
	state, step := m.badState(e)
	if (m.config.bidirectional() || m.config.ownTargets()) && state != "" {
		return state // every output depends on every state
	}
	a := m.answering()
	if m.config.Decoder != nil {
		e, step = a.extent, a.extent.Steps
	}
	for row := range len(outputs) / m.config.Output.width() {
		t, i := row/e.Batch, row%e.Batch
		if m.config.Readout == Last {
			if e.First+e.Steps < m.run.extent.Steps || m.run.extent.Length(i) == 0 {
				continue
			}
			t = e.Steps - 1
		} else if i >= e.At(t) {
			continue
		}
		if state != "" && t >= step {
			return state
		}
		if what := m.badOutput(outputs, row, e); what != "" {
			at := text.Sprintf("sequence %d", a.place(i))
			if m.config.Readout == Every {
				at += text.Sprintf(" at step %d", e.First+t)
			}
			return what + " of " + at
		}
	}
	return state
}

// badState gives the first state that is not finite, and its step in the piece. In time, and at one step from the bottom
// layer up; of a layer that reads both ways, what lies above is not looked at.
func (m *Model) badState(e cell.Extent) (found string, step int) {
	step = e.Steps
	for _, c := range m.network.carries() {
		if found != "" && m.config.bidirectional() {
			break
		}
		for t := range step {
			rows := e.At(t)
			values := c.Values[(t+1)*e.Batch*c.Hidden:][:rows*c.Hidden]
			if at := firstNonFinite(values); at >= 0 {
				i := at / c.Hidden
				shown := e.First + t
				if c.Reverse {
					shown = m.run.extent.Length(i) - 1 - t
				}
				found = text.Sprintf("state %s%s of sequence %d at step %d is %v", c.Name, c.Suffix, m.run.place(i), shown, values[at])
				step = t
				break
			}
		}
	}
	return found, step
}

// badOutput says what is not finite in a row of outputs, or in its loss where it counts.
func (m *Model) badOutput(outputs []float32, row int, e cell.Extent) string {
	width := m.config.Output.width()
	values := outputs[row*width:][:width]
	if at := firstNonFinite(values); at >= 0 {
		return text.Sprintf("output %d is %v, that", at, values[at])
	}
	at := row
	if m.config.Readout == Every {
		at += e.First * e.Batch
	}
	if !m.judged || m.config.Loss == CTC || m.run.weights[at] == 0 {
		return ""
	}
	var t loss.Targets
	if m.config.Output.Classes > 0 {
		t.IDs = m.run.ids[at:][:1]
	} else {
		t.Values = m.run.targets[at*width:][:width]
	}
	if l := m.loss.Gradient(append([]float32(nil), values...), t, []float32{1}, width); !finite(l) {
		return text.Sprintf("the loss is %v, that", l)
	}
	return ""
}

// finiteState looks at the state that the run leaves behind.
func (m *Model) finiteState() bool {
	for _, c := range m.network.carries() {
		if firstNonFinite(c.Last(m.run.extent)) >= 0 {
			return false
		}
	}
	return true
}

// generators are those that a training step draws from.
func (m *Model) generators() [2]*random.Source { return [2]*random.Source{m.dropping, m.forcing} }

// mark notes where the generators stand; rewind puts them back, so that a call that fails leaves no trace.
func (m *Model) mark() {
	for k, g := range m.generators() {
		m.marks[k].Set(g)
	}
}

func (m *Model) rewind() {
	for k, g := range m.generators() {
		g.Set(m.marks[k])
	}
}

// largestWeight is how large a weight may become: far enough below the largest float32 for the rounding of the bound.
const largestWeight = 3e38

// bound gives the reach of a step and what the momentum will remember, or the first tensor that the step could make
// infinite. The size of the largest weight is known from the steps before; only where that bound is too wide are the
// weights looked at.
func (m *Model) bound(o optim.Options, norm float64) (change, velocity float64, bad string) {
	if math.IsNaN(m.largest) {
		m.largest = optim.Largest(m.weights.Data)
	}
	for range 2 {
		change, velocity = m.optimizer.Reach(o, norm, m.largest)
		if m.largest+change <= largestWeight && velocity <= largestWeight {
			return change, velocity, ""
		}
		m.largest = optim.Largest(m.weights.Data)
	}
	scaled := optim.ClipScale(norm, o.ClipNorm)
	unclipped := o
	unclipped.ClipNorm = 0
	for _, e := range m.weights.Entries() {
		largest := optim.Largest(m.weights.Of(e))
		change, velocity := m.optimizer.Reach(unclipped, scaled*optim.Largest(m.gradients.Of(e)), largest)
		if !(largest+change <= largestWeight && velocity <= largestWeight) {
			return 0, 0, e.Name
		}
	}
	return change, velocity, ""
}
