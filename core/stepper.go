package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
)

// Stepper takes one time step after another of one sequence, as [Model.Step] does, in floats of its own that never move: a caller
// on the other side of a bridge writes and reads them in place. A step allocates nothing.
type Stepper struct {
	model *Model
	// Floats are, one behind the other, the I features that a step reads (none where it reads a token), the state in the order
	// of Names, H floats each, and the O outputs.
	Floats   []float32
	Features int
	State    []Slot
	Outputs  int
	states   [][]float32
}

// Slot is one quantity of the state.
type Slot struct {
	Name  string // as in [State]
	Width int
}

// NewStepper prepares for steps.
func (m *Model) NewStepper() (*Stepper, error) {
	if err := m.refuseSteps(); err != nil {
		return nil, err
	}
	s := &Stepper{model: m, Features: m.config.Input.Features, Outputs: m.config.Output.width()}
	size := s.Features + s.Outputs
	for _, w := range m.stateShapes() {
		s.State = append(s.State, Slot{w.Name, w.Shape[1]})
		size += w.Shape[1]
	}
	s.Floats = make([]float32, size)
	at := s.Features
	for _, slot := range s.State {
		s.states = append(s.states, s.Floats[at:at+slot.Width])
		at += slot.Width
	}
	return s, nil
}

// Step reads a token, or the features in Floats; resumed says that the state in Floats goes before, otherwise the initial one does.
// State and output behind the step overwrite those before. When something is wrong with what came or with what comes out, ok is
// false and [Model.Step] has the words for it.
func (s *Stepper) Step(token int32, resumed bool) (ok bool) {
	m := s.model
	if s.Features == 0 && (token < 0 || int(token) >= m.config.Input.Tokens) {
		return false
	}
	before := s.Floats[:s.Features]
	if resumed {
		before = s.Floats[:len(s.Floats)-s.Outputs]
	}
	if !allFinite(before) {
		return false
	}
	m.walk.plan = plan{}
	m.begin(cell.Extent{Batch: 1, Steps: 1})
	if s.Features > 0 {
		copy(m.run.values, s.Floats)
	} else {
		m.run.inputs[0] = token
	}
	if resumed {
		m.resume(s.states)
	}
	outputs := m.whole(false)
	m.loss.Activate(outputs, 1, s.Outputs)
	for i, c := range m.network.carries() {
		copy(s.states[i], c.Last(m.run.extent))
	}
	copy(s.Floats[len(s.Floats)-s.Outputs:], outputs)
	return allFinite(s.Floats[s.Features:])
}

// allFinite looks for NaN and infinities in one pass of a kernel: squares of finite float32 cannot overflow in float64.
func allFinite(x []float32) bool { return finite(kernel.SumSquares(x)) }
